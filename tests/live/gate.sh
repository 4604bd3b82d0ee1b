#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The gate: its exit codes, policies, suppressions, baselines; what check explains; diff.
#   tests/live/gate.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=gate
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
leaky=$build/tests/live/live_leaky
ending=$build/tests/live/live_ending
host=$build/tests/live/live_soak_host
scenario=$build/samples/scenarios/dc-scenario
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD GITHUB_STEP_SUMMARY
cd "$work" || exit 2
mkdir spools

# rt COMMAND...: its streams out and err, its code $code
rt() {
	timeout 60 "$rtctrack" "$@" >out 2>err
	code=$?
}
# run OPTION... -- COMMAND...: its trace is t.db
run() {
	rm -f t.db
	rt run --spool-dir spools -o t.db "$@"
}
# record TRACE COUNTS...: what the program left open, so many UDP, TCP sockets and pipes
record() {
	rm -f "$1"
	timeout 60 "$rtctrack" run --quiet --spool-dir spools -o "$1" -- "$leaky" "${@:2}" || fail "recording $*" "$?"
}
# has FILE TEXT: how many lines have it
has() { grep -cF -- "$2" "$1"; }
gate() { sed -n 's/^rtctrack: gate: //p' err; }
fingerprints() { sed 's/.*"fingerprint":"\([0-9a-f]*\)".*/\1/' "$1"; }
# lose TRACE: evidence is missing from now on
lose() { sqlite3 "$1" "INSERT INTO note SELECT id, 'lost-holes', 'LOST', 5, 'records gone' FROM process LIMIT 1"; }
# json FILE EXPRESSION: of d, the document
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@" 2>&1; }

record a.db 3 1 0
record b.db 5 0 2
record none.db 0 0 0

# The exit code: the program's own, unless it succeeded.
run --gate -- "$leaky" 2 0 0
check "what is merely alive at the end passes" "$code $(gate)" "0 passed; 1 finding would fail it with --strict"
run --gate --strict -- "$leaky" 2 0 0
check "and fails a strict gate" "$code $(gate)" "23 failed by 1 finding"
run --gate --strict --leak-exitcode 77 -- "$leaky" 2 0 0
check "with the code that is asked for" "$code" 77
run --strict -- "$leaky" 2 0 0
check "without --gate nothing fails" "$code $(gate)" "0 "
run --strict --leak-exitcode 77 -- touch started
check "who asks for its code and not for the gate is told" "$code $(has err 'give --gate, or leave --leak-exitcode out') $(ls started t.db 2>/dev/null)" "2 1 "
for taken in 2 3 124; do
	run --gate --leak-exitcode "$taken" -- touch started
	check "--leak-exitcode $taken would mean something else" "$code $(has err "'$taken' is not an exit code") $(ls started 2>/dev/null)" "2 1 "
done
run --gate --strict -- "$leaky" 2 0 0 5
check "a program that failed keeps its code, and the verdict is said" "$code $(gate)" \
	"5 failed by 1 finding; the exit code, 5, is the program's own"
run --gate --strict --kind thread --top 1 -- "$leaky" 2 0 0
check "what a report leaves out is judged" "$code $(has err 'live_leaky')" "23 1"
echo 'int main(void) { return 0; }' >static.c
cc -static -o static static.c
run --gate --engine shim -- ./static
check "what could not be recorded is no pass" "$code $(gate)" "3 no verdict: evidence is missing; the report's notes say what"
run --gate --quiet --strict -- "$leaky" 2 0 0
check "quietly" "$code $(cat err)" "23 "

# What the end leaves undecided.
run --gate --grace 2 -- "$ending" leave
check "a gate waits as long as the grace time lasts" "$code $(gate)" "23 failed by 1 finding"
run --gate --grace 600 --settle 0.1 -- "$ending" leave
check "with less it passes, and says that it is undecided" "$code $(gate)" \
	"0 passed; 1 finding is undecided: the program ended within the grace time, and was held back for less than that; 1 finding would fail it with --strict"
