#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The page in Chromium: from 'rtctrack view', from a file, while a run goes on, with hostile texts and with a million
# lifetimes. Pictures of every view stay in BUILD/tests/page/shots.
#   tests/page/run.sh [BUILD] [--only PART]      (default build/release; checks whose name has that part)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=page
. "$here/../check.sh"
. "$here/../install.sh"
build=$here/../../build/release only=''
while [ $# -gt 0 ]; do
	case $1 in
	--only)
		only=$2
		shift
		;;
	*) build=$1 ;;
	esac
	shift
done
build=$(cd "$build" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
modules=$build/tests/page
shots=$modules/shots
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2

# leave WHY: nothing can be tried here
leave() {
	skip "all of it" "$1"
	summary
	exit
}
said=$(install_packages chromium sqlite3 2>&1) || leave "$said"
install_npm "$here" "$modules" || leave "the npm packages could not be installed"
[ -s "$(page_folder "$build")/page.html" ] || leave "rtctrack was built without its page: npm or its registry is missing"
rm -rf "$shots"
mkdir -p "$shots"

# record NAME [OPTION...] -- COMMAND...: into NAME.db
record() {
	local name=$1
	shift
	timeout 120 "$rtctrack" run -q -o "$name.db" "$@" >"$name.out" 2>&1 </dev/null
	[ -s "$name.db" ] || fail "a recording: $name" "$(head -2 "$name.out")"
}
# altered FROM TO: a copy of a trace that no program would record, by the SQL of stdin
altered() { cp "$1.db" "$2.db" && sqlite3 "$2.db"; }
# page NAME TRACE...: as a file; links lead to files below the repository in which it is made
page() {
	local name=$1
	shift
	(cd "$here" && timeout 120 "$rtctrack" report --format html --source-url 'https://example.com/blob/main/{file}#L{line}' "${@/#/$work/}") \
		>"$name.html" 2>"$name.err" || fail "a page as a file: $name" "$(head -2 "$name.err")"
}

# The large one takes as long as all others together.
record million --trace-budget 8G -- "$build/tests/page/page_many" 1000000 && page million million.db &
large=$!
loopback=$build/samples/loopback/dc-loopback
record demo --grace 0.2 -- "$loopback" --sessions 5 --messages 20 --leak --marks
record clean --grace 0.2 -- "$loopback" --sessions 5 --messages 20 --marks
record hang --timeout 3 --hang-after 1 -- "$build/samples/scenarios/dc-scenario" reset-user-lock --form buggy
record cycle --grace 0.2 -- "$build/samples/scenarios/dc-scenario" cycle-blocks-cleanup --form buggy --sessions 2
record empty -- true

# A name of its own, which a page must not take for markup either.
mkdir -p 'a <img src=x onerror=hostile()>'
hostile='a <img src=x onerror=hostile()>/"><svg onload=hostile()>'
cp "$build/tests/page/page_hostile" "$hostile"
record hostile -- "./$hostile" '<img src=x onerror=hostile()>' '</script><script>hostile()</script>' $'a\nb'
cp hostile.db '<img src=x onerror=hostile()>.db'

altered demo broken <"$here/broken.sql"
altered demo schema <<<"UPDATE meta SET value = '99' WHERE key = 'schema_version'"
altered demo killed <<<"PRAGMA journal_mode = WAL; DELETE FROM meta WHERE key IN ('finished', 'ended_ns')" >/dev/null
head -c 200000 demo.db >short.db
echo '#!/bin/sh' >other.db
sqlite3 stranger.db 'CREATE TABLE songs (title TEXT)'

page demo demo.db
page clean clean.db
page hang hang.db
page cycle cycle.db
page both clean.db demo.db
page hostile '<img src=x onerror=hostile()>.db'
wait $large
[ -s million.html ] || failed=$((failed + 1)) # said already
begin_check
cd "$modules" && timeout 500 node "$here/suite.mjs" "$work" "$shots" "$rtctrack" "$build/tests/page/page_steps" "$only"
code=$?
[ "$failed" = 0 ] && exit $code
summary
