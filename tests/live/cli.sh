#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command from outside: clean, --quiet, --redact, LD_PRELOAD alone, terminals.
#   tests/live/cli.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=cli
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
host=$build/tests/live/live_host
shim=$build/libtrack/shim/libtrack.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
mkdir spools

# run OPTION... -- COMMAND...: its trace is t.db, its streams out and err, its exit code $code
run() {
	rm -f t.db
	timeout 60 "$rtctrack" run --spool-dir spools -o t.db "$@" >out 2>err
	code=$?
}

# --quiet: not a word on stderr but errors, whatever happens.
run --quiet -- "$host" exit
check "quiet run: the exit code passes" "$code" 3
check "quiet run: nothing on stderr" "$(cat err)" ""
run --quiet --timeout 0.2 -- sleep 20
check "quiet run: ended by --timeout without a word" "$code $(cat err)" "124 "
printf 'int main(void) { return 0; }\n' >s.c
cc -static -o s s.c
run --quiet -- ./s
check "quiet run: what cannot be recorded is not told" "$code $(cat err)" "0 "
run --quiet --gate --engine shim -- ./s
check "quiet gate: no verdict, and not a word" "$code $(cat err)" "3 "
run --quiet --report-file r.txt -- "$host" exit
check "quiet run: the report's file is written" "$(grep -c 'next: start' r.txt) $(cat err)" "1 "
run --quiet -- ./nowhere
check "quiet run: errors are said" "$code $(grep -c 'cannot run' err)" "127 1"
run --quiet -- "$host" exit
"$rtctrack" report --quiet t.db >out 2>err
check "quiet report: on stdout, nothing on stderr" "$? $(grep -c 'next: start' out) $(cat err)" "0 1 "
"$rtctrack" report --quiet ./nowhere >out 2>err
check "quiet report: errors are said" "$? $(grep -c 'cannot open' err)" "2 1"

# --redact: in every format, on stderr and stdout.
run -- "$host" exit
check "a report shows addresses" "$(grep -c '127\.0\.0\.1\|0\.0\.0\.0' err | sed 's/[1-9][0-9]*/some/')" some
cp t.db kept.db
run --redact -- "$host" exit
for format in $("$rtctrack" help --completion bash | sed -n "s/.*report:--format.*) _rtctrack_words '\([^']*\)'.*/\1/p"); do
	"$rtctrack" report --redact --format "$format" kept.db >"format.$format"
done
# A page has its trace packed: what is in it, as text. Without the page, there is none.
page=$here/../formats/page.mjs
if [ -s format.html ]; then
	node "$page" format.html take 0 page.db && { node "$page" format.html says 'JSON.stringify(s)' && sqlite3 -batch page.db .dump; } >page.text
	mv page.text format.html
else
	rm -f format.html
fi
check "text and json are among the formats" "$(ls format.text format.json 2>&1 | paste -sd ' ')" "format.json format.text"
for file in err format.*; do
	check "redacted $file: no address, folder or argument" \
		"$(grep -nE '127\.0\.0\.1|0\.0\.0\.0|/(work|home|root|tmp|usr)|live_host exit' $file | head -2)" ""
	check "redacted $file: function and place stay" "$(grep -q host_open $file && grep -c 'host.*\.c' $file | sed 's/[1-9][0-9]*/some/')" some
done

# A machine reads one document from its stream; a person reads on.
run --gate --format json -- /bin/true
check "nothing follows a report for a machine" "$code $(tail -1 err)" "0 }"
run --gate -- /bin/true
check "the verdict follows one for people" "$code $(tail -1 err)" "0 rtctrack: gate: passed"

# Annotated by halves: one line says which half is missing, and no gate fails.
cat >halves.c <<'EOF_C'
#include <track/track.h>
static int thing, other;
static __attribute__((noinline)) void let_go(void)
{
	track_release(&thing, "user", track_nobody());
}
int main(void)
{
	for (int i = 0; i < 3; i++)
		let_go();
	track_own(track_scope(&other), track_object(&thing));
	track_timer_cancel(&other);
	return 0;
}
EOF_C
cc -g -O1 -I "$here/../../libtrack/include" -o halves halves.c
run --gate -- ./halves
check "what was never created is one line, and fails no gate" \
	"$code $(grep -o 'never created: .*; the first: release of 0x[0-9a-f]* in let_go ([^)]*halves.c:5)' err | sed 's/0x[0-9a-f]*/0x/; s|(/.*/|(|')" \
	"0 never created: 4 (3 releases of objects, 1 own of an object); the first: release of 0x in let_go (halves.c:5)"

# What some projects compile with, besides.
if command -v g++ >/dev/null; then
	check "the header has no useless cast" \
		"$(echo '#include <track/track.h>' | g++ -std=c++17 -Wuseless-cast -I "$here/../../libtrack/include" -fsyntax-only -xc++ - 2>&1 | head -3)" ""
else
	skip "useless casts" "g++ is missing"
fi

# Where no finding is of a rule, those that are.
run -- "$host" exit
check "a rule that no finding is of names those that are" "$("$rtctrack" report --rule ref-cycle t.db | grep -c '^  --rule ref-cycle: no finding is that; there are: fd-leak [0-9]')" 1

# Where no mark is called so, those that are.
cat >marks.c <<'EOF_C'
#include <track/track.h>
int main(void)
{
	track_mark("session 1");
	track_mark("session 2");
	return 0;
}
EOF_C
cc -g -O1 -I "$here/../../libtrack/include" -o marks marks.c
run --quiet -- ./marks
"$rtctrack" report --since 'session 9' t.db >out 2>err
check "a mark that is not there names those that are" "$? $(sed -n 2p err)" "2   there are 2: 'session 1', 'session 2'"