check "and that it was given less" "$(has err '--settle 0.1 is shorter than the grace time, 600 s')" 1
printf 'grace: 600\nsettle: 0.1\n' >short.yaml
run --gate --policy short.yaml -- "$leaky" 1 0 0
check "by a policy too" "$code $(has err '--settle 0.1 is shorter than the grace time, 600 s')" "0 1"
run --gate --grace 600 -- "$ending" quick
check "who is not held back is undecided too" "$code $(has err '; the exit code, 7')" "7 1"
rt check --grace 600 t.db
check "and the verdict says why" "$code $(cut -d';' -f1,2 out)" \
	"0 passed; 1 finding is undecided: the program ended within the grace time, and was not held back"

# Where the report goes.
mkdir out.d
run --report-file out.d/../t.db -- "$leaky" 1 0 0
check "the report is no trace" "$code $(has err "'out.d/../t.db' is to be the trace")" "2 1"
if [ -c /dev/full ]; then
	run --gate --report-file /dev/full -- "$leaky" 1 0 0
	check "a report that cannot be written is said" "$code $(has err 'cannot write the report')" "3 1"
fi

# check.
rt check a.db
check "check: passes" "$code $(cat out)" "0 passed; 2 findings would fail it with --strict"
rt check --strict a.db b.db
check "check: several recordings are one gate" "$code $(cat out)" "1 failed by 4 findings"
rt check --strict --explain a.db
check "check --explain: each finding has its line" "$(grep -c '^fails   at-exit  fd-leak ' out) $(has out 'as its state says: at-exit fails a gate with --strict')" "2 2"
cp a.db lost.db
lose lost.db
rt check lost.db
check "check: no verdict without evidence" "$code $(cat out)" "3 no verdict: evidence is missing; the report's notes say what"
rt check --strict lost.db
check "check: findings weigh more" "$code" 1
mkdir -p broken/sub
cp none.db broken/clean.db
: >broken/crashed.db
rt check broken
check "check: what cannot be read in a folder is no pass" "$code $(cat out)" "3 no verdict: 1 of the files cannot be read as a recording"
check "check: and named" "$(has err "left out 'broken/crashed.db'")" 1
rt check --quiet broken
check "check: quietly too" "$code" 3
rt baseline write broken.jsonl broken
check "nor is it known" "$code $(ls broken.jsonl 2>/dev/null)" "3 "
rt diff none.db broken
check "nor compared" "$code" 3
rm broken/crashed.db
head -c 4096 /dev/zero >broken/sub/a.spool
rt check broken
check "check: a spool of zeros in a folder below is none either" "$code $(has err "left out 'broken/sub/a.spool'")" "3 1"
rm broken/sub/a.spool
cp a.db broken/sub
rt check --strict broken
check "check: folders below are read" "$code $(cat out)" "1 failed by 2 findings"
rt check --strict a.db a.db
check "check: what is given twice counts once" "$code $(cat out) $(has err "left out 'a.db': it is given twice, and counts once")" "1 failed by 2 findings 1"
rt check
check "check: of nothing" "$code $(has err 'check of what?')" "2 1"

# Suppressions.
rt check --strict --gen-suppressions a.db
check "made suppressions are all that is on stdout" "$code $(grep -vc '^#' out) $(grep '^fd-leak' out | paste -sd';')" \
	"1 2 fd-leak:^open_media$ max=3;fd-leak:^open_signalling$ max=1"
