#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a run may take: room for the trace, processes, a recorder that is killed.
#   tests/live/bounds.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=bounds
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
pairs=$build/tests/bench/bench_pairs
forker=$build/tests/live/live_forker
work=$(mktemp -d)
trap 'mountpoint -q "$work/tiny" && umount "$work/tiny"; rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
cd "$work" || exit 2
mkdir tiny spools

sql() { sqlite3 -batch "$1" "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }
bytes() { stat -c %s "$1"; }
# count_lines PATTERN FILE
count_lines() { grep -c -- "$1" "$2"; }

# A trace past its budget: lifetimes that ended in order are sums, and all are counted.
"$rtctrack" run -o folded.db --trace-budget 1M --report-file report -- "$pairs" 100000 2 >out 2>err
check "a budget: the program's exit code" "$?" 0
check "a budget: every lifetime is counted" "$(count_lines '200000 opened, 200000 closed, 0 alive' report)" 1
check "a budget: rows and sums make the whole" "$(sql folded.db "SELECT (SELECT count(*) FROM resource WHERE kind = 'fd' AND NOT inherited) + (SELECT sum(count) FROM lifetime_statistics WHERE kind = 'fd')")" 200000
check "a budget: the sums name their stacks" "$(sql folded.db "SELECT count(DISTINCT t.function) FROM lifetime_statistics s JOIN stack_text t ON t.stack_id IN (s.birth_stack, s.death_stack) WHERE t.function = 'one_pair'")" 1
check "a budget: the trace keeps near it" "$(($(bytes folded.db) < 3 << 20))" 1
"$rtctrack" run -o nothing.db --trace-budget 0 --quiet -- "$pairs" 20000 1 >out 2>err
check "--trace-budget 0: no clean lifetime has a row" "$(sql nothing.db "SELECT count(*) FROM resource WHERE kind = 'fd' AND NOT inherited")" 0
"$rtctrack" run -o leaks.db --trace-budget 0 --quiet -- "$build/tests/live/live_host" exit >out 2>err
check "--trace-budget 0: what leaks has its row and finding" "$(sql leaks.db "SELECT count(*) || ' ' || (SELECT count FROM finding WHERE rule = 'fd-leak') FROM leaked_sockets")" "1000 1000"
"$rtctrack" run -o double.db --trace-budget 0 --quiet -- "$build/tests/live/live_host" errno >out 2>err
check "--trace-budget 0: a double close is found" "$(sql double.db "SELECT rule || ' ' || state FROM finding")" "double-close broken"

# No room for the records of an annotated program that leaves nothing: what rests on one that may be missing is undecided.
for cap in 64K 256K; do
	"$rtctrack" run -o lossy.db --cap $cap --gate --report-file report -- \
		"$build/samples/scenarios/dc-scenario" candidate-refs --form fixed --sessions 12 >out 2>err
	check "$cap for all records: the gate has no verdict" "$?" 3
	check "$cap for all records: no finding fails a gate" "$(sql lossy.db "SELECT count(*) FROM finding WHERE state IN ('broken', 'leaked', 'growing', 'unclosed')")" 0
	check "$cap for all records: the report says it first" "$(sed -n 2p report)" "  records were lost (see coverage): what rests on them is undecided"
done

# No room for the trace: the program goes on, one sentence, and the spools stay.
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=1m tmpfs tiny 2>/dev/null; then
	"$rtctrack" run -o tiny/t.db --trace-budget 1G --spool-dir spools -- sh -c "'$pairs' 200000 1 >/dev/null; exit 9" >out 2>err
	check "no room for the trace: the program's exit code" "$?" 9
	check "no room for the trace: it is said once" "$(count_lines 'the recording is cut short: .*disk is full' err) $(wc -l <err)" "1 2"
	kept=$(sed -n 's/.*the spools stay: rtctrack report //p' err)
	check "no room for the trace: the spools stay" "$(ls "$kept"/*.spool | grep -c .)" 2
	"$rtctrack" report "$kept" >report 2>err
	check "no room for the trace: what is left can be reported" "$? $(grep -c 'opened, .*closed' report | grep -c '[1-9]')" "0 1"
	"$rtctrack" report tiny/t.db >report 2>err
	check "no room for the trace: what was stored can be reported" "$? $(count_lines 'did not come to its end' report)" "0 1"
	umount tiny
else
	skip "no room for the trace" "needs root to mount a small tmpfs"
fi
rm -rf spools/*

# Ten thousand processes. Their spools go as they end. It takes its time: of fewer all spools could lie there at once,
# and a recorder that forgets nothing would still be small.
most=0
"$rtctrack" run -o tree.db --spool-dir spools --report-file report -- "$forker" 10000 1000 >out 2>err &
recorder=$!
while kill -0 $recorder 2>/dev/null; do
	now=$(ls spools/run-* 2>/dev/null | wc -l)
	most=$((now > most ? now : most))
	peak=$(awk '/VmHWM/ {print int($2 / 1024)}' /proc/$recorder/status 2>/dev/null) && [ -n "$peak" ] && memory=$peak
	sleep 0.2
done
wait $recorder
check "10,000 processes: exit code and account" "$? $(cat out)" "0 children=10000"
check "10,000 processes: each is known, and how it ended" "$(sql tree.db "SELECT count(*) || ' ' || sum(end = 'exit' AND code = 0) || ' ' || sum(census_fds) FROM process")" "10001 10001 10001"
check "10,000 processes: all have their parent" "$(sql tree.db "SELECT count(*) FROM process WHERE parent_id = 1")" 10000
check "10,000 processes: nothing lost" "$(sql tree.db "SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'")" 0
check "10,000 processes: one finding for all" "$(sql tree.db "SELECT rule || ' ' || count || ' ' || culprit_function FROM finding")" "fd-leak 10000 child"
check "10,000 processes: few spools at a time" "$((most < 5000))" 1
check "10,000 processes: the recorder keeps small" "$((memory < 200))" 1
check "10,000 processes: nothing is left behind" "$(ls spools | wc -l)" 0
"$rtctrack" run -o capped.db --cap 32M --quiet -- "$forker" 3000 200 >out 2>err
check "3,000 processes in the room of 512 segments: it comes back, nothing is lost" "$(sql capped.db "SELECT (SELECT count(*) FROM process) || ' ' || coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'")" "3001 0"
"$rtctrack" run -o shell.db --quiet -- sh -c 'i=0; while [ $i -lt 500 ]; do (exec /bin/true); i=$((i + 1)); done' >out 2>err
check "fork and exec: every first image was replaced, none died" "$(sql shell.db "SELECT group_concat(n, ' ') FROM (SELECT image || end || count(*) AS n FROM process GROUP BY image, end ORDER BY 1)")" "0exec500 0exit1 1exit500"

# A killed recorder: the program goes on, and what it left can be reported.
"$rtctrack" run -o killed.db --spool-dir spools --quiet -- sh -c "touch begun; while [ ! -e killed ]; do sleep 0.05; done; '$build/tests/live/live_host' exit >lived; echo \$? >>lived" >out 2>err &
recorder=$!
eventually [ -e begun ]
kill -9 $recorder
wait $recorder 2>/dev/null
touch killed
eventually sh -c '[ "$(grep -c . lived)" = 2 ]'
check "a killed recorder: the program goes on" "$(tr '\n' ' ' <lived)" "opened=1000 closed=0 3 "
left=$(ls spools/run-*/*.spool | wc -l)
"$rtctrack" report spools/run-* >report 2>err
check "a killed recorder: what the spools hold is reported" "$? $(count_lines '1000 UDP sockets opened here were never closed' report)" "0 1"
check "a killed recorder: report removes no spool" "$(ls spools/run-*/*.spool | wc -l)" "$left"
rm -rf spools/*

# One that is killed in the middle: trace and spools have a part each, and say so. What is marked
# after the first half is in the trace when what that half took has been given back.
rm -f killed lived
"$rtctrack" run -o killed.db --spool-dir spools --quiet -- "$build/tests/live/live_host" halves >lived 2>err &
recorder=$!
eventually sh -c '[ "$(sqlite3 -batch killed.db "SELECT count(*) >= 100000 FROM resource")" = 1 ]'
eventually "$rtctrack" mark --spool-dir spools between
eventually sh -c '[ "$(sqlite3 -batch killed.db "SELECT text FROM mark")" = between ]'
kill -9 $recorder
wait $recorder 2>/dev/null
touch killed
eventually [ -s lived ]
check "killed in the middle: the program goes on" "$(cat lived)" "opened=200000 closed=200000"
"$rtctrack" report killed.db >report 2>err
check "killed in the middle: the trace says that it is unfinished" "$? $(count_lines 'did not come to its end' report)" "0 1"
"$rtctrack" report spools/run-* >report 2>err
check "killed in the middle: the spools say that a part is elsewhere" "$? $(count_lines 'an earlier recorder took away' report) $(count_lines 'incomplete' report)" "0 1 1"

# A program that spoils the run's folder harms its own recording at most.
"$rtctrack" run -o hostile.db --spool-dir spools --report-file report -- sh -c 'sleep 0.1; for f in spools/run-*/budget; do : >"$f"; done; head -c 9000 /dev/urandom >"$(dirname "$f")/x.spool"; mkfifo "$(dirname "$f")/y.spool"; /bin/true; sleep 0.1; exit 7' >out 2>err
check "a spoiled folder: the exit code" "$?" 7
check "a spoiled folder: the processes are known" "$(sql hostile.db "SELECT count(*) > 5 FROM process")" 1

# Where a write into a page that was made ready may fail, no spool is kept.
if [ "$(id -u)" = 0 ] && command -v mkfs.btrfs >/dev/null && mkdir cow && truncate -s 120M cow.img &&
	mkfs.btrfs -q cow.img >/dev/null 2>&1 && mount -o loop cow.img cow 2>/dev/null; then
	"$rtctrack" run -o cow.db --spool-dir cow -- true >out 2>err
	code=$?
	umount cow
	check "a spool folder on btrfs is refused before the start" "$code $(grep -c 'on btrfs a full disk' err)" "2 1"
else
	skip "a spool folder on btrfs" "needs root, btrfs-progs and a loop device"
fi

summary
