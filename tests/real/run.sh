#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# WebRTC stacks that nobody here wrote, under `rtctrack run` against strace's account.
#   tests/real/run.sh [BUILD]        (default build/release)
#
# Each program runs N sessions in mode `closed` (it closes all) and `open` (it closes
# nothing): bare, bare under strace, recorded, and recorded with strace inside the recording,
# where both see the same calls and must name the same descriptor numbers.
#
# Where strace counts more than the trace, the C library opened sockets for itself; those
# calls pass no wrapper. Seen here: AF_UNIX to nscd (twice a process, werift; once,
# node-datachannel) and AF_NETLINK (six a session, node-datachannel), all inside getaddrinfo
# and closed before it returns. They may be unseen only because they are closed again.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
. "$here/../install.sh"
rtctrack=$build/cli/rtctrack
[ -x "$rtctrack" ] || {
	echo "$rtctrack is not there: build first" >&2
	exit 2
}
sessions=5
messages=25
traced=socket,socketpair,accept,accept4,dup,dup2,dup3,fcntl,close,close_range,clone,clone3,fork,vfork,execve,exit_group
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
export LC_ALL=C NO_COLOR=1 REAL_MODULES=$build/tests/real
cd "$work" || exit 2

ok() { passed=$((passed + 1)); echo "ok      real $1"; }
fail() { failed=$((failed + 1)); echo "FAIL    real $1: $2"; }
skip() { skipped=$((skipped + 1)); echo "skipped real $1: $2"; }
check() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "expected '$3', got '$2'"; fi; }
sql() { sqlite3 -batch "$1" "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }
# field CLASS NAME FILE: one figure of totals.py
field() { sed -n "s/^$1 .*\b$2=\([0-9,]*\).*/\1/p" "$3"; }

# The main process: strace's first, which in a recording of strace itself is its child.
main="r.process_id IN (SELECT id FROM process WHERE pid = (SELECT pid FROM process WHERE exe NOT LIKE '%/strace' ORDER BY id LIMIT 1))"
known="CASE r.class WHEN 'udp' THEN 'udp' WHEN 'tcp' THEN 'tcp' WHEN 'unix' THEN 'unix' ELSE 'other' END"
is_socket="r.kind = 'fd' AND r.class IN ('udp', 'tcp', 'sctp', 'unix', 'netlink', 'raw', 'packet', 'socket')"
opened_of() { sql "$1" "SELECT count(*) FROM resource r WHERE $main AND $is_socket AND r.inherited = 0 AND $known = '$2'"; }
open_of() { sql "$1" "SELECT count(*) FROM open_sockets o JOIN resource r USING (id) WHERE $main AND $known = '$2'"; }
numbers_of() {
	sql "$1" "SELECT coalesce(group_concat(fd), '') FROM (SELECT o.fd FROM open_sockets o JOIN resource r USING (id)
		WHERE $main AND $known = '$2' ORDER BY o.fd)"
}

# run NAME COMMAND...: stdout in NAME.out, stderr in NAME.err, exit code in NAME.code
run() {
	local name=$1
	shift
	timeout 30 "$@" >"$name.out" 2>"$name.err"
	echo $? >"$name.code"
}
said() { echo "exit $(cat "$1.code"), $(cat "$1.out")"; }

# agree NAME TRACE TOTALS: no more seen than strace saw; what was not seen is closed again.
agree() {
	local class ours theirs hidden='' wrong=''
	for class in udp tcp unix other; do
		ours=$(opened_of "$2" $class) theirs=$(field $class opened "$3")
		[ "$ours" -le "$theirs" ] && [ "$(open_of "$2" $class)" = "$(field $class open "$3")" ] ||
			wrong="$wrong $class: opened $ours of $theirs, open $(open_of "$2" $class) of $(field $class open "$3");"
		[ "$ours" -ge "$theirs" ] || hidden="$hidden $class $((theirs - ours))"
	done
	if [ -n "$wrong" ]; then
		fail "$1" "the trace against strace:$wrong"
	else
		ok "$1${hidden:+ (inside the C library, closed again:$hidden)}"
	fi
}

judge() {
	local name=$1 mode=$2 left class
	check "$name: nothing lost" "$(sql run.db "SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'")" 0
	for class in udp tcp; do
		check "$name: $class open at exit" "$(open_of run.db $class)" "$(field $class open bare.totals)"
		check "$name: $class findings name the open ones, no closed one" \
			"$(sql run.db "SELECT count(*) FROM leaked_sockets WHERE class = '$class'")" "$(field $class open bare.totals)"
		check "$name: $class numbers open at exit of one run" \
			"$(numbers_of both.db $class)" "$(field $class numbers both.totals)"
	done
	agree "$name: sockets of one run agree" both.db both.totals
	agree "$name: sockets of two runs agree" run.db bare.totals
	left=$(sed 's/.*open=\([0-9]*\).*/\1/' bare.totals | paste -sd+ | bc)
	check "$name: findings add up to the sockets left open" \
		"$(sql run.db "SELECT coalesce(sum(count), 0) FROM finding r WHERE $is_socket")" "$left"
	if [ "$mode" = closed ]; then
		check "$name: no finding of any kind" "$(sql run.db "SELECT rule, message FROM finding")" ""
	else
		check "$name: the sessions' sockets are left open" "$(field udp open bare.totals)" $((2 * sessions))
	fi
}

drive() {
	local stack=$1 mode name
	shift
	for mode in closed open; do
		name="$stack $mode"
		rm -f ./*.db* ./*.out ./*.err ./*.code ./*.log ./*.totals
		run bare "$@" $sessions $mode
		check "$name: runs" "$(said bare)" "exit 0, sessions=$sessions messages=$messages"
		run strace strace -f -qq -e signal=none -o bare.log -e trace=$traced "$@" $sessions $mode
		run run "$rtctrack" run -o run.db --quiet -- "$@" $sessions $mode
		check "$name: same output and exit code" "$(said run)" "$(said bare)"
		run both "$rtctrack" run -o both.db --quiet -- \
			strace -f -qq -e signal=none -o both.log -e trace=$traced "$@" $sessions $mode
		if "$totals" bare.log >bare.totals 2>why && "$totals" both.log >both.totals 2>why; then
			judge "$name" $mode
		else
			fail "$name: strace's account" "$(cat why) $(head -n 1 strace.err)"
		fi
	done
}

totals=$here/totals.py
install_packages strace sqlite3 bc || {
	skip "all" "$install_why"
	echo "real: $passed passed, $failed failed, $skipped skipped"
	exit 0
}
if install_packages python3-aiortc; then
	drive aiortc /usr/bin/python3 "$here/aiortc.py"
else
	skip aiortc "$install_why"
fi
if install_npm "$here" "$REAL_MODULES"; then
	drive node-datachannel "$(command -v node)" "$here/datachannel.mjs"
	drive werift "$(command -v node)" "$here/werift.mjs"
else
	skip node-datachannel "$install_why"
	skip werift "$install_why"
fi
echo "real: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