cp out made.supp
rt check --strict --suppressions made.supp a.db
check "and let pass what they were made of" "$code $(cat out)" "0 passed; 2 findings are excused: 2 by made.supp"
rt check --strict --suppressions made.supp b.db
check "but nothing else, and no more of it" "$code $(cat out)" "1 failed by 2 findings"
rt check --strict --gen-suppressions a.db b.db none.db
check "made of several traces, for all that is in them" "$(sed -n 's/^fd-leak:^open_media\$ //p' out)" "max=8"
sed 's/ max=.*//' made.supp >any.supp
rt check --suppressions any.supp b.db
check "what each line came to is told" "$(has err 'any.supp:4  fd-leak:^open_media$  let 1 finding pass, of 5 resources') $(has err 'any.supp:6  fd-leak:^open_signalling$  matched nothing')" "1 1"
check "and which matched nothing" "$code $(has err 'any.supp:6 matched nothing')" "0 1"
rt check --quiet --suppressions any.supp b.db
check "quietly not" "$code $(cat out err)" "0 "
printf '# ours\nfd-leak:^open_media$ max=4 reason=known upstream\nfd-leak:open_wakeup\n' >ours.supp
rt check --strict --explain --suppressions ours.supp b.db
check "more than max= fail, and are counted" "$code $(has out '5, and 4 are allowed (ours.supp:2): known upstream')" "1 1"
rt check --strict --explain --suppressions ours.supp none.db
check "a strict check fails by what matches nothing" "$code $(cat out)" "1 failed: 2 lines of the suppressions matched nothing"
run --gate --strict --suppressions ours.supp -- "$leaky" 0 0 0
check "a strict run, which is one of many, warns of it" "$code $(gate) $(grep -c 'supp:[23] matched nothing' err) $(has err "'check --strict' fails by it")" "0 passed 2 1"
rt check --strict --suppressions made.supp none.db a.db
check "over all of them each line is of use" "$code $(cat out)" "0 passed; 2 findings are excused: 2 by made.supp"
printf 'leak:live_leaky\n' >module.supp
rt check --strict --gen-suppressions --suppressions module.supp a.db
check "what is excused needs no line" "$code $(cat out)" "0 "
run --gate --strict --suppressions module.supp -- "$leaky" 1 1 1
check "a file for LeakSanitizer: a module" "$code $(gate)" "0 passed; 3 findings are excused: 3 by module.supp"
check "the report shows what is excused last, and the line" "$(sed -n '/excused, and no part of the verdict/,$p' err | grep -c 'at-exit  fd-leak .* suppressed by module.supp:1')" 3
check "and the table" "$(has err 'module.supp:1  leak:live_leaky  let 3 findings pass, of 3 resources')" 1
printf 'leak:*\n' >all.supp
rt check --strict --explain --suppressions all.supp a.db
check "a line that matches all is told of" "$code $(has out 'all.supp:1 matches all 2 findings, and so may hide any new one: leak:*') $(has err 'it matches all that was found, and so may hide any new one')" "0 1 1"
printf 'leak:leaky.c\n' >file.supp
rt check --strict --gen-suppressions a.db b.db
cp out both.supp
rt check --strict --suppressions both.supp a.db b.db
check "made of several recordings they bound the sum" "$(grep -c '^fd-leak:^open_media\$ max=8$' both.supp) $code $(cat out)" "1 0 passed; 4 findings are excused: 4 by both.supp"
rt check --strict --suppressions file.supp --suppressions module.supp a.db
check "a source file; of several files the first says" "$code $(cat out)" "1 failed: 1 line of the suppressions matched nothing"

for wrong in 'fd-leak:x # why' 'fd-leak:x max = 1' 'fd-leak:x max= 1' 'fd-leak:x reason =why'; do
	echo "$wrong" >wrong.supp
	rt check --suppressions wrong.supp a.db
	check "'$wrong' is no pattern" "$code $(grep -c '^rtctrack: wrong.supp:1: ' err)" "2 1"
done
rt check --suppressions a.db b.db
check "a trace is no file of suppressions" "$code $(wc -l <err) $(has err "'a.db' is a recording, not a file of suppressions")" "2 2 1"

# A baseline.
rt check --baseline a.db b.db
check "a trace is no baseline" "$code $(wc -l <err) $(has err "'a.db' is a recording, not a baseline")" "2 2 1"
rt baseline write none.jsonl a.db
check "what only a strict gate would fail is said to stay out" "$code $(cat out)" \
	"0 none.jsonl: 0 findings, of 0 resources, pass a gate from now on; 2 would fail it with --strict, and stay out"
