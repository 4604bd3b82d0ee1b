#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzz the reading of spools and marks for a bounded time: run.sh SECONDS [BUILD]
# BUILD is a build folder of the preset `fuzz`; it is made if it is not there.
# Exits non-zero where a fuzzer found something; the input that does it is kept
# in BUILD/tests/fuzz/findings.
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
	echo "usage: $0 SECONDS [BUILD]" >&2
	exit 2
fi
seconds=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${2:-$root/build/fuzz}

[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset fuzz -B "$build" >/dev/null
log=$build/fuzz-build.log
if ! cmake --build "$build" --target fuzz_spool fuzz_marks fuzz_seeds >"$log" 2>&1; then
	cat "$log" >&2
	exit 2
fi

bin=$build/tests/fuzz
corpus=$bin/corpus
findings=$bin/findings
mkdir -p "$corpus/spool" "$corpus/marks" "$findings"
"$bin/fuzz_seeds" "$corpus/spool" "$corpus/marks"

# Most of the time goes where most of the code is.
marks_seconds=$((seconds / 5 + 1))
spool_seconds=$((seconds - seconds / 5))
status=0
for name in marks spool; do
	if [ $name = marks ]; then budget=$marks_seconds; else budget=$spool_seconds; fi
	echo "fuzz_$name: $budget s"
	"$bin/fuzz_$name" -max_total_time="$budget" -timeout=10 -rss_limit_mb=2048 \
		-max_len=16384 -print_final_stats=1 -artifact_prefix="$findings/$name-" \
		"$corpus/$name" >"$bin/$name.log" 2>&1 || status=1
	grep -E '^stat::number_of_executed_units|ERROR|SUMMARY|Test unit written' "$bin/$name.log" || true
done
exit $status
