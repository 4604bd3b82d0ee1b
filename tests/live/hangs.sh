#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs that hang, seen from outside: rtctrack why, what run says while it goes on, how it is ended.
#   tests/live/hangs.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=hangs
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
hang=$build/tests/live/live_hang
shim=$build/libtrack/shim/libtrack.so
work=$(mktemp -d)
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
mkdir spools
run= target=
finish() {
	[ -z "$target" ] || kill -KILL "$target" 2>/dev/null
	[ -z "$run" ] || wait "$run" 2>/dev/null
	run= target=
}
trap 'finish; rm -rf "$work"' EXIT

child_of() { cat "/proc/$1/task/$1/children" 2>/dev/null | tr -d ' '; }
is_ready() { grep -q ready out; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }

# begin OPTION... -- NAME: hang NAME under run, its trace t.db, its streams out and err; $run and $target are the pids
begin() {
	finish
	rm -f t.db
	: >out
	"$rtctrack" run --spool-dir spools -o t.db "${@:1:$#-1}" "$hang" "${@: -1}" >out 2>err &
	run=$!
	eventually is_ready || fail "$* is ready" "$(cat err)"
	target=$(child_of $run)
}
# ended: the recording is over; its code is $code
ended() {
	wait "$run"
	code=$?
	run= target=
}
# why OPTION... PID: its streams why.out and why.err, its code $code
why() {
	timeout 60 "$rtctrack" why --spool-dir spools "$@" >why.out 2>why.err
	code=$?
}
why_says() { why "$@" && false; [ $code = 1 ]; }
told() { sqlite3 -batch -separator ' ' t.db "SELECT state, kind, coalesce(culprit_function, '?') FROM finding WHERE rule = 'teardown-deadlock'" 2>&1; }
stands() { awk '$3 != "T"' "/proc/$1/stat" | wc -l; }

# rtctrack why, of what is recorded.
begin --hang-after 0 -- circle
eventually why_says --hang-after 0.2 "$target"
check "why: a circle is told, with its end code" "$code $(grep -c '^something hangs in process' why.out)" "1 1"
check "why: both locks, and who holds them" "$(grep -c 'waits for the mutex .* holds' why.out | sed 's/[1-9][0-9]*/some/')" some
check "why: where each stands, by function" "$(grep -oE '#[0-9]+ (take_crosswise|take_second_first)' why.out | sort -u | wc -l | sed 's/[2-9]/two/')" two
check "why: not a word on stderr" "$(cat why.err)" ""
check "why: the program is left as it was" "$(stands "$target")" 1
why --hang-after 0.2 --format json "$target"
check "why: as JSON" "$code $(grep -c '"rule":"teardown-deadlock"' why.out)" "1 1"
why --hang-after 0.2 --redact "$target"
check "why: redacted, without folders" "$code $(grep -c "$here" why.out)" "1 0"
why --hang-after 0.2 "$run"
check "why: the pid of the recorder stands for its program" "$code $(grep -c "^something hangs in process $target " why.out)" "1 1"
why --hang-after 0 "$target"
check "why: with --hang-after 0 nothing hangs" "$code" 0
check "--hang-after 0: nothing was said" "$(cat err)" ""
kill -TERM "$run"
ended
check "--hang-after 0: nor found" "$code $(told)" "143 "

begin -- idle
idle_is_seen() { why "$target"; grep -q 'waits .* for the condition' why.out; }
eventually idle_is_seen
check "why: no deadlock is proven, and a line for each thread" "$code $(sed -n '1s/ in process.*//p' why.out) $(grep -c '^  thread ' why.out)" "0 no deadlock is proven 2"
check "why: what it waits for, and where" "$(grep -cE '^  thread [0-9]+ ".*"  waits [0-9.]+ s for the condition.* at await_work' why.out)" 1
why --format json "$target"
check "why: as JSON, with each thread" "$code $(grep -c '"wait":"condition"' why.out)" "0 1"
kill -TERM "$run"
ended
check "where threads stood is told of who was ended" "$(grep -c 'where its threads stood' err) $(grep -cE 'waited [0-9.]+ s for the condition.* at await_work' err)" "1 1"
timeout 60 "$rtctrack" report t.db >report.out
check "and by its trace later" "$(grep -c 'where its threads stood' report.out)" 1
begin --timeout 1 -- idle
ended
timeout 60 "$rtctrack" check t.db >check.out
check "check of what --timeout ended says what was judged" "$code $? $(grep -c '^passed.*; --timeout ended the program' check.out)" "124 0 1"

# Of what nobody records but itself, and of what nobody does.
: >out
RTCTRACK_SPOOL_DIR=$work/spools LD_PRELOAD=$shim "$hang" circle >out 2>err &
run=$! target=$!
eventually is_ready
eventually why_says --hang-after 0.2 "$target"
check "why: a program that has the library preloaded" "$code $(grep -c '^something hangs' why.out)" "1 1"
finish
if [ "$(id -u)" = 0 ] && "$rtctrack" run --engine probes --quiet -o p.db -- /bin/true 2>/dev/null; then
	: >out
	"$hang" circle >out 2>err &
	run=$! target=$!
	eventually is_ready
	eventually why_says --hang-after 0.2 "$target"
	check "why: a program that nobody records, by probes" "$code $(grep -c '^something hangs' why.out)" "1 1"
	finish
else
	skip "why: a program that nobody records" "probes do not work here"