rt baseline write known.jsonl --strict a.db
check "a baseline is written" "$code $(cat out)" "0 known.jsonl: 2 findings, of 4 resources, pass a gate from now on"
check "its lines are sorted, and JSON" "$(fingerprints known.jsonl | sort -c && json <(sed -n 1p known.jsonl) 'sorted(d)[:3]')" "['allowed', 'class', 'culprit']"
cp known.jsonl kept.jsonl
rt baseline write known.jsonl --strict b.db
check "and not written over" "$code $(has err 'there is a baseline') $(cmp known.jsonl kept.jsonl)" "2 1 "
rt check --strict --baseline known.jsonl a.db
check "what it knows passes" "$code $(cat out)" "0 passed; 2 findings are excused: 2 by the baseline"
rt check --strict --baseline known.jsonl --explain b.db
check "what is new or more fails" "$code $(tail -1 out)" "1 failed by 2 findings; 1 of what the baseline knows is fixed"
check "and says so" "$(has out '5, and 3 are allowed (known.jsonl:') $(has out 'new: the baseline does not know it')" "1 1"
check "what is fixed is told" "$(has err 'fixed, of what known.jsonl knows:') $(grep -c '^  gone: fd-leak tcp at open_signalling' err)" "1 1"
rt baseline update known.jsonl --strict b.db
check "an update takes out what is gone, and nothing in" "$code $(head -1 out)" "1 known.jsonl: 1 gone, 0 lowered, 1 as before"
check "what stays out is told" "$(grep -c '^  stays out: ' out)" 2
rt check --strict --baseline known.jsonl b.db
check "it is no higher than before" "$code $(cat out)" "1 failed by 2 findings"
record fewer.db 2 0 0
rt baseline update known.jsonl --strict fewer.db
check "an update lowers" "$code $(cat out) $(sed 's/.*"allowed":\([0-9]*\).*/\1/' known.jsonl)" "0 known.jsonl: 0 gone, 1 lowered, 0 as before 2"
rt baseline update known.jsonl fewer.db
check "what was written strictly is no less known to who does not ask so" "$code $(cat out)" "0 known.jsonl: 0 gone, 0 lowered, 1 as before"
cp known.jsonl kept.jsonl
cp none.db lost.db
lose lost.db
rt baseline update known.jsonl lost.db
check "what was not seen is not fixed" "$code $(cmp known.jsonl kept.jsonl)" "3 "
rt baseline write other.jsonl lost.db
check "nor known" "$code $(ls other.jsonl 2>/dev/null)" "3 "
rt baseline write known.jsonl
check "a baseline of nothing" "$code $(has err 'of which trace?')" "2 1"
rt baseline update nowhere.jsonl a.db
check "a baseline that is not there" "$code $(has err "cannot read 'nowhere.jsonl'")" "2 1"
ln -s nowhere.jsonl dangling.jsonl
rt baseline write dangling.jsonl a.db
check "a baseline that is a link to nothing" "$code $(has err "'dangling.jsonl' is a link to what is not there")" "2 1"
strip -o stripped "$leaky"
run -- ./stripped 1 0 0
rt baseline write stripped.jsonl --strict t.db
check "of functions without names it does not last" "$code $(has err '1 of them has functions without names, and will be new after the next build')" "0 1"
rt baseline write named.jsonl --strict a.db
check "of others nothing is said" "$code $(has err 'without names')" "0 0"
sed 's/"allowed":[0-9]*/"allowed":9/; s/"state":"at-exit"/"state":"late"/' named.jsonl >graver.jsonl
rt check --strict --explain --baseline graver.jsonl a.db
check "what is graver than it was is more" "$code $(has out 'known by graver.jsonl:1: then it was late, which is less grave')" "1 1"
rt diff --strict graver.jsonl a.db
check "for diff too" "$code $(head -1 out)" "1 graver.jsonl → a.db: 0 new, 2 more, 0 fewer, 0 fixed, 0 unchanged"
for i in $(seq 10 40); do printf '{"fingerprint":"00000000000000%d","allowed":1,"rule":"fd-leak","class":"udp"}\n' "$i"; done >long.jsonl
rt check --baseline long.jsonl none.db
check "of much that is fixed a part is told" "$code $(grep -c '^  gone: fd-leak udp  \[' err) $(has err '  and 19 more')" "0 12 1"
rt baseline write /proc/none.jsonl a.db
check "or cannot be written" "$code $(has err "cannot write '/proc/none.jsonl'")" "2 1"

# Some of the recordings that a baseline was written of, as a test's own gate has one.
mkdir bin
cp "$leaky" bin/calls
cp "$leaky" bin/proxy
for run in "calls1 calls 2 0 0" "calls2 calls 1 0 0" "calls3 calls 3 0 0" "proxy1 proxy 0 1 1" "proxy2 proxy 0 0 0"; do
	read -r trace program counts <<<"$run"
	# shellcheck disable=SC2086 # numbers
	timeout 60 "$rtctrack" run --quiet --spool-dir spools -o "$trace.db" -- "bin/$program" $counts || fail "recording $run" "$?"
