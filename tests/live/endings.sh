#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How programs end: held back by --settle, killed, crashed, ended at once; how each is judged.
#   tests/live/endings.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=endings
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
ending=$build/tests/live/live_ending
work=$(mktemp -d)
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
mkdir spools
run= target= group=
finish() {
	[ -z "$target" ] || kill -KILL "$target" 2>/dev/null
	[ -z "$run" ] || kill -KILL "$run" 2>/dev/null
	[ -z "$group" ] || rmdir "$group" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

sql() { sqlite3 -batch -separator ' ' t.db "$1" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }
# record OPTION... -- NAME: ending NAME into t.db, its report err, its code $code
record() {
	rm -f t.db
	timeout 120 "$rtctrack" run --spool-dir spools -o t.db "${@:1:$#-2}" -- "$ending" "${@: -1}" >out 2>err
	code=$?
}
states() { sql "SELECT state || ' ' || rule FROM finding ORDER BY 1"; }
# which of its processes were held back, in their order
held() { sql "SELECT CASE WHEN held_ns IS NULL THEN 'not' WHEN held_ns < 600e9 THEN 'held' ELSE 'long' END FROM process ORDER BY start_ns"; }
# NAME CODE FINDINGS HELD: within --settle 600
settles() {
	record --settle 600 --grace 600 -- "$1"
	check "$1: held back as long as it takes" "$code|$(states)|$(held)" "$2|$3|$4"
}

# What is held back, and what is not. 600 s are longer than any test lasts.
settles settle 0 "" held
settles nothing 0 "" held
settles twice 3 "" held
settles thread 6 "" held
settles errno 0 "" held
settles fork 0 "" "held not"
settles child 0 "" "not held"
settles vfork 0 "" held
settles fork-late 0 "" "held not"
settles fork-meanwhile 0 "" "held not"
settles join 6 "at-exit thread-leak" held
settles unload 0 "" held
settles destroy 0 "" held
settles limited 0 "" held
settles handler 4 "recheck fd-leak" not
settles quick 7 "recheck fd-leak" not
settles at-once 7 "recheck fd-leak" not
settles confined 7 "recheck fd-leak" not
record --settle 1 --grace 600 -- lock
check "who closes waits for who ends: no longer than --settle" "$code|$(states)|$(sql "SELECT held_ns >= 1000000000 FROM process")" "5|recheck fd-leak|1"
# Clocks that are not the recorder's. no_longer COMMAND...: that ends, whatever time it is there
no_longer() {
	rm -f t.db
	timeout 120 "$rtctrack" run --spool-dir spools -o t.db --settle 0.3 --grace 600 -- "$@" "$ending" leave >out 2>err
	echo "$? $(sql "SELECT count(*) FROM process WHERE held_ns >= 300000000")"
}
check "no longer than --settle under a clock that stands still" \
	"$(no_longer env "LD_PRELOAD=$build/libtrack/shim/libtrack.so:$build/tests/live/live_frozen_clock.so")" "0 1"
if unshare --time --monotonic 100000 --fork true 2>/dev/null; then
	check "nor in a namespace whose clock is ahead" "$(no_longer unshare --time --monotonic 100000 --fork)" "0 1"
else
	skip "held back in a time namespace" "there can be none"
fi
record --settle 2 --grace 600 --hang-after 0.3 -- leave
check "who is held back does not hang" "$code|$(states)|$(grep -c 'has not returned' err)" "0|recheck fd-leak|0"
record --settle 600 --grace 0.5 -- leave
check "what outlives the grace time is awaited no more: it leaks" "$code|$(states)|$(held)" "0|leaked fd-leak|held"
record --grace 600 -- leave
check "without --settle nothing is held back" "$code|$(states)|$(held)" "0|recheck fd-leak|not"
record --gate --grace 0.5 -- leave
check "--gate: 1 s, and so a verdict" "$code|$(states)|$(held)" "23|leaked fd-leak|held"
record --gate --settle 0 --grace 600 -- leave
check "--settle 0: not even with --gate" "$code|$(states)|$(held)" "0|recheck fd-leak|not"
record --settle 600 --grace 600 --format json -- settle
check "the report says how long" "$(grep -c '"held_ns":[1-9]' err)" 1
record --settle 600 --grace 600 -- settle
check "and for people too" "$(grep -c 'held back for 0\.[0-9]* s' err)" 1

child_of() { cat "/proc/$1/task/$1/children" 2>/dev/null | tr -d ' '; }
has_child() { target=$(child_of "$run"); [ -n "$target" ] && [ "$(awk '{print $3}' "/proc/$target/stat")" = S ] && [ "$(awk '{print $2}' "/proc/$target/stat")" = "(live_ending)" ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
"$rtctrack" run --spool-dir spools -o t.db --settle 600 --grace 600 -- "$ending" leave >out 2>err &
run=$!
eventually has_child
kill -KILL "$run"
wait "$run" 2>/dev/null
run=
check "who is held back goes on when the recorder is killed" "$(eventually is_gone "$target" && echo gone)" gone
target=
"$rtctrack" run --spool-dir spools -o k.db --settle 600 --grace 600 -- "$ending" leave >out 2>err &
run=$!
eventually has_child
says_why() { "$rtctrack" why --spool-dir spools "$target" >why 2>&1; grep -q '"live_ending"  ends the program: rtctrack holds it back ' why; }
check "rtctrack why says that it is held back" "$(eventually says_why && echo said)" said
kill -TERM "$target"
wait "$run"
code=$?
run= target=
check "who is held back can be ended" "$code" 143
record --settle 600 --grace 600 -- outlive
nobody_left() { ! pgrep -f "^$ending outlive\$"; }
check "nor who outlives the program, and so the recording" "$code $(eventually nobody_left && echo gone)" "0 gone"
RTCTRACK_SPOOL_DIR=$work/spools LD_PRELOAD=$build/libtrack/shim/libtrack.so timeout 60 "$ending" leave >out 2>err
check "with nobody who reads, nothing is held back" "$?" 0

# How what does not end in order is judged. Each has one connection that was closed and left its socket, which
# is told, and one that is open, which counts only where the program ended by itself.
judged() { timeout 60 "$rtctrack" check --grace 0 t.db 2>&1 | tail -1; }
# NAME CODE FINDINGS VERDICT
ended() {
	local name="$1${engine:+ by $engine}"
	check "$name: its code, and what is found" "$code|$(states)" "$2|$3"
	check "$name: the verdict says what it is about" "$(judged | sed -E 's/[0-9]+\.[0-9] s/N s/')" "$4"
}
# NAME CODE FINDINGS VERDICT [OPTION...]
ends() {
	record --gate --grace 0 --settle 0 "${@:5}" -- "$1"
	ended "${@:1:4}"
}
cut=": only what it did until then is judged"
left="at-exit scope-unclosed leaked fd-leak"
both="leaked fd-leak unclosed scope-unclosed"
endings() { # OPTION...
	ends kill 137 "$left" "failed by 1 finding; the program was killed by SIGKILL after N s$cut" "$@"
	ends kill-clean 137 "" "passed; the program was killed by SIGKILL after N s$cut" "$@"
	ends crash 139 "$left" "failed by 1 finding; the program crashed by SIGSEGV after N s$cut" "$@"
	ends abort 134 "$left" "failed by 1 finding; the program crashed by SIGABRT after N s$cut" "$@"
	ends term 23 "$left" "failed by 1 finding; the program was ended by SIGTERM after N s$cut" "$@"
	local seconds
	for seconds in 1 2 4 8 16 32; do # until it comes so far in that time
		record --gate --grace 0 --settle 0 --timeout $seconds "$@" -- hang
		! grep -q ready out || break
	done
	ended hang 124 "$left" "failed by 1 finding; --timeout ended the program after N s$cut"
	ends fail 1 "$both" "failed by 2 findings" "$@"
}
engine=
endings
ends _exit 23 "$both" "failed by 2 findings; the program ended by _exit or with its last thread, so that none of its exit functions ran"
ends lost-child 23 "$left" "failed by 1 finding; 1 process that it had started was killed or crashed: of them only what they did until then is judged"
record --grace 0 -- kill
check "the report says what was not seen" "$(grep -c '^  killed by SIGKILL (Killed): ' err) $(grep -c '^  not seen: what its end would have closed' err)" "1 1"
record --grace 0 -- _exit
check "and that no exit functions ran" "$(grep -c '^  ended by _exit, or with its last thread' err)" 1
record --grace 0 --format json -- crash
check "as JSON" "$(grep -c '"ending":"the program crashed by SIGSEGV after [0-9.]* s: only what it did until then is judged"' err)" 1
record --settle 600 --grace 0.3 -- fail
check "who fails in order is held back too" "$code|$(held)" "1|held"

# The kernel's own SIGKILL, for want of memory: in a group of version 2, or of version 1.
memory_group() {
	local base
	for base in /sys/fs/cgroup /sys/fs/cgroup/memory; do
		group=$base/rtctrack-endings-$$
		mkdir "$group" 2>/dev/null || continue
		[ -e "$group/cgroup.procs" ] && {
			echo 64M >"$group/memory.max" || echo 64M >"$group/memory.limit_in_bytes"
		} 2>/dev/null && return
		rmdir "$group" 2>/dev/null
	done
	group=
	return 1
}
if memory_group; then
	rm -f t.db
	[ ! -e "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
	timeout 120 "$rtctrack" run --spool-dir spools -o t.db --gate --grace 0 --settle 0 -- \
		sh -c 'echo $$ >"$0/cgroup.procs" && exec "$1" eat' "$group" "$ending" >out 2>err
	code=$?
	check "out of memory: its code, and what is found" "$code|$(states)" "137|$left"
	check "out of memory: the verdict says so" "$(judged | sed -E 's/[0-9]+\.[0-9] s/N s/')" \
		"failed by 1 finding; the program was killed by SIGKILL after N s, when the kernel had no memory left$cut"
	check "out of memory: and the report" "$(grep -c '^  killed by SIGKILL (Killed), when the kernel had no memory left: ' err)" 1
else
	skip "out of memory" "no group of processes whose memory can be limited"
fi

# By probes: nothing is held back, which is said.
if [ "$(id -u)" = 0 ] && "$rtctrack" run --engine probes --quiet -o p.db -- /bin/true 2>/dev/null; then
	engine=probes
	endings --engine probes
	record --engine probes --settle 600 --grace 600 -- leave
	check "probes hold nothing back, and say so" "$code|$(states)|$(held) $(grep -c 'end is not held back: probes cannot do that' err) $(grep -c 'were not held back, since probes cannot do that' err)" "0|recheck fd-leak|not 1 1"
	record --engine both --settle 600 --grace 600 -- settle
	check "with both engines the preloaded library does" "$code|$(states)|$(held)" "0||held"
else
	skip "endings by probes" "they do not work here"
fi
summary
