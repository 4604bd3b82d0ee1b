#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What rtctrack view costs of a recording that goes on, by its number of lifetimes: the time of a look at it, and what
# is sent, first all and then what changed. Prints figures, asserts nothing.
#   tests/bench/view.sh [BUILD]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
work=$(mktemp -d)
trap 'kill $pid 2>/dev/null; rm -rf "$work"' EXIT
pid=
export LC_ALL=C
cd "$work" || exit 2

# fetch REVISION: seconds and bytes
fetch() { curl -sg -o frame -w '%{time_total} %{size_download}' "${url}trace/0?since=$1"; }
row() { awk -v name="$1" '{printf "  %-46s %8.2f s %12.2f MB\n", name, $1, $2 / 1e6}'; }

for pairs in 10000 100000 1000000; do
	rm -f t.db*
	"$rtctrack" run --quiet --trace-budget 4G -o t.db -- "$build/tests/bench/bench_pairs" $pairs 1 >/dev/null 2>&1
	# As while it is recorded: nothing is judged, and nobody has said that it is over.
	sqlite3 t.db "DELETE FROM meta WHERE key = 'finished'; DELETE FROM stack_frame; DELETE FROM frame; DELETE FROM location; DELETE FROM finding; DELETE FROM evidence"
	: >url
	"$rtctrack" view --quiet t.db >url 2>/dev/null &
	pid=$!
	until grep -q / url; do sleep 0.1; done
	url=$(cat url)
	echo "$pairs lifetimes:"
	fetch 0 | row "a first look, and all of it"
	fetch 1 | row "nothing new"
	sqlite3 -cmd '.timeout 60000' t.db "INSERT INTO mark (pid, time_ns, text) VALUES (1, 1, 'a mark')"
	until curl -sg "${url}session.json" | grep -q '"revision":2'; do sleep 0.2; done
	fetch 1 | row "a look after a mark, and what changed"
	kill $pid
	wait $pid
done