fi
why 4194305
check "why: no such process" "$code $(grep -c 'is not there' why.err)" "2 1"
why x
check "why: not a process id" "$code $(grep -c 'not a process id' why.err)" "2 1"
why
check "why: of nothing" "$code $(grep -c 'which process' why.err)" "2 1"
check "why: leaves nothing behind" "$(ls spools | grep -c '^run-')" 0

# What run says while it goes on.
begin --hang-after 0.3 -- close
eventually grep -q 'is left alone' err
check "run says once that a close hangs" "$(grep -c 'the close of Connection has not returned\|has waited for a lock' err) $(grep -c 'teardown-deadlock' err)" "1 1"
check "run leaves it alone" "$(is_gone "$target" || echo there) $(stands "$target")" "there 1"
kill -TERM "$run"
ended
check "a program that hangs is explained when it is ended" "$code $(told)" "143 broken lock take_crosswise"
check "and in the report" "$(grep -c 'broken  teardown-deadlock' err)" 2
begin --quiet --hang-after 0.3 -- close
eventually why_says --hang-after 0.3 "$target"
check "quiet run: not a word" "$(cat err)" ""
kill -TERM "$run"
ended
begin --hang-after 0.3 -- exit
eventually grep -q 'is left alone' err
kill -TERM "$run"
ended
check "the end of a program that hangs" "$code $(told)" "143 broken lock take_crosswise"
begin --hang-after 0.3 -- circle
eventually why_says --hang-after 0.3 "$target"
kill -SEGV "$target"
ended
check "a crash while it hangs keeps the story" "$code $(told)" "139 broken lock take_crosswise"
begin --hang-after 2 -- slow
ended
check "a slow close that goes on is no hang" "$code $(grep -c 'is left alone' err) $(told)" "0 0 "

# How it is ended.
begin --hang-after 0.3 -- stay
eventually grep -q 'is left alone' err
kill -INT "$run"
eventually grep -q 'once more' err
check "the first Ctrl-C is passed on, and what a second one does is said" "$(is_gone "$target" || echo there)" there
kill -INT "$run"
ended
check "the second one ends it, with its report" "$code $(told)" "137 broken lock take_crosswise"
begin --hang-after 0 -- stay
more_int() { kill -INT "$run" 2>/dev/null; is_gone "$target"; }
eventually more_int
ended
check "without a word of hanging three in a row do" "$code" 137
begin --hang-after 0.2 --timeout 4 -- circle
ended
check "--timeout ends it, and gives 124" "$code $(told)" "124 broken lock take_crosswise"
begin --hang-after 0.2 --timeout 4 --format json -- circle
ended
check "a machine finds the report alone on stderr" "$(sed -n 1p err) $(grep -c '"waits_for_tid":[1-9]' err | sed 's/[2-9]/some/')" "{ some"
rm -f t.db
: >out
"$rtctrack" run --spool-dir spools -o t.db --timeout 2 -- /bin/sh -c "$hang circle; exit 0" >out 2>err &
run=$!
eventually is_ready || fail "a hang below a shell is ready" "$(cat err)"
below() { target=$(child_of "$(child_of $run)"); [ -n "$target" ]; }
eventually below
why "$(child_of $run)"
check "why: of a wrapper names what it started" "$(grep -c "rtctrack why $target" why.out)" 1
hung=$target
ended
check "--timeout ends what a shell started" "$code $(eventually is_gone "$hung" && echo gone)" "124 gone"
rm -f t.db
: >out
timeout 60 "$rtctrack" run --spool-dir spools -o t.db --timeout 2 -- /bin/sh -c "setsid $hang stay & wait" >out 2>err &
run=$!
eventually is_ready
eventually below
hung=$target
ended
check "--timeout ends what ignores SIGTERM in a session of its own, and says so" "$code $(ps -o stat= -p "$hung" | grep -vc Z) $(grep -c '1 other that it had started was still there' err)" "124 0 1"
if [ "$(id -u)" = 0 ] && [ -f p.db ] && command -v setpriv >/dev/null; then
	rm -f t.db
	: >out
	chmod 755 "$work"
	"$rtctrack" run --spool-dir spools -o t.db -- setpriv --reuid=65534 --regid=65534 --clear-groups "$hang" circle >out 2>err &
	run=$!
	eventually is_ready
	target=$(child_of $run)
	eventually why_says --hang-after 0.2 "$target"
	check "why: what could make no spool in a run is looked at by probes" "$code $(grep -c '^something hangs' why.out)" "1 1"
	finish
else
	skip "why: what could make no spool in a run" "no root, no probes or no setpriv"
fi
begin --hang-after 0.2 --timeout 4 --gate -- circle
ended
check "with --gate too" "$code" 124

# Locks taken in both orders, or all around: told where they are the same locks, and no others that lay there.
while read -r name expected; do
	finish
	rm -f t.db
	timeout 60 "$rtctrack" run --quiet -o t.db -- "$build/tests/live/live_lock_orders" "$name" "$build/tests/live/live_plugin.so" >out 2>err
	check "lock orders, $name" "$? $(sqlite3 -batch t.db "SELECT rule || ' ' || state FROM finding" 2>&1)" "0 $expected"
done <<'END'
known lock-order possible
in-modules lock-order possible
in-plugin lock-order possible
in-late-plugin lock-order possible
ring lock-order possible
reused
reused-after-known
renewed
broken-ring
in-another-plugin
where-plugin-was
END
summary