done
rt baseline write parts.jsonl --strict calls1.db calls2.db proxy1.db
check "a baseline knows the program, and the most in one recording" \
	"$(grep -c '"allowed":3,"in_one":2,"program":"calls"' parts.jsonl) $(grep -c '"allowed":1,"in_one":1,"program":"proxy"' parts.jsonl)" "1 2"
rt check --strict --baseline parts.jsonl calls1.db calls2.db proxy1.db
check "all together pass" "$code $(cat out)" "0 passed; 4 findings are excused: 4 by the baseline"
rt check --strict --baseline parts.jsonl calls1.db
check "and one, which says nothing of what did not run" "$code $(cat out) $(has err '2 of what parts.jsonl knows did not run here, or not all of it')" \
	"0 passed; 1 finding is excused: 1 by the baseline 1"
rt check --strict --explain --baseline parts.jsonl calls3.db
check "but one may not have what all may" "$code $(has out '3, and 2 are allowed (parts.jsonl:')" "1 1"
cp parts.jsonl older.jsonl
sed -i 's/"in_one":[0-9]*,"program":"[a-z]*",//' older.jsonl
rt check --strict --baseline older.jsonl calls3.db
check "unless the file is from before that was kept" "$code" 0
rt baseline update parts.jsonl --strict proxy2.db
check "an update takes out what ran and is gone, and nothing else" "$code $(cat out) $(fingerprints parts.jsonl | wc -l)" \
	"0 parts.jsonl: 2 gone, 0 lowered, 0 as before, 1 not run here 1"
rt diff --strict parts.jsonl proxy2.db
check "diff: what did not run is not fixed" "$code $(head -1 out) $(has err '1 of what parts.jsonl knows did not run here, or not all of it')" \
	"0 parts.jsonl → proxy2.db: 0 new, 0 more, 0 fewer, 0 fixed, 0 unchanged 1"

# diff.
rt diff --strict a.db b.db
check "diff: what is new, more and fixed" "$code $(head -1 out)" "1 a.db → b.db: 1 new, 1 more, 0 fewer, 1 fixed, 0 unchanged"
check "diff: by line" "$(grep -c '^new       0 → 2 .*open_wakeup' out) $(grep -c '^more      3 → 5 .*open_media' out) $(grep -c '^fixed     1 → 0 .*open_signalling' out)" "1 1 1"
rt diff a.db b.db
check "diff: what fails no gate is told apart, and is not worse" "$code $(head -2 out)" "0 a.db → b.db: 0 new, 0 more, 0 fewer, 0 fixed, 0 unchanged
what fails a gate only with --strict: 1 new, 1 more, 0 fewer, 1 fixed, 0 unchanged"
rt diff --format json a.db b.db
check "diff: also for programs" "$code $(json out '[d["counts"]["more"], d["strict_counts"]["more"], {f["only_strict"] for f in d["findings"]}]')" "0 [0, 1, {True}]"
rt diff --format markdown a.db b.db
check "diff: and in a comment" "$code $(grep -c '^| \(new\|more\|fixed\) (strict) | ' out) $(has out 'fails a gate only with')" "0 3 1"
check "diff: of one program nothing is said" "$(cat err)" ""
cp "$leaky" another
timeout 60 "$rtctrack" run --quiet --spool-dir spools -o another.db -- ./another 1 0 0
rt diff a.db another.db
check "diff: of two it is" "$(has err 'a.db and another.db are of different programs')" 1
rt diff --strict a.db a.db
check "diff: nothing new" "$code $(head -1 out)" "0 a.db → a.db: 0 new, 0 more, 0 fewer, 0 fixed, 2 unchanged"
rt diff --strict a.db none.db
check "diff: all is fixed" "$code $(head -1 out)" "0 a.db → none.db: 0 new, 0 more, 0 fewer, 2 fixed, 0 unchanged"
rt diff --strict a.db lost.db
check "diff: without evidence nothing is" "$code $(head -1 out)" "3 a.db → lost.db: 0 new, 0 more, 2 unseen, 0 fewer, 0 fixed, 0 unchanged"
rt diff kept.jsonl b.db
check "diff: of a baseline" "$code $(sed -n 2p out)" "0 what fails a gate only with --strict: 0 new, 1 more, 0 fewer, 0 fixed, 0 unchanged"
check "diff: with what it allows" "$(grep -c '^more      2 → 5 ' out)" 1
rt diff --strict kept.jsonl b.db
check "diff: strictly also what a strict one would know" "$code $(head -1 out)" "1 kept.jsonl → b.db: 1 new, 1 more, 0 fewer, 0 fixed, 0 unchanged"
rt diff --strict --suppressions ours.supp a.db b.db
check "diff: what is excused is left out" "$code $(head -1 out) $(tail -1 out)" "1 a.db → b.db: 0 new, 1 more, 0 fewer, 1 fixed, 0 unchanged 1 finding left out, since the policy excuses it"
rt diff --strict --format json a.db b.db
check "diff: for programs" "$code $(json out '[d["schema"], d["counts"]["more"], [f["change"] for f in d["findings"]]]')" "1 [1, 1, ['new', 'more', 'fixed']]"
rt diff --strict --format markdown a.db b.db
check "diff: for a comment" "$code $(grep -c '^| \(new\|more\|fixed\) | fd-leak | open&#95;[a-z]* .* |$' out)" "1 3"
rt diff --strict --redact --format json a.db b.db
check "diff: redacted" "$code $(has out "$here")" "1 0"
mkdir folder
cp b.db folder
rt diff --strict --redact a.db "$work/folder/"
check "diff: redacted, of a folder" "$code $(head -1 out | cut -d: -f1)" "1 a.db → folder"
echo "no baseline" >text
rt diff text b.db
check "diff: neither a recording nor a baseline" "$code $(grep -c '^rtctrack: text:1: ' err) $(has err "'text' is neither a recording nor a baseline")" "2 1 1"
rt diff a.db
check "diff: of one" "$code $(has err 'diff compares two')" "2 1"
rt diff a.db nowhere.db
check "diff: of what is not there" "$code $(has err "cannot open 'nowhere.db'")" "2 1"

