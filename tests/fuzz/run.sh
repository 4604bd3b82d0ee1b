#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzz what reads bytes of others for a bounded time: run.sh SECONDS [BUILD]
# or so many times each, beyond its seeds:            run.sh --runs NUMBER [BUILD]
# BUILD is a build folder of the preset `fuzz`; it is made if it is not there.
# Exits non-zero where a fuzzer found something; the input that does it is kept
# in BUILD/tests/fuzz/findings.
set -eu

runs=no
[ "${1:-}" != --runs ] || { runs=yes && shift; }
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
	echo "usage: $0 SECONDS [BUILD], or $0 --runs NUMBER [BUILD]" >&2
	exit 2
fi
amount=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${2:-$root/build/fuzz}

# Fuzzer, its share of the time, the program that writes its seeds. Most of the time goes where
# most of the code is.
recorder="
marks		8	fuzz_seeds
import		12	fuzz_seeds
pack		12	fuzz_seeds
policy		8	fuzz_seeds
suppressions	4	fuzz_seeds
baseline	4	fuzz_seeds
functions	6	fuzz_seeds_symbol
request		4	fuzz_seeds
spool		40	fuzz_seeds
unwind		20	fuzz_seeds_symbol"
probes="
usdt		4	fuzz_seeds_symbol"
stack="
framing		4	fuzz_seeds_stack
mdns		8	fuzz_seeds_stack
stun		14	fuzz_seeds_stack
candidate	10	fuzz_seeds_stack
sdp		20	fuzz_seeds_stack
dcep		8	fuzz_seeds_stack"

[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" --preset fuzz -B "$build" >/dev/null
off() { grep -q "^$1:BOOL=OFF" "$build/CMakeCache.txt"; }
off RTCTRACK_BPF && probes=
off TRACK_SAMPLES && stack=
table=$recorder$probes$stack
column() { echo "$table" | awk -v column="$1" 'NF { print $column }'; }
names=$(column 1)
seeds=$(column 3 | sort -u)

log=$build/fuzz-build.log
# shellcheck disable=SC2046,SC2086
if ! cmake --build "$build" --target $(printf 'fuzz_%s ' $names) $seeds >"$log" 2>&1; then
	cat "$log" >&2
	exit 2
fi

bin=$build/tests/fuzz
corpus=$bin/corpus
findings=$bin/findings
mkdir -p "$findings"
mkdir -p "$corpus/usdt" # its seeds are written with those of others
for name in $names; do mkdir -p "$corpus/$name"; done
for program in $seeds; do "$bin/$program" "$corpus"; done
cp "$root"/libtrack/packs/*.yaml "$root/tests/unit/pack/standin/standin.yaml" "$corpus/pack" # packs are their own seeds
cp "$root/samples/ci/rtctrack.yaml" "$corpus/policy" # and so are policies
cp "$root/samples/ci/leaks.supp" "$corpus/suppressions"

total=$(column 2 | awk '{ sum += $1 } END { print sum }')
# limit NAME: what ends it, as an option
limit() {
	if [ $runs = yes ]; then
		echo "-runs=$(($(ls "$corpus/$1" | wc -l) + amount))" # seeds count
	else
		share=$(echo "$table" | awk -v name="$1" '$1 == name { print $2 }')
		echo "-max_total_time=$(((amount * share + total - 1) / total))"
	fi
}
status=0
for name in $names; do
	budget=$(limit "$name")
	echo "fuzz_$name: $budget"
	"$bin/fuzz_$name" "$budget" -timeout=10 -rss_limit_mb=2048 \
		-max_len=16384 -print_final_stats=1 -artifact_prefix="$findings/$name-" \
		"$corpus/$name" >"$bin/$name.log" 2>&1 || status=1
	grep -E '^stat::number_of_executed_units|ERROR|SUMMARY|Test unit written' "$bin/$name.log" || true
done
exit $status
