#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A long run through a small spool: segments come back and are used again.
#   tests/live/soak.sh [BUILD]
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=soak
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
sessions=20000
"$build/cli/rtctrack" run -o t.db --quiet --cap 8M -- "$build/samples/sessions/sessions" --sessions $sessions --messages 5 >out 2>err
check "$sessions sessions: exit" "$?" 0
check "$sessions sessions: all sockets seen, none left" \
	"$(sqlite3 t.db "SELECT count(*) || ' ' || sum(death_ns IS NULL) FROM resource WHERE class = 'udp'")" "$((2 * sessions)) 0"
check "$sessions sessions: all threads joined" \
	"$(sqlite3 t.db "SELECT count(*) || ' ' || sum(ending = 'joined') FROM resource WHERE kind = 'thread'")" "$sessions $sessions"
check "nothing lost through 8 MiB" "$(sqlite3 t.db "SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'")" 0

# No collector and no room: what is lost is counted, one by one.
mkdir spools
RTCTRACK_SPOOL_DIR=$work/spools RTCTRACK_CAP=2000000 LD_PRELOAD=$build/libtrack/shim/libtrack.so \
	"$build/tests/bench/bench_pairs" 200000 2 >out
"$build/cli/rtctrack" report --format json spools >report.json
check "a full spool: recorded and lost add up" "$(python3 - report.json <<'P'
import json, sys
report = json.load(open(sys.argv[1]))
lost = report["coverage"]["lost"]
print("lost" if lost > 100000 else "too few lost: %d" % lost, report["coverage"]["complete"])
P
)" "lost False"
summary
