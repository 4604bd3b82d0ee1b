#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# rtctrack soak: what counts as a session, what grows and what does not, and when there is no verdict.
#   tests/live/soak_command.sh [--full] [BUILD]        (default build/release)
# --full: hundreds of sessions, and the same again and again.
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=soak-command
. "$here/../check.sh"
full=no
[ "${1:-}" != --full ] || { full=yes; shift; }
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
host=$build/tests/live/live_soak_host
loopback=$build/samples/loopback/dc-loopback
scenario=$build/samples/scenarios/dc-scenario
work=$(mktemp -d)
run=
trap '[ -z "$run" ] || kill -KILL "$run" 2>/dev/null; rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
mkdir spools

# soak OPTION... -- PROGRAM...: its trace t.db, its streams out and err, its code $code
soak() {
	rm -f t.db port
	timeout 120 "$rtctrack" soak --spool-dir spools -o t.db "$@" >out 2>err
	code=$?
}
ask() { sqlite3 -batch -separator ' ' t.db "$@" 2>&1; }
# trend CLASS: how what is born of it goes, from how many to how many; a line for each place
trend() { ask "SELECT verdict, first, last FROM trend WHERE class = '$1' AND verdict <> 'steady'"; }
not_steady() { ask "SELECT count(*) FROM trend WHERE verdict <> 'steady'"; }
gate() { sed -n 's/^rtctrack: gate: //p' err; }
# judged: the code of soak, and that of check on its trace
judged() {
	timeout 60 "$rtctrack" check t.db >check.out 2>&1
	echo "$code $?"
}

# The recorder's patience is ten seconds: it ends beside the others.
mkdir deaf deaf/spools
(
	cd deaf
	soak -n 6 -- "$host" deaf for-ever
	echo "$code $(ask "SELECT end, code FROM process") $(grep -c 'ended by SIGKILL' err)" >said
) &
deaf=$!

# The stack under test.
soak -n 12 -- "$loopback" --sessions 12 --messages 3 --marks
check "dc-loopback: passes, and check says so too" "$(judged) $(gate)" "0 0 passed"
check "dc-loopback: nothing grows" "$(not_steady)" 0
check "dc-loopback: the report counts its sessions" "$(grep -c '^  soak: 12 of 12 sessions (marks)$' err)" 1
soak -n 12 -- "$loopback" --sessions 12 --messages 3 --marks --leak
check "dc-loopback --leak: fails, and check says so too" "$(judged)" "23 1"
check "dc-loopback --leak: two sockets at each session" "$(trend udp)" "growing 2 24"
check "dc-loopback --leak: by slope, without doubt" "$(ask "SELECT slope, slope_low, slope_high, culprit_function FROM trend WHERE class = 'udp' AND verdict = 'growing'")" "2.0 2.0 2.0 carrier_bind_socket"
check "dc-loopback --leak: the table says when descriptors run out" "$(grep -cE '^ +the limit of [0-9]+ descriptors is reached after [0-9]+ more sessions$' err)" 1
soak -n 8 -- "$loopback" --sessions 100000 --messages 3 --marks
check "dc-loopback, far more sessions: told to end after so many" "$code $(ask "SELECT count(*) >= 8 AND count(*) < 100000 FROM mark") $(ask "SELECT end, code FROM process")" "0 1 signal 15"

