#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the probes engine costs, as ratios within one run. Prints figures, asserts nothing.
#   tests/bench/probes.sh [BUILD] [PAIRS]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
pairs=${2:-300000}
rounds=7
bench=$build/tests/bench/bench_pairs
rtctrack=$build/cli/rtctrack
work=$(mktemp -d "${TMPDIR:-/dev/shm}/rtctrack-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
. "$here/figures.sh"
. "$here/../probes/build.sh" # have_probes

if ! why=$(have_probes "$rtctrack"); then
	echo "probes: $why"
	exit
fi

# probed COMMAND...: its output; what was lost is in $work/lost
probed() {
	rm -f "$work/t.db"
	"$rtctrack" run --engine probes --quiet -o "$work/t.db" -- "$@" 2>/dev/null
	sqlite3 -batch "$work/t.db" "SELECT coalesce(sum(count), 0) FROM note WHERE name LIKE 'lost-%'" >>"$work/lost" 2>&1
}
# most FILE: the largest figure in it
most() { sort -n "$1" | tail -1; }

echo "rtctrack bench, probes: $(uname -r), $(nproc) cores, $pairs pairs of socket and close, median of $rounds rounds"
for _ in $(seq $rounds); do
	"$bench" "$pairs" 1 >>"$work/bare"
	probed "$bench" "$pairs" 1 >>"$work/probes"
	"$rtctrack" run --engine shim --quiet -o "$work/s.db" -- "$bench" "$pairs" 1 >>"$work/shim" 2>/dev/null
	paste "$work/bare" "$work/probes" "$work/shim" | tail -1 | awk '{print $2 / $1, $3 / $1}' >>"$work/ratios"
done
echo
printf '%-46s %10s %8s\n' "one thread: bench_pairs $pairs 1" "ns a pair" "ratio"
printf '%-46s %10s %8s\n' "bare" "$(median <"$work/bare")" 1.00
printf '%-46s %10s %8.2f  %s\n' "rtctrack run --engine probes" "$(median <"$work/probes")" \
	"$(cut -d' ' -f1 "$work/ratios" | median)" "most lost in a round: $(most "$work/lost")"
printf '%-46s %10s %8.2f\n' "rtctrack run --engine shim" "$(median <"$work/shim")" "$(cut -d' ' -f2 "$work/ratios" | median)"
others

# The highest rate at which nothing is lost, found by halves; each tried for some seconds.
paced() { # RATE: 0 if nothing was lost; $reached is what the program came to
	: >"$work/lost"
	reached=$(probed "$build/tests/bench/bench_paced" "$1" 4)
	[ "$(cat "$work/lost")" = 0 ]
}
echo
low=0 high=1000000 best=0
for _ in 1 2 3 4 5 6 7; do
	middle=$(((low + high) / 2))
	if paced $middle; then
		low=$middle
		[ "$reached" -le $best ] || best=$reached
	else
		high=$middle
	fi
done
printf '%-46s %10s\n' "socket and close, pairs a second, none lost" "$best"

# Annotations: retain and release of an object, by a uprobe on the nop of each.
echo
tell=$build/tests/bench/bench_annotations
for _ in $(seq $rounds); do
	"$tell" bare 20000000 1 >>"$work/tell_bare"
	"$tell" told 20000000 1 >>"$work/tell_idle"
	: >"$work/lost"
	probed "$tell" told 2000000 1 >>"$work/tell_probes"
	cat "$work/lost" >>"$work/tell_lost"
done
bare=$(median <"$work/tell_bare")
printf '%-46s %10s %8s\n' "ns of processor: bench_annotations" "a pair" "each"
for mode in bare idle probes; do
	printf '%-46s %10s %8s\n' $mode "$(median <"$work/tell_$mode")" \
		"$(median <"$work/tell_$mode" | awk -v bare="$bare" '{printf "%.1f", ($1 - bare) / 2}')"
done
printf '%-46s %10s\n' "most lost in a round" "$(most "$work/tell_lost")"

# To come and to go: a program of 200 functions, half of them looked at when they return too.
echo
count=100
for ((i = 0; i < count; i++)); do
	echo "void *thing_make_$i(long n) { if (n > $i) return malloc(1); if (n < -$i) return NULL; return calloc(1, 8); }"
	echo "void thing_free_$i(void *thing) { free(thing); }"
done >"$work/functions.inc"
{
	printf '#include <stdlib.h>\n#include <unistd.h>\n#include "functions.inc"\nint main(void) {\n'
	for ((i = 0; i < count; i++)); do echo "thing_free_$i(thing_make_$i(getpid()));"; done
	echo 'for (;;) pause(); }'
} >"$work/functions.c"
{
	printf 'pack: functions\nabout: a program of many functions\nlibraries:\n  - soname: functions\n'
	printf 'classes:\n  - {name: Thing, kind: object}\nfunctions:\n'
	for ((i = 0; i < count; i++)); do
		printf '  - symbol: thing_make_%d\n    args: 1\n    acts:\n      - {op: create, class: Thing, subject: ret}\n' $i
		printf '  - symbol: thing_free_%d\n    args: 1\n    returns: void\n    acts:\n      - {op: destroy, class: Thing, subject: arg0}\n' $i
	done
} >"$work/functions.yaml"
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
# come_and_go PACK: milliseconds to come, and to go with trace and report
come_and_go() {
	local program recorder begun come
	"$work/functions" &
	program=$!
	: >"$work/said"
	begun=$(now_ms)
	"$rtctrack" attach --pack "$1" -o "$work/a.db" --report-file "$work/report" $program >"$work/out" 2>"$work/said" &
	recorder=$!
	until grep -q "Ctrl-C ends it" "$work/said" || ! kill -0 $recorder 2>/dev/null; do sleep 0.002; done
	come=$(($(now_ms) - begun))
	begun=$(now_ms)
	kill -TERM $recorder
	wait $recorder
	echo "$come $(($(now_ms) - begun))"
	kill $program
	wait $program 2>/dev/null
}
if gcc -O1 -o "$work/functions" "$work/functions.c" 2>"$work/functions.log"; then
	for _ in $(seq $rounds); do
		come_and_go none >>"$work/without"
		come_and_go "$work/functions.yaml" >>"$work/with"
	done
	printf '%-46s %10s %8s\n' "rtctrack attach, ms" "to come" "to go"
	for which in without with; do
		printf '%-46s %10s %8s\n' "$([ $which = with ] && echo "with $((2 * count)) functions" || echo "without a pack")" \
			"$(cut -d' ' -f1 "$work/$which" | median)" "$(cut -d' ' -f2 "$work/$which" | median)"
	done
fi

# A data channel.
echo
loopback() { "$@" "$build/samples/loopback/dc-loopback" --sessions 1 --messages 100000 --size 64 | sed -n 's/.*messages_per_second=\([0-9.]*\).*/\1/p'; }
for _ in $(seq $rounds); do
	loopback >>"$work/loop_bare"
	loopback probed >>"$work/loop_probes"
	paste "$work/loop_bare" "$work/loop_probes" | tail -1 | awk '{print $2 / $1}' >>"$work/loop_ratios"
done
printf '%-46s %10s %8s\n' "dc-loopback, 100000 messages of 64 bytes" "messages/s" "ratio"
printf '%-46s %10.0f %8s\n' "bare" "$(median <"$work/loop_bare")" 1.00
printf '%-46s %10.0f %8.2f\n' "rtctrack run --engine probes" "$(median <"$work/loop_probes")" "$(median <"$work/loop_ratios")"
