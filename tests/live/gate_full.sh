#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Does the gate say the same each time? 200 of a stack that is right, and 200 of one that leaks in one session
# of 50, at the same time as others; and the real programs of tests/real 20 times each.
#   tests/live/gate_full.sh [--gates] [BUILD]        (default build/release; --gates: no real programs)
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
real=yes
[ "${1:-}" = --gates ] && real=no && shift
build=$(cd "${1:-$root/build/release}" && pwd) || exit 2
suite=gate-full
. "$root/tests/check.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
GATES=200 AT_ONCE=4 TIMES=20

# gates NAME CODE OPTION...: so many gates of dc-loopback; each ends with CODE
gates() {
	local name=$1 expected=$2 i
	shift 2
	rm -rf gates && mkdir gates
	for ((i = 0; i < GATES; i++)); do echo "$i"; done | xargs -P $AT_ONCE -I{} sh -c '
		number=$1; shift
		timeout 120 "$@" -o "gates/$number.db" -- "$LOOPBACK" $WORDS >"gates/$number.out" 2>&1
		code=$?
		echo $code >"gates/$number.code"
		[ $code != "$EXPECTED" ] || rm -f "gates/$number.db"' sh {} "$build/cli/rtctrack" run --gate
	check "$name" "$(cat gates/*.code | sort | uniq -c | tr -s ' ')" " $GATES $expected"
}
export LOOPBACK=$build/samples/loopback/dc-loopback
WORDS="--messages 10" EXPECTED=0 gates "$GATES gates of a stack that is right pass" 0
WORDS="--messages 1 --sessions 50 --leak --fault-in 25" EXPECTED=23 gates "$GATES gates of one that leaks in one session of 50 fail" 23
check "each by the same finding" "$(grep -ho '^  [0-9]*\. .*' gates/*.out | sort | uniq -c | tr -s ' ' | sed 's/ outlived.*//')" " $GATES 1. leaked fd-leak 2 UDP sockets"

[ $real = yes ] || {
	summary
	exit
}
for ((i = 1; i <= TIMES; i++)); do
	timeout 900 "$root/tests/real/run.sh" "$build" >"real-$i.out" 2>&1 || grep '^FAIL' "real-$i.out"
	sed -n '$p' "real-$i.out"
done >real.out
check "the real programs, $TIMES times each, say the same each time" "$(sort real.out | uniq -c | grep -c . ) $(grep -c ' 0 failed' real.out)" "1 $TIMES"
[ "$failed" = 0 ] || cat real.out
summary