for name in session-buffer-growth:message pipes-per-reconnect:pipe listener-not-removed:consumer; do
	soak -n 8 -- "$scenario" "${name%:*}" --form buggy --sessions 8
	check "dc-scenario ${name%:*}, buggy: what grows is told, and fails" "$code $(trend "${name#*:}" | cut -d' ' -f1)" "23 growing"
	soak -n 8 -- "$scenario" "${name%:*}" --form fixed --sessions 8
	check "dc-scenario ${name%:*}, fixed: passes, and nothing grows" "$code $(not_steady)" "0 0"
done

# Growth, and what only looks like it.
soak -n 30 -- "$host" leak 30
check "a leak at each session" "$(judged) $(trend eventfd)" "23 1 growing 1 30"
soak -n 30 -- "$host" leak-of-five 30
check "a leak at each fifth session" "$(judged) $(trend eventfd)" "23 1 growing 0 6"
check "a leak at each fifth session: its slope" "$(ask "SELECT round(slope, 2), slope_low > 0.15, slope_high < 0.25 FROM trend")" "0.2 1 1"
soak -n 30 -- "$host" cache 30
check "a cache that is filled once" "$(judged) $(trend eventfd)" "0 0 cache 0 3"
soak -n 30 -- "$host" pool 30
check "a pool that fills up" "$(judged) $(trend eventfd)" "0 0 cache 1 5"
soak -n 7 -- "$host" pool 7
check "a pool that was just filled: no verdict" "$(judged) $(trend eventfd)" "3 3 unclear 1 5"
check "a pool that was just filled: why" "$(gate)" "no verdict: whether 1 place grows is unclear; about 20 sessions would tell"
soak -n 30 -- "$host" sway 30
check "what sways" "$(judged) $(not_steady)" "0 0 0"
soak -n 30 --trace-budget 0 -- "$host" leak-of-five 30
check "a trace of sums tells the same" "$(judged) $(trend eventfd)" "23 1 growing 0 6"

# Closes of scopes.
soak -n 20 --count-scope Call -- "$host" leak 20
check "closes of scopes: sessions without a mark of the program's" "$(judged) $(ask "SELECT verdict, last - first FROM trend WHERE class = 'eventfd'")" "23 1 growing 19"
soak -n 20 --count-scope 'C*l' -- "$host" fixed for-ever
check "closes of scopes: a pattern; the program is ended" "$(judged) $(ask "SELECT count(*) >= 20 FROM mark WHERE text LIKE '%(closed)'")" "0 0 1"
soak -n 20 --count-scope Session -- "$host" fixed 3
check "closes of a class that there is none of: no verdict" "$(judged) $(gate)" "3 3 no verdict: 0 of 20 sessions were over at the end"
check "closes of a class that there is none of: which there are" "$(grep -c 'classes Call$' err)" 1

# Repetitions against a daemon.
cat >visit <<'VISIT'
exec 3<>"/dev/tcp/127.0.0.1/$(cat port)" && read -r word <&3 && [ "$word" = done ]
VISIT
soak -n 8 --each 'bash ./visit 2>/dev/null' -- "$host" serve fixed port
check "--each: a daemon that closes all" "$(judged) $(not_steady) $(gate | cut -d';' -f1)" "0 0 0 passed"
check "--each: a mark after each" "$(ask "SELECT count(*), max(text) FROM mark")" "8 session 8 (repeated)"
check "--each: the daemon was told to end" "$(ask "SELECT end, code FROM process")" "signal 15"
soak -n 8 --each 'bash ./visit 2>/dev/null' -- "$host" serve leak port
check "--each: a daemon that leaks" "$(judged) $(trend eventfd)" "23 1 growing 1 8"
soak -n 8 --each 'bash ./visit 2>/dev/null && [ "$RTCTRACK_SESSION" != 4 ]' -- "$host" serve fixed port
check "--each: a repetition fails: no verdict" "$(judged) $(gate)" "3 3 no verdict: repetition 4 of 8 failed with exit code 1"
soak -n 8 --each 'bash ./visit 2>/dev/null && [ "$RTCTRACK_SESSION" != 3 ]' -- "$host" serve leak port
check "--each: what is found before fails all the same" "$(ask "SELECT count(*) FROM mark") $(judged | cut -d' ' -f1)" "2 3"
soak -n 8 --each 'kill -0 "$RTCTRACK_PID" && "'"$rtctrack"'" mark round "$RTCTRACK_SESSION"' -- "$host" serve fixed port
check "--each: the command knows the program, and can mark" "$code $(ask "SELECT count(*) FROM mark WHERE text LIKE 'round _'")" "0 8"
soak -n 8 --each ./no-such-command -- "$host" serve fixed port
check "--each: a command that there is none of" "$(gate)" "no verdict: repetition 1 of 8 failed with exit code 127"
for seconds in 0.3 1 4 16; do # until a shell ends in that time
	soak -n 8 --each-timeout $seconds --each '[ "$RTCTRACK_SESSION" -lt 3 ] || sleep 100' -- "$host" serve fixed port
	[[ "$(gate)" = *'repetition '[12]' of 8'* ]] || break
done
check "--each: a command that takes too long" "$(gate)" "no verdict: repetition 3 of 8 took more than $seconds s"
soak -n 8 --each 'bash ./visit 2>/dev/null; [ "$RTCTRACK_SESSION" != 5 ] || kill -KILL "$RTCTRACK_PID"' -- "$host" serve fixed port
check "--each: the program dies meanwhile" "$code $(ask "SELECT value LIKE '% of 8 sessions were over at the end' OR value LIKE 'repetition % of 8 %' FROM meta WHERE key = 'no_verdict'")" "137 1"
if command -v curl >/dev/null; then
	soak -n 8 --each 'curl -sf -m 30 "$(head -1 out)" >page' -- "$build/samples/echo/dc-echo"
	check "--each: dc-echo, asked for its page again and again" "$(judged) $(not_steady) $(wc -c <page | sed 's/^[1-9][0-9]*$/some/')" "0 0 0 some"
else
	skip "--each: dc-echo, asked for its page again and again" "curl is not here"
fi

# Programs that do not come to the last session.
soak -n 20 -- "$host" fixed 9
check "too few sessions: no verdict" "$(judged) $(gate)" "3 3 no verdict: 9 of 20 sessions were over at the end"
soak -n 20 -- "$host" leak 9
check "too few sessions, and a leak: that is told" "$(judged)" "23 1"
soak -n 20 -- "$host" dies 20
check "a program that dies in the middle: its code, and a report" "$code $(grep -c '^  no verdict on growth: 4 of 20 sessions' err)" "7 1"
soak -n 20 -- true
check "no session at all: what could be one" "$code $(grep -c 'count-scope' err)" "3 1"
soak -n 6 --timeout 0.5 -- sleep 100
check "--timeout ends a soak" "$code" 124
wait "$deaf"
check "who does not end when told to is killed" "$(cat deaf/said)" "137 signal 9 1"

rm -f t.db
env --default-signal=INT timeout 120 "$rtctrack" soak --spool-dir spools -o t.db -n 100000 -- "$host" leak for-ever >out 2>err &
run=$!
has_marks() { [ "$(ask 'SELECT count(*) > 20 FROM mark')" = 1 ]; }
eventually has_marks || fail "a soak goes on" "$(cat err)"
kill -INT "$run"
wait "$run"
code=$?
run=
check "Ctrl-C: the program's code, and a report" "$code $(grep -cE '^  no verdict on growth: [0-9]+ of 100000 sessions were over' err) $(trend eventfd | cut -d' ' -f1)" "130 1 growing"
check "Ctrl-C: nothing is left behind" "$(ls spools)" ""

# The report afterwards.
soak -n 8 -- "$host" leak 8
timeout 60 "$rtctrack" report t.db >report.out 2>&1
check "report: the table again" "$(grep -cE '^  growing +eventfd +open_and_close +1 -> 8 +\+1 ' report.out)" 1
timeout 60 "$rtctrack" report --format json t.db >report.json
check "report: as JSON" "$(python3 - report.json <<'P'
import json, sys
soak = json.load(open(sys.argv[1]))["runs"][0]["soak"]
trend = soak["trends"][0]
print(soak["by"], soak["wanted"], soak["sessions"], soak["no_verdict"], trend["trend"], trend["class"],
      trend["culprit"]["function"], trend["first"], trend["last"], trend["slope"], trend["interval"],
      trend["forecast"]["supply"])
P
)" "marks 8 8 None growing eventfd open_and_close 1 8 1 [1, 1] descriptors"
timeout 60 "$rtctrack" report --redact t.db >report.out 2>&1
check "report --redact: no folder" "$(grep -c "$here" report.out)" 0
timeout 60 "$rtctrack" run -o t.db --quiet -- "$host" leak 8
timeout 60 "$rtctrack" report --format json t.db >report.json
check "another recording is no soak" "$(grep -c '"soak":null' report.json)" 1

