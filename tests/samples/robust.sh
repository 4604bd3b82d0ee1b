#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dc-loopback's options, and the data-channel stack in bad company: many sessions, a bad network, peers that die.
#   tests/samples/robust.sh [--full] [BUILD]        (default build/release)
# --full also waits until dead peers are given up without anybody's doing, and takes longer over the
# bad network.
set -u
here=$(cd "$(dirname "$0")" && pwd)
full=no
[ "${1:-}" = --full ] && full=yes && shift
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
. "$here/../install.sh"
suite=robust
. "$here/../check.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
loopback=$build/samples/loopback/dc-loopback
export LC_ALL=C SAMPLES_MODULES=$build/tests/real
phases=(call offer ice "dtls begins" "dtls goes on" "sctp begins" "sctp goes on" open transfer)
networks=(offer,peer answer,server)
[ $full = yes ] && networks+=(offer,server answer,peer offer,peer answer,server)
fds= # that a process has after its first session
cd "$work" || exit 2
# What the programs of this suite said last, for whoever asks why a check failed.
evidence() { tail -n 3 ./*.err | sed 's/^/        /'; }

# served NAME COMMAND...: beside a dc-echo, into NAME.out and NAME.err
served() {
	timeout 500 "$here/served.sh" "$build/samples/echo/dc-echo" --bind 127.0.0.1 --udp-only -- \
		"${@:2}" >"$1.out" 2>"$1.err"
}

# said FILE LINE
said() { sed -n "$2p" "$1.out"; }

# account SESSIONS FIELD: of many.out; two that are missing are not equal
account() { sed -n "s/^account sessions=$1 .*\\b$2=\\([0-9]*\\).*/\\1/p" many.out | grep . || echo "none of session $1"; }

# small OPTION...: a short run, what it says and its exit code in one line
small() {
	timeout 100 "$loopback" --messages 1 "$@" 2>&1 |
		sed 's/ messages=.*//; s/alive: .*/alive/' | uniq | tr '\n' ' '
	echo "exit=${PIPESTATUS[0]}"
}
nosuch='dc-loopback: there is no fault "nosuch"; --faults lists them exit=2'

options() {
	check "help tells the exit codes" "$("$loopback" --help | grep -c '^Exit 0')" 1
	check "without options there are five sessions" "$(small)" "sessions=5 exit=0"
	check "with --seconds there is one session at least" "$(small --seconds 1)" "sessions=1 exit=0"
	check "with both there are as many as --sessions" "$(small --seconds 1 --sessions 2)" "sessions=2 exit=0"
	check "a leak that was asked for is no failure" "$(small --leak)" "dc-loopback: alive sessions=5 exit=0"
	check "a bug may be asked for twice" "$(small --fault candidate-refs --fault candidate-refs --sessions 1)" \
		"dc-loopback: alive sessions=1 exit=0"
	check "a bug that does not exist is refused" "$(small --fault nosuch)" "$nosuch"
	check "a bug that takes a play is left to dc-scenario" "$(small --fault double-close)" \
		'dc-loopback: an ordinary session cannot have "double-close"; see dc-scenario --list exit=2'
	check "a bug that does not exist is noticed beside others" "$(small --leak --fault nosuch --fault candidate-refs)" "$nosuch"
	check "a bug without a name is refused" "$(small --fault '')" "${nosuch/nosuch/}"
	check "an address that is none is refused" "$(small --bind nosuch)" \
		"dc-loopback: the address to bind to is not one IP address; --help lists the options exit=2"
	check "an address that is not ours fails with the reason" "$(small --bind 203.0.113.5)" \
		"dc-loopback: the peers cannot connect on 203.0.113.5: Cannot assign requested address exit=1"
}

# many NAME OPTION...: sessions in one process leave no more behind than the first one did
many() {
	timeout 400 "$loopback" --sessions 1000 --messages 10 --account 1 "${@:2}" >many.out 2>many.err
	check "$1: 1000 sessions" "$? $(tail -1 many.out | cut -d' ' -f1,2)" "0 sessions=1000 messages=10000"
	check "$1: nothing is alive" "$(cat many.err)" ""
	check "$1: descriptors are as before" "$(account 1000 fds)" "${fds:=$(account 1 fds)}"
	if [ $(($(account 1000 rss_kb) - $(account 300 rss_kb))) -lt 700 ]; then
		ok "$1: memory grows by less than a kilobyte a session"
	else
		fail "$1: memory" "$(account 300 rss_kb) kB after 300 sessions, $(account 1000 rss_kb) after 1000"
	fi
}

lossy() {
	local number=0 visit
	for visit in "${networks[@]}"; do
		number=$((number + 1))
		check "bad network, $visit, seed $number" "$(said "lossy-$number" 1)" \
			"${visit%,*} ordered=20 unordered=20 closer=${visit#*,} prompt=true level=before"
		check "bad network, $visit, seed $number: dc-echo ends" "$(said "lossy-$number" '$')" "dc-echo exit=0"
	done
}

killed() {
	local number=0 phase
	served killed node "$here/killed.mjs" close "${phases[@]}"
	for phase in "${phases[@]}"; do
		number=$((number + 1))
		check "peer killed, $phase" "$(said killed $number)" "$phase: SIGKILL closed prompt=true level=before"
	done
	check "peer killed: dc-echo ends" "$(said killed '$')" "dc-echo exit=0"
}

given_up() {
	local number=0 phase
	served given-up node "$here/killed.mjs" wait "${phases[@]}"
	for phase in "${phases[@]}"; do
		number=$((number + 1))
		check "peer given up, $phase" "$(said given-up $number)" "$phase: SIGKILL level=before"
	done
	check "peer given up: dc-echo ends" "$(said given-up '$')" "dc-echo exit=0"
}

if ! install_npm "$here/../real" "$SAMPLES_MODULES"; then
	skip "bad network, killed peers" "the npm packages could not be installed"
	networks=() phases=()
fi
# Mostly waits, so it runs beside the others.
number=0
for visit in "${networks[@]}"; do
	number=$((number + 1))
	served "lossy-$number" node "$here/lossy.mjs" "$visit" "$number" &
done
options
many "over UDP"
check "over UDP: threads are as before" "$(account 1000 threads)" "$(account 1 threads)"
# A session over TCP waits for a better pair that may come; four of them wait at once.
many "over TCP, 4 at a time" --tcp --parallel 4
timeout 100 "$loopback" --sessions 100 --messages 10 --account 1 --tcp >many.out 2>many.err
check "over TCP: threads are as before" "$(account 100 threads)" "$(account 1 threads)"
many "trickled, 8 at a time" --trickle --parallel 8
[ ${#phases[@]} -gt 0 ] && killed
[ $full = yes ] && [ ${#phases[@]} -gt 0 ] && given_up
wait
lossy
summary
