#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The slowest checks and tests of the last run, by what its logs say.
#   tests/slowest.sh [MOST] [LOGS]        (default 10, build/logs)
# A check's line ends with its seconds (check.sh), and so does a test's of Criterion that ran --verbose.
set -u
most=${1:-10}
logs=${2:-$(dirname "$0")/../build/logs}
export LC_ALL=C
if [ $# -gt 2 ] || ! [ "$most" -gt 0 ] 2>/dev/null || [ ! -d "$logs" ]; then
	echo "usage: tests/slowest.sh [MOST] [LOGS]" >&2
	exit 2
fi

# times: "SECONDS LOG: NAME" of whatever tells its seconds
times() {
	local log name
	for log in "$logs"/*.log; do
		name=$(basename "$log" .log)
		sed -nE "s/^(ok|FAIL|skipped) +(.*)\t([0-9.]+) s\$/\3 $name: \2/p
			s/^\[(PASS|FAIL)\] (.*): \(([0-9.]+)s\)\$/\3 $name: \2/p" "$log"
	done
}
times | sort -k1,1nr -k2 | head -n "$most" |
	while read -r seconds what; do printf '%8.2f s  %s\n' "$seconds" "$what"; done
