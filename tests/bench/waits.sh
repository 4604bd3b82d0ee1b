#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What calls cost that may wait (recv, poll, epoll_wait, a futex), bare and under the shim. Ratios within one run;
# prints figures, asserts nothing.
#   tests/bench/waits.sh [BUILD] [ROUNDS]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rounds=${2:-300000}
repeats=5
bench=$build/tests/bench/bench_waits
shim=$build/libtrack/shim/libtrack.so
work=$(mktemp -d "${TMPDIR:-/dev/shm}/rtctrack-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
. "$here/figures.sh"

echo "rtctrack bench: $(uname -r), $(nproc) cores, $rounds rounds, median of $repeats"
printf '%-24s %10s %10s %8s\n' "loop" "bare, ns" "shim, ns" "ratio"
for loop in receive receive-at-once nothing-at-once poll epoll reactor futex turns; do
	rm -f "$work"/figures.*
	for _ in $(seq $repeats); do
		"$bench" $loop "$rounds" >"$work/bare"
		RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$shim "$bench" $loop "$rounds" >"$work/one"
		rm -f "$work"/*.spool
		cat "$work/bare" >>"$work/figures.bare"
		cat "$work/one" >>"$work/figures.shim"
		paste "$work/bare" "$work/one" | awk '{print $2 / $1}' >>"$work/figures.ratios"
	done
	printf '%-24s %10s %10s %8.2f\n' $loop "$(median <"$work/figures.bare")" "$(median <"$work/figures.shim")" "$(median <"$work/figures.ratios")"
done