# rtctrack.yaml.
mkdir project
cd project || exit 2
mkdir spools
ln -s ../a.db ../b.db ../none.db .
cat >rtctrack.yaml <<'END'
strict: true
suppressions: [leaks.supp]
severities:
  - {kind: fd, class: tcp, level: note, why: "the proxy keeps it"}
budgets:
  - {rule: fd-leak, class: udp, max: 4, why: "the mux keeps four"}
END
echo 'fd-leak:open_wakeup' >leaks.supp
rt check --explain a.db
check "a policy lies in the folder, and excuses" "$code $(has out 'a note by rtctrack.yaml:4: the proxy keeps it') $(has out 'allowed by rtctrack.yaml:6: the mux keeps four')" "1 1 1"
check "and that is said" "$(has err 'judged by rtctrack.yaml of this folder')" 1
check "it is as strict as it says" "$(tail -1 out)" "failed: 1 line of the suppressions matched nothing"
rt check --explain b.db
check "its budget is a bound" "$code $(has out '5, and 4 are allowed (rtctrack.yaml:6): the mux keeps four') $(has out 'suppressed by leaks.supp:1')" "1 1 1"
cp ../a.db again.db
rt check --explain a.db again.db
check "a budget is for all recordings of a call" "$code $(has out '6, and 4 are allowed (rtctrack.yaml:6)')" "1 2"
rt check --policy none a.db
check "--policy none: none" "$code $(cat out)" "0 passed; 2 findings would fail it with --strict"
run --gate -- "$leaky" 1 0 1
check "run reads it too, and says so" "$code $(has err 'rtctrack.yaml, found in this folder')" "0 1"
rt report --format json b.db
check "programs are told by which line" "$(json out 'sorted((f["class"], f["gate"]["fails"], f["gate"]["by"]) for f in d["findings"])')" \
	"[('pipe', False, 'suppression'), ('udp', True, 'budget')]"
check "and the verdict" "$(json out '[d["gate"]["exit_code"], d["gate"]["policy"], len(d["gate"]["unused_suppressions"])]')" "[1, 'rtctrack.yaml', 0]"
printf 'severities:\n  - {rule: fd-leak, level: ignore}\n' >rtctrack.yaml
rt report a.db
check "what it ignores is counted only" "$code $(has out '2 findings left out, as the policy says') $(has out open_media)" "0 1 0"
printf 'mine: ["*/nowhere/*", "*libc*"]\n' >rtctrack.yaml
rt report --format json a.db
check "its own files name the culprit" "$(json out '[f["culprit"]["function"] for f in d["findings"]][0]')" "__libc_start_call_main"
rt report --mine '*leaky*' --format json a.db
check "the command line goes first" "$(json out '[f["culprit"]["function"] for f in d["findings"]][0]')" "open_media"

