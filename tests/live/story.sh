#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The story that the gate is for: a stack that is clean, a change that lets it leak, a baseline, the repair.
#   tests/live/story.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd) || exit 2
suite=story
. "$root/tests/check.sh"
. "$root/tests/mutant.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
rtctrack() { timeout 120 "$build/cli/rtctrack" "$@"; }
# gate TRACE PROGRAM OPTION...: of its five sessions, or as many as the options say
gate() {
	rtctrack run --gate -o "$1" "${@:3}" -- "$2" --sessions 5 --messages 5 >out 2>err
	code=$?
}
verdict() { sed -n 's/^rtctrack: gate: //p' err; }
# line_of FILE WORDS: where the sample stack has them
line_of() { grep -nF -- "$2" "$root/samples/dcstack/$1" | cut -d: -f1; }
good=$build/samples/loopback/dc-loopback bad=$work/dc-loopback

gate good.db "$good"
check "the stack as it is passes" "$code $(verdict)" "0 passed"

mutant samples/dcstack/net/carrier_udp.c 'close(udp->fd);' ';' dc-loopback "$bad" >mutant.log 2>&1 || fail "a line is taken out" "$(tail -1 mutant.log)"
"$bad" >out 2>&1
check "without a line it still works" "$? $(grep -c '^sessions=5' out)" "0 1"
gate bad.db "$bad"
check "and the gate fails it" "$code $(verdict)" "23 failed by 1 finding"
check "by one finding, in one sentence" "$(grep -cE '^  [0-9]+\. ' err) $(sed -nE 's/^  1\. (.*)  \[.*/\1/p' err)" "1 leaked  fd-leak  10 UDP sockets outlived their carrier-udp"
check "which names the line that opened them" "$(grep -c "culprit   carrier_bind_socket  .*samples/dcstack/net/carrier\.c:$(line_of net/carrier.c 'int fd = socket(')  " err)" 1
check "and who asked for that, in the file that lacks a line" "$(grep -c "udp_open  $root/samples/dcstack/net/carrier_udp\.c:$(line_of net/carrier_udp.c '= carrier_bind_socket(')\$" err)" 1

rtctrack baseline write known.jsonl bad.db >out 2>err
check "a baseline takes it down, in one line" "$? $(wc -l <known.jsonl) $(grep -o '"allowed":[0-9]*' known.jsonl)" '0 1 "allowed":10'
gate known.db "$bad" --baseline known.jsonl
check "with it the gate passes, and says by what" "$code $(verdict | grep -c '^passed.* baseline')" "0 1"
rtctrack run --gate -o more.db --baseline known.jsonl -- "$bad" --sessions 6 --messages 5 >out 2>err
check "but not for more of the same" "$? $(verdict | grep -c '^failed by 1 finding')" "23 1"
rtctrack diff known.jsonl more.db >out 2>err
check "which diff tells" "$? $(grep -c 'more' out | sed 's/[2-9]/1/')" "1 1"

rtctrack diff good.db bad.db >out 2>err
check "the change made something new" "$? $(grep -c 'new' out | sed 's/[2-9]/1/')" "1 1"
rtctrack diff bad.db good.db >out 2>err
check "the repair mends it" "$? $(grep -c 'fixed' out | sed 's/[2-9]/1/')" "0 1"
rtctrack diff --format markdown known.jsonl good.db >out 2>err
check "and so it says of the baseline, for a review" "$? $(grep -c '^|.*fixed' out)" "0 1"
gate mended.db "$good" --baseline known.jsonl
check "the gate passes, and tells that it is mended" "$code $(verdict | grep -c '^passed') $(grep -c 'fixed' err | sed 's/[2-9]/1/')" "0 1 1"
rtctrack baseline update known.jsonl mended.db >out 2>err
check "the baseline takes it off" "$? $(wc -l <known.jsonl)" "0 0"
gate again.db "$bad" --baseline known.jsonl
check "so that it fails if it comes back" "$code" 23
summary
