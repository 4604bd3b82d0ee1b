#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Real WebRTC stacks that nobody here wrote, each in two forms: every connection closed, and none.
# What strace saw of a bare run is compared with what rtctrack says of its own run.
#   tests/real/run.sh [--full] [BUILD]        (default build/release)
# --full loads the larger programs (wrtc.sh, janus.sh, chromium.sh) with more sessions.
# Sockets that libc opens for itself pass no wrapper. They are closed at once, so that the number
# left open agrees, and the number opened is at most strace's. Seen: AF_UNIX to nscd (werift 2 a
# process, node-datachannel 1) and AF_NETLINK (node-datachannel 6 a session), all in getaddrinfo.
# In one more run strace is recorded along with the program: both see the same calls there, and
# name the same descriptor numbers.
set -u
here=$(cd "$(dirname "$0")" && pwd)
full=no
[ "${1:-}" = --full ] && full=yes && shift
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
. "$here/../install.sh"
suite=real
. "$here/../check.sh"
rtctrack=$build/cli/rtctrack
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What the program of a failed check left behind is kept, for whoever asks why.
rm -rf "$build/tests/real/failed"
evidence() {
	mkdir -p "$build/tests/real/failed/$failed"
	cp -p "$work"/*.out "$work"/*.err "$work"/*.db "$build/tests/real/failed/$failed" 2>/dev/null
	echo "        $suite: its files are in $build/tests/real/failed/$failed"
}
sessions=5
export LC_ALL=C NO_COLOR=1 REAL_MODULES=$build/tests/real
cd "$work" || exit 2

sql() { sqlite3 -batch t.db "$1" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }

calls=socket,socketpair,accept,accept4,dup,dup2,dup3,fcntl,close,close_range,clone,clone3,fork,vfork,execve,exit,exit_group
totals() { /usr/bin/python3 "$here/totals.py" "$@"; }
# counted CLASS WHAT: opened, closed or open, by strace's account
counted() { sed -n "s/^$1 .*\\b$2=\\([0-9]*\\).*/\\1/p" totals; }
# numbers: of the descriptors left open, by strace's account of the recorded run
numbers() { sed -n 's/^\(udp\|tcp\|unix\) .*numbers=/\1 /p' both.totals; }

# The traced program itself, without what it inherited from this script.
main_process="process_id = (SELECT min(id) FROM process) AND kind = 'fd' AND NOT inherited"
lost="SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'"
hidden="SELECT count(*) FROM note WHERE name = 'pack-hidden' AND count > 100"
sockets="class IN ('udp', 'tcp', 'unix', 'sctp', 'netlink', 'raw', 'packet', 'socket')"
# In the run that has strace in it, the program is the image after the last exec.
both_numbers="SELECT c.column1 || ' ' || coalesce((SELECT group_concat(subject) FROM (SELECT subject
	FROM resource WHERE process_id = (SELECT max(id) FROM process WHERE image = 1) AND kind = 'fd'
	AND NOT inherited AND class = c.column1 AND death_ns IS NULL ORDER BY subject)), '')
	FROM (VALUES ('udp'), ('tcp'), ('unix')) c"
reported="SELECT count(DISTINCT id) FROM leaked_sockets WHERE class"

run_bare() {
	timeout 120 strace -f -qq -e trace=$calls -o strace.log "$@" >bare.out 2>bare.err
	bare_code=$?
	totals strace.log >totals
}

packs=() # --pack NAME ..., for those that are named
run_recorded() {
	rm -f t.db
	timeout 120 "$rtctrack" run --quiet "${packs[@]}" -o t.db -- "$@" >recorded.out 2>recorded.err
	recorded_code=$?
}

compare_numbers() {
	rm -f t.db
	timeout 120 "$rtctrack" run --quiet -o t.db -- strace -f -qq -e trace=$calls -o strace.log "$@" >both.out 2>both.err
	totals strace.log >both.totals
	check "$name: same numbers open in one run" "$(sqlite3 -batch t.db "$both_numbers" 2>&1)" "$(numbers)"
}

compare_class() {
	local left opened seen
	left=$(counted "$2" open)
	check "$1: $2 left open" "$(sql "SELECT count(*) FROM resource WHERE $main_process
		AND class = '$2' AND death_ns IS NULL")" "$left"
	check "$1: $2 reported" "$(sql "$reported = '$2'")" "$left"
	opened=$(counted "$2" opened)
	seen=$(sql "SELECT count(*) FROM resource WHERE $main_process AND class = '$2'")
	if [ "$seen" -le "$opened" ] 2>/dev/null; then
		ok "$1: $2 opened, $seen of $opened (the rest by libc)"
	else
		fail "$1: $2 opened" "'$seen', and strace saw only $opened"
	fi
}

