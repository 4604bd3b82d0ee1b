#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Data channels between two peers in one process: the same messages by dcstack and by others. Prints
# figures, asserts nothing. `recorded` is dcstack under `rtctrack run`.
#   tests/bench/datachannel.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
. "$here/../install.sh"
rounds=3
limit=20
export LC_ALL=C SAMPLES_MODULES=$build/tests/real

install_packages python3-aiortc || exit 2
install_npm "$here/../real" "$SAMPLES_MODULES" || exit 2

trace=$(mktemp -d)
trap 'rm -rf "$trace"' EXIT

# Each prints its seconds for MESSAGES of SIZE bytes.
loopback() {
	"${@:3}" "$build/samples/loopback/dc-loopback" --sessions 1 --messages "$1" --size "$2" |
		sed -n 's/.* seconds=\([0-9.]*\).*/\1/p'
}
dcstack() { loopback "$@"; }
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

# table MESSAGES SIZE
table() {
	local stack seconds ours=
	printf '\n%-22s %10s %14s %10s %8s\n' "$1 messages of $2 bytes" seconds messages/s MB/s time
	for stack in dcstack recorded node_datachannel werift aiortc; do
		seconds=$(fastest $stack "$@")
		ours=${ours:-$seconds}
		if [ -z "$seconds" ]; then
			printf '%-22s %10s\n' "$stack" "no result in $limit s"
			continue
		fi
		awk -v stack="$stack" -v seconds="$seconds" -v ours="$ours" -v messages="$1" -v size="$2" 'BEGIN {
			printf "%-22s %10.3f %14.0f %10.1f %7.1fx\n", stack, seconds, messages / seconds,
				messages * size / seconds / 1e6, seconds / ours
		}'
	done
}

echo "data channels: $(uname -r), $(nproc) cores, UDP on loopback, fastest of $rounds rounds"
table 640 65536
table 10000 64
