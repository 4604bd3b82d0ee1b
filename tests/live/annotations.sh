#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Annotations: what programs tell by track.h, as records and as probes.
#   tests/live/annotations.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=annotations
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
live=$build/tests/live
shim=$build/libtrack/shim/libtrack.so
include=$here/../../libtrack/include
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
cd "$work" || exit 2

have() { command -v "$1" >/dev/null 2>&1; }

# spooled COMMAND...: what it says into said, its records into found
spooled() {
	rm -rf spools said found
	mkdir spools
	RTCTRACK_SPOOL_DIR=$work/spools LD_PRELOAD=$shim timeout 100 "$@" >said 2>err
	code=$?
	"$live/live_records" spools >found 2>>err
}
# told NAME COMMAND...: the records are what the program says it told
told() {
	local name=$1
	shift
	spooled "$@"
	check "$name: every word, in order" "$code $(diff said found && wc -l <found)" "0 $(wc -l <said)"
}

told "a program in C" "$live/live_annotated_c"
told "a program in C++17" "$live/live_annotated_cc"
RTCTRACK_STACK=0 spooled "$live/live_annotated_c"
check "without stacks every word is there all the same" "$(diff <(sed 's/ stack$//' said) found && echo same)" same
# Nobody watches: the same program, and nothing of it.
check "unwatched the program says the same" "$("$live/live_annotated_c" | wc -l)" "$(wc -l <said)"

# Where a careless shim would hang, kill or lose.
for mode in early counter sandbox sandbox-without-counter handlers turns children coroutines; do
	spooled "$live/live_annotated_hazards" $mode
	check "$mode: the program ends as alone, and all is there" \
		"$code $(grep -c '^retain object#1 hazard' found) $(grep -c -e '(undefined' -e '^lost' found)" "0 $(cat said) 0"
done
RTCTRACK_STACK=0 spooled "$live/live_annotated_hazards" turns
check "turns: two threads, one order" \
	"$code $(awk '/hazard/ {n++; bad += $1 == last; last = $1} END {print n, bad + 0}' found)" "0 400000 0"
spooled "$live/live_annotated_hazards" children
check "children: what each told" "$(grep -c '^release object#1 hazard' found)" 2000

# Of a limited address space the host keeps seven eighths.
mkdir -p spools
for limit in 400000 1000000; do
	check "ulimit -v $limit: what is taken" "$(
		ulimit -v $limit
		alone=$(awk '/^VmSize/ {print $2}' /proc/self/status)
		watched=$(RTCTRACK_SPOOL_DIR=$work/spools LD_PRELOAD=$shim awk '/^VmSize/ {print $2}' /proc/self/status)
		echo $((watched > alone && watched - alone <= limit / 8))
	)" 1
done

# Each compiler and language that the header is for, with all warnings.
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -D_GNU_SOURCE -pthread -I$include"
# One for each op, and that of a mark.
probes=$( (echo mark && grep -o '^TRACK_PROBE([a-z]*)' "$include/track/track.h" | tr -d ')' | cut -d'(' -f2) | sort | xargs)
for level in -O0 -O2; do
	for compiler in "gcc -std=c11" "clang -std=c11" "g++ -std=c++17 -x c++" "clang++ -std=c++17 -x c++"; do
		name="$compiler $level"
		if ! have "${compiler%% *}"; then
			skip "$name" "${compiler%% *} is not installed"
			continue
		fi
		rm -f program
		# shellcheck disable=SC2086 # words
		if ! $compiler $strict $level "$here/annotated.c" -o program 2>err; then
			fail "$name" "$(head -3 err)"
			continue
		fi
		told "$name" ./program
		check "$name: all probes are listed" \
			"$(readelf -n program | awk '/Provider: track/ {p = 1} p && /Name:/ {print $2; p = 0}' | sort | xargs)" "$probes"
	done
done

# What C++ projects ask for besides.
cxx="-std=c++17 -Wold-style-cast -Wzero-as-null-pointer-constant -Wnon-virtual-dtor -Wcast-qual -Wundef"
for compiler in g++ clang++; do
	have $compiler || { skip "$compiler, strict" "it is not installed"; continue; }
	# shellcheck disable=SC2086 # words
	check "$compiler, strict" "$($compiler $strict $cxx -O2 -c "$here/annotated_unusual.cc" -o unusual.o 2>&1 | head -3)" ""
done

# Correct programs of unusual habits: nothing that fails a gate, and soon.
for mode in $("$live/live_annotated_unusual_cc" | grep -v '^wrong-'); do
	rm -f t.db
	timeout 100 "$build/cli/rtctrack" run -o t.db --quiet --grace 0.6 -- "$live/live_annotated_unusual_cc" "$mode" >out 2>err
	check "unusual, and correct: $mode" \
		"$(sqlite3 -batch t.db "SELECT state, rule, message FROM finding WHERE state IN ('broken', 'leaked', 'growing', 'unclosed', 'suspect')" 2>&1)" ""
done

# Where all is one file, the caller of what tells is in it too.
timeout 100 "$build/cli/rtctrack" run -o one.db --quiet -- "$live/live_annotated_unusual_cc" terminated >out 2>err
check "in a program of one file a scope's culprit is who opened it" \
	"$(sqlite3 -batch one.db "SELECT rule, replace(culprit_function, '(anonymous namespace)::', '') FROM finding")" \
	"scope-unclosed|Connection::Connection"