# The same gate as of run.
soak -n 8 -- "$host" leak 8
timeout 60 "$rtctrack" baseline write leaks.jsonl t.db >/dev/null 2>&1
soak -n 8 --baseline leaks.jsonl -- "$host" leak 8
check "--baseline: what is known passes" "$code $(trend eventfd)" "0 growing 1 8"
soak -n 9 --baseline leaks.jsonl -- "$host" leak 9
check "--baseline: as fast as is known passes, in more sessions" "$code" 0
soak -n 8 --leak-exitcode 42 -- "$host" leak 8
check "--leak-exitcode" "$code" 42
soak -n 8 --policy no-such.yaml -- "$host" leak 8
check "--policy: a file that is not there; nothing is recorded" "$code $(ls t.db 2>/dev/null)" "2 "

# What cannot be.
soak -n 5 -- true
check "fewer than six sessions are refused" "$code $(grep -c "'5' is not a number of sessions from 6" err)" "2 1"
soak --each true --count-scope Call -- true
check "two sorts of sessions are refused" "$code" 2
soak -n 6
check "a soak of nothing" "$code $(grep -c 'soak what?' err)" "2 1"
soak -n 6 -- ./no-such-program
check "a program that is not there" "$code" 127

if [ $full = yes ]; then
	soak -n 400 -- "$loopback" --sessions 400 --messages 3 --marks
	check "400 sessions of dc-loopback pass" "$code $(not_steady)" "0 0"
	soak -n 400 -- "$loopback" --sessions 400 --messages 3 --marks --leak
	check "400 sessions of dc-loopback --leak fail" "$code $(trend udp)" "23 growing 2 800"
	soak -n 400 --count-scope agent -- "$loopback" --sessions 200 --parallel 4 --messages 3
	check "400 agents, four pairs at a time: nothing grows" "$code $(not_steady)" "0 0"
	soak -n 2000 -- "$host" leak-of-five 2000
	check "2000 sessions with a leak at each fifth" "$code $(trend eventfd)" "23 growing 0 400"
	wrong=0
	for ((i = 0; i < 20; i++)); do
		soak -n 20 -- "$loopback" --sessions 20 --messages 3 --marks
		[ "$code $(not_steady)" = "0 0" ] || wrong=$((wrong + 1))
		soak -n 8 --each 'bash ./visit 2>/dev/null' -- "$host" serve fixed port
		[ "$code $(not_steady)" = "0 0" ] || wrong=$((wrong + 1))
		soak -n 30 -- "$host" leak-of-five 30
		[ "$code" = 23 ] || wrong=$((wrong + 1))
	done
	check "twenty times the same: each time the same" "$wrong" 0
fi
summary
