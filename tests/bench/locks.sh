#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What locks cost: some ten million pairs of lock and unlock a second with 100 ns of work in each, bare, under the
# shim, and under tools that follow locks too. Ratios within one run; prints figures, asserts nothing.
#   tests/bench/locks.sh [BUILD] [PAIRS]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
pairs=${2:-3000000}
rounds=7
bench=$build/tests/bench/bench_locks
shim=$build/libtrack/shim/libtrack.so
work=$(mktemp -d "${TMPDIR:-/dev/shm}/rtctrack-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
. "$here/figures.sh"

bare() { "$bench" "$pairs" "$@"; }
followed() {
	RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$shim "$bench" "$pairs" "$@"
	rm -f "$work"/*.spool
}
tsan() { TSAN_OPTIONS=report_bugs=0 setarch -R "$work/tsan" "$((pairs / 4))" "$@"; }
helgrind() { valgrind --quiet --tool=helgrind "$bench" "$((pairs / 60))" "$@"; }

tools="followed"
gcc -O2 -fsanitize=thread -D_GNU_SOURCE "$here/locks.c" -o "$work/tsan" -pthread 2>/dev/null && tools="$tools tsan"
command -v valgrind >/dev/null && tools="$tools helgrind"

echo "rtctrack bench: $(uname -r), $(nproc) cores, $pairs pairs of lock and unlock with 100 ns in each, median of $rounds rounds"
for how in "1 own" "1 nested" "2 own" "2 shared"; do
	rm -f "$work"/figures.*
	for _ in $(seq $rounds); do
		bare $how >"$work/bare"
		cat "$work/bare" >>"$work/figures.bare"
		for tool in $tools; do
			$tool $how >"$work/one" 2>"$work/err"
			[ -s "$work/one" ] || continue
			cat "$work/one" >>"$work/figures.$tool"
			paste "$work/bare" "$work/one" | awk '{print $2 / $1}' >>"$work/figures.ratios.$tool"
		done
	done
	echo
	printf '%-46s %10s %8s\n' "threads, mutex: $how" "ns a pair" "ratio"
	printf '%-46s %10s %8s\n' "bare" "$(median <"$work/figures.bare")" 1.00
	for tool in $tools; do
		[ -e "$work/figures.$tool" ] || { printf '%-46s %10s\n' "$tool" "did not run" && continue; }
		printf '%-46s %10s %8.2f\n' "$tool" "$(median <"$work/figures.$tool")" "$(median <"$work/figures.ratios.$tool")"
	done
done
