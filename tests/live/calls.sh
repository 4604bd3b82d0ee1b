#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One test per row of calls.def that opens descriptors: the call opens, the
# report names it, its close silences it.
#   tests/live/calls.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=calls
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
calls=$build/tests/live/live_calls
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
cd "$work" || exit 2
touch scratch

# record HOW NAME: exit code in $code, and how many of the call's own are open at the end in $open
record() {
	rm -f t.db scratch-*
	timeout 100 "$rtctrack" run -o t.db --report-file report --full-stacks --spool-dir spools -- "$calls" "$1" "$2" >out 2>err </dev/null
	code=$?
	open=$(sqlite3 -batch t.db "SELECT count(DISTINCT e.resource_id) FROM evidence e JOIN finding f ON f.id = e.finding_id
		JOIN resource r ON r.id = e.resource_id WHERE f.rule = 'fd-leak' AND r.birth_call = '$2'" 2>&1)
}
mkdir -m 700 spools

for name in $("$calls" list); do
	record leave "$name"
	if [ "$code" = 77 ]; then
		skip "$name" "$(tail -1 err)"
		continue
	fi
	left=$open named=$(grep -c "by $name()" report)
	leave_code=$code
	record close "$name"
	# What an example needs besides is not the call's own.
	if [ "$leave_code$code" = 00 ] && [ "$left" -ge 1 ] && [ "$named" -ge 1 ] && [ "$open" = 0 ]; then
		ok "$name"
	else
		fail "$name" "left open $left (named $named times), after its close $open; exit $leave_code, $code: $(tail -1 err)"
	fi
done
summary