# How it ended stands above the findings.
run -- bash -c 'kill -SEGV $$'
check "a crash is named on top" "$(sed -n 2p err | cut -d: -f 1)" "  killed by SIGSEGV (Segmentation fault)"
run --timeout 0.5 -- sleep 20
check "so is a timeout" "$(grep -c '^  ended by --timeout after 0.5 s, killed by SIGTERM (Terminated): ' err)" 1

# A trace of another version says what to do.
cp kept.db old.db
sqlite3 old.db "PRAGMA user_version = 3"
"$rtctrack" report old.db >out 2>err
check "a trace of an older schema: record it again" "$? $(grep -c 'schema version 3.*record the program again' err) $(wc -l <err)" "2 1 1"

# A folder with what only looks like a trace, and with a trace that is cut short.
mkdir folder
cp kept.db folder/a.db
echo 'a text' >folder/text.db
sqlite3 folder/other.db 'CREATE TABLE t (x)'
"$rtctrack" check folder >out 2>err
check "what is no trace is left out, and named" "$(cat err)" \
	"rtctrack: left out 'folder/other.db': neither a trace nor a spool
rtctrack: left out 'folder/text.db': neither a trace nor a spool"
"$rtctrack" check --quiet folder >out 2>err
check "so it is by a quiet check, without a word" "$(cat err)" ""
head -c 8192 kept.db >folder/cut.db
"$rtctrack" check --quiet folder >out 2>err
check "a trace that is cut short is an error, with what to do" "$? $(sed -n 2p err)" \
	"2   it may be damaged or cut short: copy it again, or record the program again"

# LD_PRELOAD alone, and what clean does about it.
RTCTRACK_SPOOL_DIR=$work/spools LD_PRELOAD=$shim "$host" exit >/dev/null
check "LD_PRELOAD alone leaves a spool" "$(ls spools | grep -c '\.spool$')" 1
check "that report reads" "$("$rtctrack" report spools | grep -c host_open | sed 's/[1-9][0-9]*/some/')" some
touch spools/mine.txt
RTCTRACK_SPOOL_DIR=$work/spools LD_PRELOAD=$shim sleep 300 &
sleeper=$!
eventually sh -c '[ "$(ls spools | grep -c "\.spool$")" = 2 ]'
"$rtctrack" run --spool-dir spools -o live.db -- sleep 300 2>/dev/null &
recorder=$!
eventually sh -c 'ls spools/run-*/*.spool'
reaches_now() { "$rtctrack" report live.db 2>/dev/null | sed -n '1s/.*  \([0-9.]* s\), 1 process$/\1/p' | grep -qv '^0\.00'; }
if python3 -c 'import fcntl; fcntl.fcntl(open("kept.db"), fcntl.F_SETLEASE, fcntl.F_RDLCK)' 2>/dev/null; then
	eventually reaches_now
	check "a report while the run goes on reaches to now" "$?" 0
else
	skip "a report while the run goes on" "this file system has no leases, or python3 is missing"
fi
check "clean: a dry run removes nothing" "$("$rtctrack" clean -n --spool-dir spools | tail -1 | sed 's/[0-9.]* [KM]iB/SIZE/') $(ls spools | wc -l)" \
	"1 would go, and give back SIZE; 2 in use 4"
check "clean: what is in use stays" "$("$rtctrack" clean --spool-dir spools | tail -1 | sed 's/[0-9.]* [KM]iB/SIZE/') $(ls spools | wc -l)" \
	"1 removed, SIZE given back; 2 in use 3"
program=$(sed -n 's/^program //p' spools/run-*/info)
kill -9 "$recorder" 2>/dev/null
wait "$recorder" 2>/dev/null # the shell says that it was killed
check "clean: a killed run stays while its program lives" "$("$rtctrack" clean --spool-dir spools)" "nothing to remove in $work/spools; 2 in use"
kill "$sleeper" "$program" 2>/dev/null
wait "$sleeper" 2>/dev/null
eventually sh -c "[ ! -e /proc/$program ] || grep '^State:.Z' /proc/$program/status"
check "clean: --older-than spares what is young" "$("$rtctrack" clean --older-than 1h --spool-dir spools)" "nothing to remove in $work/spools; 2 younger than --older-than"
"$rtctrack" clean --spool-dir spools >out
check "clean: what nobody uses goes, what is not ours stays" "$? $(ls spools)" "0 mine.txt"
"$rtctrack" clean --spool-dir nowhere >out 2>err
check "clean: a folder that is not there is an error" "$? $(cat err)" "2 rtctrack: cannot clean 'nowhere': No such file or directory"

# The width of a terminal holds there, and nowhere else.
if command -v script >/dev/null; then
	widest() { tr -d '\r' | awk '{ if (length($0) > most) most = length($0) } END { print (most <= 60 ? "fits" : "wider") }'; }
	check "a report fits a terminal of 60 columns" "$(script -qc "stty cols 60; $rtctrack report kept.db" /dev/null | widest)" fits
	check "COLUMNS=60 holds for a terminal" "$(COLUMNS=60 script -qc "$rtctrack report kept.db" /dev/null | widest)" fits
	check "COLUMNS does not hold for a pipe" "$(COLUMNS=60 "$rtctrack" report kept.db | widest)" wider
else
	skip "terminals" "script (util-linux) is missing"
fi
summary