# pairs NAME MODE COMMAND...
pairs() {
	local name="$1 $2" mode=$2 expected=0 left=0 seen class
	shift 2
	run_bare "$@" "$sessions" "$mode"
	run_recorded "$@" "$sessions" "$mode"
	if [ "$bare_code" != 0 ] || [ "$(tail -1 bare.out)" != "sessions=$sessions messages=$((sessions * 5))" ]; then
		fail "$name: bare run" "exit $bare_code: $(tail -2 bare.err | tr '\n' ' ')"
		return
	fi
	if [ "$recorded_code" != 0 ] || ! cmp -s bare.out recorded.out; then
		fail "$name: output and exit code as bare" "exit $recorded_code: $(tail -2 recorded.err | tr '\n' ' ')"
		return
	fi
	ok "$name: output and exit code as bare"
	check "$name: nothing lost" "$(sql "$lost")" 0
	for class in udp tcp unix; do
		compare_class "$name" "$class"
	done
	for class in udp tcp unix other; do
		left=$((left + $(counted "$class" open)))
	done
	check "$name: findings add up to what is left open" \
		"$(sql "SELECT coalesce(sum(count), 0) FROM finding WHERE rule = 'fd-leak' AND $sockets")" "$left"
	[ "$mode" = open ] || check "$name: no finding of any kind" "$(sql "SELECT rule, message FROM finding")" ""
	[ "$mode" = open ] && expected=$((sessions * 2))
	check "$name: two UDP sockets a session are reported" "$(sql "$reported = 'udp'")" "$expected"
	seen=$(sql "SELECT count(*) FROM resource WHERE $main_process AND class = 'udp'")
	check "$name: and were seen" "$((seen >= sessions * 2))" 1
	compare_numbers "$@" "$sessions" "$mode"
}

both() {
	pairs "$1" closed "${@:2}"
	pairs "$1" open "${@:2}"
}

# packed NAME PACKS COMMAND...: with packs named it is as it was, and what the packs say fails no gate
packed() {
	local name mode pack expected
	packs=()
	for pack in $2; do packs+=(--pack "$pack"); done
	for mode in closed open; do
		name="$1 $mode with $2" expected=0
		[ $mode = open ] && expected=$((sessions * 2))
		run_recorded "${@:3}" "$sessions" $mode
		check "$name: output and exit code as bare" "$recorded_code $(tail -1 recorded.out)" \
			"0 sessions=$sessions messages=$((sessions * 5))"
		check "$name: nothing lost" "$(sql "$lost")" 0
		check "$name: two UDP sockets a session are reported" "$(sql "$reported = 'udp'")" "$expected"
		if [ $mode = closed ]; then
			check "$name: no finding of any kind" "$(sql "SELECT rule, message FROM finding")" ""
		else
			check "$name: nothing is broken or leaked" "$(sql "SELECT message FROM finding WHERE state IN ('broken', 'leaked')")" ""
		fi
	done
	packs=()
}

# timed FILE COMMAND...: its output in FILE.out and FILE.err, its seconds in FILE.time
timed() {
	local TIMEFORMAT="%R s, CPU %U + %S s"
	{ time "${@:2}" >"$1.out" 2>"$1.err"; } 2>"$1.time"
}

# overhead NAME: of the last bare and the last recorded run
overhead() { echo "        $suite $1: bare $(cat bare.time), recorded $(cat recorded.time)"; }

. "$here/wrtc.sh"
. "$here/janus.sh"
. "$here/../chromium.sh"
. "$here/chromium.sh"

missing=$(install_packages strace sqlite3 python3 2>&1) || {
	skip "all" "$missing"
	summary
	exit 0
}
check "totals: a log with threads, a fork, a dup2 and an exec" "$(totals "$here/totals.strace" | tr '\n' ' ')" \
	"udp opened=4 closed=3 open=1 numbers=3 tcp opened=2 closed=1 open=1 numbers=4 unix opened=2 closed=2 open=0 numbers= other opened=1 closed=1 open=0 numbers= thread opened=1 closed=1 open=0 numbers= "
if missing=$(install_packages python3-aiortc 2>&1); then
	both aiortc /usr/bin/python3 "$here/aiortc.py"
	packed aiortc "openssl srtp" /usr/bin/python3 "$here/aiortc.py"
	# Python loads them where no preloaded library finds them by itself.
	check "aiortc open: two TLS connections a session, and four SRTP sessions" "$(sql "SELECT class, count(*) FROM resource
		WHERE class IN ('SSL', 'srtp_t') AND death_ns IS NULL GROUP BY 1")" "SSL|$((sessions * 2)) srtp_t|$((sessions * 4))"
else
	skip aiortc "$missing"
fi
if install_npm "$here" "$REAL_MODULES"; then
	both node-datachannel node "$here/datachannel.mjs"
	both werift node "$here/werift.mjs"
	for program in datachannel werift; do
		packed $program "openssl uv" node "$here/$program.mjs"
		check "$program: that node has these functions itself is told" "$(sql "$hidden")" 1
	done
	wrtc
else
	skip "node-datachannel, werift, wrtc" "the npm packages could not be installed"
fi
janus
chromium
summary