# Calls that say nothing are left out, but none that may be too late, and all are counted.
late() { # MODE SQL
	rm -f t.db
	timeout 100 "$build/cli/rtctrack" run -o t.db --quiet -- "$live/live_annotated_late" "$1" >out 2>err
	check "late calls: $1" "$(sqlite3 -batch t.db "$2" 2>&1)" "$(cat out)"
}
for mode in reopened handed-over task-handed-over closing many short-threads; do
	late $mode "SELECT sum(count) FROM finding WHERE rule = 'callback-after-close'"
done
late each "SELECT count(DISTINCT resource_id) FROM act WHERE what = 'fired-late'"

# closing NAME GRACE MODE STATE: the one finding, about a close that did not return
closing() {
	rm -f closing.db
	timeout 60 "$build/cli/rtctrack" run -o closing.db --quiet --grace "$2" -- "$live/live_annotated_unusual_cc" "$3" >out 2>err
	check "$1, grace $2" "$(sqlite3 -batch closing.db "SELECT rule, state, message FROM finding")" \
		"scope-unclosed|$4|1 Connection opened here was never closed: its close began and did not return"
}
# What ends in order from within a close is undecided; where another thread closes, only within the grace time.
closing "a close that ended the program" 60 left-while-closing recheck
closing "a close that ended the program" 0 left-while-closing recheck
closing "a close that never returned" 60 wrong-left-behind recheck
closing "a close that never returned" 0 wrong-left-behind unclosed

timeout 60 "$build/cli/rtctrack" run -o tick.db --quiet -- "$live/live_annotated_unusual_cc" wrong-tick-too-late >out 2>err
check "a timer armed again and fired too late is told" "$(sqlite3 -batch tick.db "SELECT rule, state, message FROM finding")" \
	"timer-leak|broken|1 tick timer fired after the end of its Connection"

# Who made it is to blame, however the annotation was compiled.
for flags in "-O0 -g" "-O2 -g" "-O2" "-O2 -fno-pie -no-pie"; do
	# shellcheck disable=SC2086 # words
	gcc $strict $flags "$here/annotated_growth.c" -o program
	rm -f t.db
	timeout 100 "$build/cli/rtctrack" run -o t.db --quiet -- ./program >out 2>err
	check "the culprit, gcc $flags" \
		"$(sqlite3 -batch t.db "SELECT rule, state, culprit_function FROM finding")" "growth|growing|make_candidate"
done

# Nor where no name tells which frame is the annotation's.
for level in -O0 -O1 -O2; do
	# shellcheck disable=SC2086 # words
	gcc $strict $level "$here/annotated_growth.c" -o program
	read -r start size < <(nm -S program | awk '/ make_candidate$/ {print $1, $2}')
	strip program
	rm -f t.db
	timeout 100 "$build/cli/rtctrack" run -o t.db --quiet -- ./program >out 2>err
	check "the innermost frame, stripped, gcc $level" "$(sqlite3 -batch t.db "SELECT count(*) FROM resource r
		JOIN stack_frame s ON s.stack_id = r.birth_stack AND s.position = 0 JOIN location l ON l.id = s.location_id
		WHERE r.kind = 'object' AND l.address BETWEEN $((16#$start)) AND $((16#$start + 16#$size))")" 6
done

# A plugin that stands where another one stood is not named after it, and its stack is one however often it comes.
for class in one two; do
	# shellcheck disable=SC2086 # words
	gcc $strict -O1 -fPIC -shared -DCLASS="\"$class\"" "$here/annotated_plugin.c" -o $class.so
done
# shellcheck disable=SC2086 # words
gcc $strict -O1 "$here/annotated_plugins.c" -o program
rm -f t.db
timeout 100 "$build/cli/rtctrack" run -o t.db --quiet -- ./program ./one.so ./two.so >out 2>err
[ "$(sort -u out | wc -l)" = 1 ] || skip "plugins at one address" "the loader put them elsewhere"
check "a stack is named after the plugin that stood there then" "$(sqlite3 -batch t.db "SELECT r.class, replace(l.path, rtrim(l.path, replace(l.path, '/', '')), ''),
		count(DISTINCT r.birth_stack), count(*) FROM resource r
	JOIN stack_frame s ON s.stack_id = r.birth_stack AND s.position = 0 JOIN location l ON l.id = s.location_id
	WHERE r.class IN ('one', 'two') GROUP BY 1, 2" | xargs)" "one|one.so|1|3 two|two.so|1|3"

# Under live probes: the arguments arrive, and nobody's locals are overwritten.
# Tracepoints need tracefs: mounted for bpftrace alone, in a mount namespace of its own.
probed() { # SCRIPT COMMAND
	timeout 120 unshare -m sh -c 'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
		exec bpftrace -q -o "$1" -e "$2" -c "$3"' sh "$work/probed" "$1" "$2" >out 2>err
}
red=$live/live_red_zone
if ! have bpftrace; then
	skip "live probes" "bpftrace is not installed"
elif ! probed "usdt:$red:track:retain { @ = count(); }" "$red 1" || ! grep -q '@: 1' probed; then
	skip "live probes" "this user may not set them: $(tail -1 err)"
else
	bare=$("$red" 300000)
	probed "usdt:$red:track:retain { @in = count(); } usdt:$red:track:release { @out = count(); }" "$red 300000"
	check "under a probe locals in the red zone stay" "$(grep -c "^$bare\$" out)" 1
	check "every probe is hit" "$(grep -c -x '@\(in\|out\): 300000' probed)" 2
	probed "usdt:$live/live_annotated_c:track:retain { printf(\"%x %d %x %d %s\n\", arg0, arg1 != 0, arg2, arg3 != 0, str(arg4)); }" \
		"$live/live_annotated_c"
	check "a probe has its arguments" "$(grep . probed | xargs)" "60208 1 0 1 checklist 50408 1 20 1 timer"
fi

summary
