#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Data channels between two peers in one process: the same messages by dcstack and by others. Prints
# figures, asserts nothing. `shim` is dcstack with the library preloaded, `recorded` under `rtctrack run`.
# These three take turns; what each round's took, in dcstack's of the same round, is a ratio, and the
# median and the quartiles of the ratios are printed, and the median of those of processor time, which
# for `recorded` has in it what is done once the program is over. Of the others the fastest of some rounds.
#   tests/bench/datachannel.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
. "$here/../install.sh"
turns=21
rounds=3
limit=20
export LC_ALL=C SAMPLES_MODULES=$build/tests/real

install_packages python3-aiortc || exit 2
install_npm "$here/../real" "$SAMPLES_MODULES" || exit 2

trace=$(mktemp -d)
trap 'rm -rf "$trace"' EXIT
shim=$build/libtrack/shim/libtrack.so

# loopback MESSAGES SIZE [COMMAND...]: the seconds that they took, and those of processor of the whole run
loopback() {
	local TIMEFORMAT='%U %S'
	{ time "${@:3}" "$build/samples/loopback/dc-loopback" --sessions 1 --messages "$1" --size "$2"; } 2>&1 |
		awk -v messages="$1" '/messages_per_second=/ {sub(/.*messages_per_second=/, ""); seconds = messages / $1}
			/^[0-9.]+ [0-9.]+$/ {cpu = $1 + $2} END {print seconds, cpu}'
}
# Each of the others prints its seconds for MESSAGES of SIZE bytes.
dcstack() { loopback "$@"; }
shim() {
	mkdir -p "$trace/spools"
	loopback "$@" env RTCTRACK_SPOOL_DIR="$trace/spools" LD_PRELOAD="$shim"
	rm -f "$trace"/spools/*
}
recorded() { loopback "$@" "$build/cli/rtctrack" run --quiet -o "$trace/t.db"; }
node_datachannel() { timeout $limit node "$here/datachannel.mjs" node-datachannel "$@"; }
werift() { timeout $limit node "$here/datachannel.mjs" werift "$@"; }
aiortc() { timeout $limit /usr/bin/python3 "$here/datachannel.py" "$@"; }

# fastest STACK MESSAGES SIZE: of some rounds; nothing if one has no result
fastest() {
	local round seconds
	for round in $(seq $rounds); do
		seconds=$("$@" 2>/dev/null)
		[ -n "$seconds" ] || return
		echo "$seconds"
	done | sort -n | head -1
}

# quartiles: the second, the first and the third
quartiles() {
	sort -n | awk '{v[NR] = $1} END {print v[int(NR / 2) + 1], v[int(NR / 4) + 1], v[int(NR * 3 / 4) + 1]}'
}

# row NAME MESSAGES SIZE SECONDS RATIO [FROM TO [PROCESSOR]]
row() {
	awk -v name="$1" -v messages="$2" -v size="$3" -v seconds="$4" -v ratio="$5" -v from="${6:-}" -v to="${7:-}" \
		-v processor="${8:-}" 'BEGIN {
		spread = from == "" ? "" : sprintf("[%.2f .. %.2f]", from, to)
		printf "%-30s %10.4f %12.0f %8.1f %6.2f %16s %6s\n", name, seconds, messages / seconds,
			messages * size / seconds / 1e6, ratio, spread, processor == "" ? "" : sprintf("%.2f", processor)
	}'
}

# take_turns MESSAGES SIZE
take_turns() {
	local stack
	rm -f "$trace"/*.seconds
	for _ in $(seq $turns); do
		for stack in dcstack shim recorded; do
			$stack "$@" >>"$trace/$stack.seconds" 2>/dev/null
		done
	done
}

# ratios STACK COLUMN: the quartiles of those to dcstack
ratios() {
	paste "$trace/dcstack.seconds" "$trace/$1.seconds" | awk -v at="$2" '{print $(at + 2) / $at}' | quartiles
}

# table MESSAGES SIZE [STACK...]
table() {
	local stack seconds ours what=("$1" "$2")
	take_turns "${what[@]}"
	printf '\n%-30s %10s %12s %8s %6s %16s %6s\n' "$1 messages of $2 bytes" seconds messages/s MB/s time "" CPU
	for stack in dcstack shim recorded; do
		read -r seconds _ <<<"$(cut -d' ' -f1 "$trace/$stack.seconds" | quartiles)"
		# shellcheck disable=SC2046 # three figures and one
		row $stack "${what[@]}" "$seconds" $(ratios $stack 1) $(ratios $stack 2 | cut -d' ' -f1)
	done
	read -r ours _ <<<"$(cut -d' ' -f1 "$trace/dcstack.seconds" | quartiles)"
	for stack in "${@:3}"; do
		seconds=$(fastest "$stack" "${what[@]}")
		if [ -z "$seconds" ]; then
			printf '%-30s %10s\n' "$stack" "no result in $limit s"
			continue
		fi
		row "$stack" "${what[@]}" "$seconds" "$(awk -v a="$seconds" -v b="$ours" 'BEGIN {print a / b}')"
	done
}

echo "data channels: $(uname -r), $(nproc) cores, UDP on loopback, $turns turns of dcstack"
table 640 65536 node_datachannel werift aiortc
table 10000 64 node_datachannel werift aiortc
table 300000 64