mv rtctrack.yaml rtctrack.yml
rt check a.db
check "a policy by another name is not passed over in silence" "$code $(has err 'rtctrack.yml of this folder is not read')" "0 1"
rt diff a.db a.db
check "and told once" "$(has err 'rtctrack.yml of this folder is not read')" 1
rt check --policy rtctrack.yml a.db
check "unless it is asked for" "$code $(has err 'is not read')" "0 0"
rm rtctrack.yml
cat >rtctrack.yaml <<'END'
severities:
  - {class: tcp, level: note}
  - {class: upd, level: error}
budgets:
  - {class: upd, max: 2}
process-lifetime:
  - {function: open_medai}
END
rt check a.db
check "what a row came to is told, and which matched nothing" "$code $(grep -c '^  rtctrack.yaml:[357]  .*  matched nothing$' err) $(grep -c '^  rtctrack.yaml:2  class tcp, level note  is about 1 finding$' err)" "0 3 1"
printf 'strict: true\n\nsuppressions: [leaks.supp,\n nowhere.supp]\n' >rtctrack.yaml
rt check a.db
check "a file of suppressions that is not there: who names it" "$code $(has err "cannot read 'nowhere.supp', which rtctrack.yaml:4 names")" "2 1"
printf 'strict: yes\n' >rtctrack.yaml
rt check a.db
check "what is neither true nor false" "$code $(has err "rtctrack.yaml:1: strict is true or false, not 'yes'")" "2 1"

# What it says of a run.
printf 'grace: 3\nsettle: 0.25\nhang-after: 9\npacks: [openssl]\n' >rtctrack.yaml
times() { sqlite3 t.db "SELECT group_concat(value, ' ') FROM (SELECT value FROM meta WHERE key IN ('grace_ns', 'hang_after_ns', 'settle_ns') ORDER BY key)"; }
run --gate -- "$leaky" 1 0 0
check "its times are the run's" "$code $(times)" "0 3000000000 9000000000 250000000"
check "and its packs" "$(sqlite3 t.db "SELECT packs FROM process")" openssl
run --gate --grace 1 --settle 0.5 --pack srtp -- "$leaky" 1 0 0
check "unless the command line has others" "$code $(times) $(sqlite3 t.db "SELECT packs FROM process")" "0 1000000000 9000000000 500000000 srtp"
printf 'packs: [nosuch]\n' >rtctrack.yaml
run --gate -- touch started
check "a pack that there is not" "$code $(has err nosuch) $(ls started 2>/dev/null)" "2 1 "

# A baseline that the policy names is written of a recording.
printf 'strict: true\nbaseline: known.jsonl\n' >rtctrack.yaml
run --gate -- touch started
check "a gate wants its baseline, and says who names it" "$code $(has err "cannot read 'known.jsonl', which rtctrack.yaml:2 names") $(ls started 2>/dev/null)" "2 1 "
run -- "$leaky" 1 0 0
check "a recording does not" "$code" 0
rt baseline write known.jsonl t.db
run --gate -- "$leaky" 1 0 0
check "which then is there" "$code $(gate)" "0 passed; 1 finding is excused: 1 by the baseline"
run --gate -- "$leaky" 2 0 0
check "and bounds" "$code $(gate)" "23 failed by 1 finding"

# What is wrong is said before anything starts, all of it.
printf 'grce: 2\nbudgets:\n  - {rule: fd-lek, max: 1}\n' >rtctrack.yaml
run --gate -- touch started
check "a wrong policy: each line, and nothing is started" "$code $(grep -c '^rtctrack: rtctrack.yaml:[13]: ' err) $(has err "did you mean 'grace'") $(ls started t.db 2>/dev/null)" "2 2 1 "
printf 'strict: false\n' >rtctrack.yaml
printf 'fd-leek:x\nfd-leak:x max=none\n' >wrong.supp
run --gate --suppressions wrong.supp --baseline ../text -- touch started
check "wrong lines of all files" "$code $(grep -c '^rtctrack: wrong.supp:[12]: ' err) $(grep -c '^rtctrack: ../text:1: ' err) $(ls started 2>/dev/null)" "2 2 1 "
run --gate --policy nowhere.yaml -- touch started
check "a policy that is not there" "$code $(has err "cannot read 'nowhere.yaml'") $(ls started 2>/dev/null)" "2 1 "
cd "$work" || exit 2

