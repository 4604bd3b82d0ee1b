#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Costs, as ratios within one run. Prints figures, asserts nothing.
#   tests/bench/run.sh [BUILD] [PAIRS]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
pairs=${2:-300000}
rounds=9
bench=$build/tests/bench/bench_pairs
rtctrack=$build/cli/rtctrack
shim=$build/libtrack/shim/libtrack.so
work=$(mktemp -d "${TMPDIR:-/dev/shm}/rtctrack-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

. "$here/figures.sh"

bare() { "$bench" "$pairs" "$@"; }
alone() {
	RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$shim "$bench" "$pairs" "$@"
	rm -f "$work"/*.spool
}
recorded() { "$rtctrack" run --quiet -o "$work/t.db" -- "$bench" "$pairs" "$1"; }

echo "rtctrack bench: $(uname -r), $(nproc) cores, $pairs pairs of socket and close with full stacks, median of $rounds rounds"
for _ in $(seq $rounds); do
	bare 1 >>"$work/bare1"
	alone 1 >>"$work/alone1"
	recorded 1 >>"$work/recorded1" 2>/dev/null
	paste "$work/bare1" "$work/alone1" "$work/recorded1" | tail -1 | awk '{print $2 / $1, $3 / $1}' >>"$work/ratios"
done
b=$(median <"$work/bare1")
echo
printf '%-46s %10s %8s\n' "one thread: bench_pairs $pairs 1" "ns a pair" "ratio"
printf '%-46s %10s %8s\n' "bare" "$b" 1.00
printf '%-46s %10s %8.2f\n' "shim, spool only" "$(median <"$work/alone1")" "$(cut -d' ' -f1 "$work/ratios" | median)"
printf '%-46s %10s %8.2f\n' "rtctrack run (collector beside it)" "$(median <"$work/recorded1")" "$(cut -d' ' -f2 "$work/ratios" | median)"

for _ in $(seq $rounds); do
	bare 1 /etc/passwd >>"$work/file_bare"
	alone 1 /etc/passwd >>"$work/file_alone"
	paste "$work/file_bare" "$work/file_alone" | tail -1 | awk '{print $2 / $1}' >>"$work/file_ratios"
done
printf '%-46s %10s %8s\n' "open and close of a file, bare" "$(median <"$work/file_bare")" 1.00
printf '%-46s %10s %8.2f\n' "the same, shim" "$(median <"$work/file_alone")" "$(median <"$work/file_ratios")"

others

echo
printf '%-46s %10s %8s\n' "two threads against one: bench_pairs $pairs 2" "M pairs/s" "times"
for mode in bare alone; do
	for _ in 1 2 3 4 5; do
		$mode 1 >>"$work/${mode}_1"
		$mode 2 >>"$work/${mode}_2"
	done
	one=$(median <"$work/${mode}_1") two=$(median <"$work/${mode}_2")
	printf '%-46s %10s %8s\n' "$mode" "$(awk -v t="$two" 'BEGIN {printf "%.3f", 2000 / t}')" \
		"$(awk -v a="$one" -v b="$two" 'BEGIN {printf "%.2f", 2 * a / b}')"
done

echo
RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$shim "$bench" 1500000 1 >/dev/null
for _ in 1 2 3; do
	rm -f "$work/ingest.db"
	"$build/tests/bench/bench_ingest" "$work"/*.spool "$work/ingest.db"
done >"$work/ingest"
printf '%-46s %10s %8s\n' "spool to trace: bench_ingest SPOOL TRACE" "events" "M/s"
printf '%-46s %10s %8s\n' "median of 3" "$(head -1 "$work/ingest" | cut -d' ' -f1)" "$(cut -d' ' -f3 "$work/ingest" | median)"
printf '%-46s %10s\n' "trace of it, MiB" "$(du -m "$work/ingest.db" | cut -f1)"

# Annotations: retain and release of an object.
echo
tell=$build/tests/bench/bench_annotations
told() { # STACK THREADS [handed]: into a spool whose room is handed back, or into new room
	RTCTRACK_STACK=$1 RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$shim "$tell" told 2000000 "$2" ${3:+"$work"}
	rm -f "$work"/*.spool
}
for _ in $(seq $rounds); do
	for threads in 1 2; do
		"$tell" bare 20000000 $threads >>"$work/tell_bare$threads"
		"$tell" told 20000000 $threads >>"$work/tell_idle$threads"
		told 0 $threads handed >>"$work/tell_nostack$threads"
		told 64 $threads handed >>"$work/tell_stack$threads"
		told 64 $threads >>"$work/tell_new$threads"
	done
done
printf '%-46s %10s %8s\n' "ns of processor a pair: bench_annotations" "1 thread" "2"
while read -r mode name; do
	printf '%-46s %10s %8s\n' "$name" "$(median <"$work/tell_${mode}1")" "$(median <"$work/tell_${mode}2")"
done <<'MODES'
bare bare
idle annotated, nobody watches
nostack shim without stacks, room handed back
stack shim with stacks, room handed back
new shim with stacks, each page new
MODES

# A library with its pack: TLS handshakes between two ends in one thread.
handshake=$build/tests/bench/bench_handshake
wrappers=$build/libtrack/packs/libtrack-openssl.so
if [ -x "$handshake" ] && [ -e "$wrappers" ]; then
	echo
	shake() { # PRELOADED
		RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$1 "$handshake" 1000
		rm -f "$work"/*.spool
	}
	for _ in $(seq $rounds); do
		"$handshake" 1000 >>"$work/shake_bare"
		shake "$shim" >>"$work/shake_shim"
		shake "$shim:$wrappers" >>"$work/shake_pack"
		paste "$work"/shake_{bare,shim,pack} | tail -1 | awk '{print $2 / $1, $3 / $1}' >>"$work/shake_ratios"
	done
	printf '%-46s %10s %8s\n' "TLS handshakes: bench_handshake 1000" "us" "ratio"
	printf '%-46s %10s %8s\n' "bare" "$(median <"$work/shake_bare")" 1.00
	printf '%-46s %10s %8.3f\n' "shim" "$(median <"$work/shake_shim")" "$(cut -d' ' -f1 "$work/shake_ratios" | median)"
	printf '%-46s %10s %8.3f\n' "shim and pack openssl" "$(median <"$work/shake_pack")" "$(cut -d' ' -f2 "$work/shake_ratios" | median)"
fi

# How much of it a collector takes over for good, in two threads, under the default cap.
echo
printf '%-46s %10s %8s %8s %8s\n' "annotations a second: bench_sustain" "M told" "M taken" "lost" "CPU"
for rate in 2000000 0; do
	mkdir "$work/sustain"
	# shellcheck disable=SC2046 # four figures
	printf '%-46s %10s %8s %8s %8s\n' "$([ $rate = 0 ] && echo "as fast as they can" || echo "$rate a second")" \
		$("$build/tests/bench/bench_sustain" "$work/sustain" "$shim" 2 $rate 5)
	rm -rf "$work/sustain"
done
RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$shim "$tell" told 2000000 2 >/dev/null
printf '%-46s %10s\n' "spool to nowhere, M events a second" "$("$build/tests/bench/bench_ingest" "$work"/*.spool | cut -d' ' -f3)"
rm -f "$work"/*.spool

# What the shim weighs: private memory outside of the spool, with us and without.
echo
weigh() { # THREADS BITS
	local bare ours
	bare=$("$build/tests/bench/bench_memory" "$1" "$2" | cut -d' ' -f1)
	read -r ours spool <<<"$(RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$shim "$build/tests/bench/bench_memory" "$1" "$2")"
	rm -f "$work"/*.spool
	printf '%-46s %10s %8s\n' "$1 threads that take $((1 << $2)) stacks each" "$((ours - bare))" "$spool"
}
printf '%-46s %10s %8s\n' "memory of the shim: bench_memory THREADS BITS" "KiB" "spool"
weigh 1 8
weigh 1 14
weigh 4 8
weigh 16 8

# Names of many stacks.
echo
read -r _ frames places named place_s name_s <<<"$("$build/tests/bench/bench_symbols" 100000 20000 "$rtctrack" /lib/x86_64-linux-gnu/libc.so.6)"
printf '%-46s %10s\n' "100,000 stacks of 64 frames: bench_symbols" "seconds"
printf '%-46s %10s\n' "$frames frames to $places places" "$place_s"
printf '%-46s %10s\n' "$named places to names" "$name_s"

# Bounds: ten million lifetimes that end in order, and ten thousand processes.
echo
lives=10000000
mkdir "$work/lives"
"$build/tests/bench/bench_lifetimes" $lives "$work/lives" "$work/lives.db" $((32 << 20)) >"$work/lifetimes"
begin=$(date +%s%N)
"$rtctrack" report "$work/lives.db" >/dev/null
end=$(date +%s%N)
rm -rf "$work/lives"
printf '%-46s %10s\n' "bench_lifetimes $lives (32 MiB budget)" ""
printf '%-46s %10s\n' "millions of events a second" "$(cut -d' ' -f3 "$work/lifetimes")"
printf '%-46s %10s\n' "most memory of the collector, MiB" "$(cut -d' ' -f4 "$work/lifetimes")"
printf '%-46s %10s\n' "trace of it, MiB" "$(du -m "$work/lives.db" | cut -f1)"
printf '%-46s %10s\n' "rtctrack report, ms" "$(((end - begin) / 1000000))"

echo
forks='i=0; while [ $i -lt 10000 ]; do /bin/true; i=$((i + 1)); done'
# seconds and MiB of a command, by GNU time
timed() { command time -f '%e %M' "$@" 2>&1 >/dev/null | tail -1; }
if command -v time >/dev/null 2>&1; then
	plain=$(timed sh -c "$forks")
	tracked=$(timed "$rtctrack" run --quiet -o "$work/tree.db" -- sh -c "$forks")
	tree_ms=$(date +%s%N)
	"$rtctrack" report "$work/tree.db" >/dev/null
	tree_ms=$((($(date +%s%N) - tree_ms) / 1000000))
	printf '%-46s %10s %8s\n' "10,000 times /bin/true, by sh" "seconds" "ratio"
	printf '%-46s %10s %8s\n' "bare" "${plain% *}" 1.00
	printf '%-46s %10s %8s\n' "rtctrack run" "${tracked% *}" "$(ratio "${tracked% *}" "${plain% *}")"
	settled=$(timed "$rtctrack" run --quiet --settle 1 -o "$work/settled.db" -- sh -c "$forks")
	printf '%-46s %10s %8s\n' "rtctrack run --settle 1" "${settled% *}" "$(ratio "${settled% *}" "${plain% *}")"
	printf '%-46s %10s\n' "most memory of any process, MiB" "$((${tracked#* } / 1024))"
	printf '%-46s %10s\n' "trace of it, MiB" "$(du -m "$work/tree.db" | cut -f1)"
	printf '%-46s %10s\n' "rtctrack report, ms" "$tree_ms"
else
	printf '%-46s %10s\n' "10,000 processes" "GNU time is not installed"
fi

# What --settle costs whose connections are all over when they end: until that is known.
echo
ends="i=0; while [ \$i -lt 100 ]; do $build/tests/live/live_ending nothing; i=\$((i + 1)); done"
if command -v time >/dev/null 2>&1; then
	printf '%-46s %10s\n' "100 programs that closed a connection" "seconds"
	printf '%-46s %10s\n' "rtctrack run" "$(timed "$rtctrack" run --quiet -o "$work/ends.db" -- sh -c "$ends" | cut -d' ' -f1)"
	printf '%-46s %10s\n' "rtctrack run --settle 1" "$(timed "$rtctrack" run --quiet --settle 1 -o "$work/held.db" -- sh -c "$ends" | cut -d' ' -f1)"
fi