# A leak that belongs to a connection, until it is fixed.
play() {
	run --gate --pack none --grace 0.6 "${@:2}" -- "$scenario" candidate-refs --form "$1" --grace 0.6
	mv t.db "$1.db"
}
if [ -x "$scenario" ]; then
	play buggy
	check "a socket that outlives its agent fails the gate" "$code $(gate)" "23 failed by 1 finding"
	rt baseline write ice.jsonl buggy.db
	check "a baseline knows it" "$code $(wc -l <ice.jsonl)" "0 1"
	play buggy --baseline ice.jsonl
	check "and lets it pass" "$code $(gate)" "0 passed; 1 finding is excused: 1 by the baseline"
	printf 'budgets:\n  - {rule: fd-leak, scope: "agent*", max: 3}\n' >scope.yaml
	rt check --policy scope.yaml buggy.db
	check "a budget for what belongs to agents" "$code $(cat out)" "0 passed; 1 finding is excused: 1 by scope.yaml"
	printf 'budgets:\n  - {rule: fd-leak, scope: channel, max: 3}\n' >scope.yaml
	rt check --policy scope.yaml buggy.db
	check "is none for others" "$code" 1
	printf 'process-lifetime:\n  - {function: udp_open}\n' >lifetime.yaml
	rt check --policy lifetime.yaml buggy.db
	check "what lasts as long as the process is said so" "$code $(cat out)" "0 passed; 1 finding is excused: 1 by lifetime.yaml"
	play fixed --baseline ice.jsonl
	check "without the bug it is fixed" "$code $(gate)" "0 passed; 1 of what the baseline knows is fixed"
	rt diff buggy.db fixed.db
	check "diff says so" "$code $(grep -c '^fixed     3 → 0  leaked  fd-leak .*carrier_bind_socket' out)" "0 1"
	rt diff fixed.db buggy.db
	check "and the other way round that it is new" "$code $(grep -c '^new       0 → 3  leaked  fd-leak .*carrier_bind_socket' out)" "1 1"
	rt baseline update ice.jsonl fixed.db
	check "the baseline gets empty" "$code $(cat out) $(wc -c <ice.jsonl)" "0 ice.jsonl: 1 gone, 0 lowered, 0 as before 0"
	rt check --baseline ice.jsonl buggy.db
	check "and knows nothing of it any more" "$code $(cat out)" "1 failed by 1 finding"
else
	skip "a leak that belongs to a connection" "the samples are not built"
fi

# Growth and its forecast, by how fast it does, however long somebody looked.
# grow TRACE FORM SESSIONS
grow() {
	rm -f "$1"
	rt soak --quiet --spool-dir spools -o "$1" -n "$3" -- "$host" "$2" "$3"
}
grow slow.db leak-of-five 50
rt baseline write grown.jsonl slow.db
check "a baseline knows how fast it grows, and in how many sessions" "$code $(json <(grep '"fd-leak"' grown.jsonl) 'd["state"], d["allowed"], d["slope"], d["sessions"]')" "0 ('growing', 10, 0.2, 50)"
grow long.db leak-of-five 100
rt check --baseline grown.jsonl long.db
check "what grows no faster passes, in more sessions" "$code $(cat out)" "0 passed; 2 findings are excused: 2 by the baseline"
grow fast.db leak 8
rt check --explain --baseline grown.jsonl fast.db
check "what grows faster fails, though there are fewer" "$code $(has out 'then it grew by 0.2 with each session, now by 1') $(has err 'fixed, of what')" "1 2 0"
grow short.db fixed 8
rt check --baseline grown.jsonl short.db
check "in fewer sessions nothing is fixed" "$code $(cat out)" "0 passed"
rt baseline update grown.jsonl short.db
check "nor taken out" "$code $(cat out)" "0 grown.jsonl: 0 gone, 0 lowered, 2 as before"
grow short.db fixed 50
rt baseline update grown.jsonl short.db
check "in as many it is" "$code $(cat out)" "0 grown.jsonl: 2 gone, 0 lowered, 0 as before"
summary
