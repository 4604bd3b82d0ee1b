#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every scenario of dc-scenario's table shows its effect in the buggy form, by the kernel's account or
# the stack's own, and shows nothing in the fixed form; fixed forms and controls are clean under ASan,
# UBSan and TSan. rtctrack has no part in it.
#   tests/samples/scenarios.sh [--full] [BUILD]     (--full: each 20 times; sanitizers: ../asan, ../tsan)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=scenarios
. "$here/../check.sh"
times=1
[ "${1:-}" = --full ] && times=20 && shift
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
program=$build/samples/scenarios/dc-scenario
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C ASAN_OPTIONS=detect_leaks=1 TSAN_OPTIONS=halt_on_error=0:exitcode=66
at_once=4 # most of them sleep
grace=0.2
hang_after=2 # a fixed form is through in half of that; a busy machine may take longer

# The checks of one job go into a file of its own, so that jobs run side by side.

# shows NAME EFFECT SESSIONS: the buggy form
shows() {
	local out code
	case $2 in
	'a hang') hangs "$1" ;;
	'a crash')
		out=$(timeout -k 5 100 "$program" "$1" --form buggy --grace $grace 2>&1)
		check "$1 buggy: crashes" "$?" 139
		;;
	*)
		out=$(timeout -k 5 100 "$program" "$1" --form buggy --sessions "$3" --grace $grace 2>&1)
		code=$?
		check "$1 buggy, sessions $3: $2" "$code $([ $code = 0 ] || echo "$out" | tail -3 | tr '\n' ' ')" "0 "
		;;
	esac
}

# The time that a process has run, in ticks, over all of its threads.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat" 2>/dev/null; }

# hangs NAME: it lives, and does nothing any more; a signal ends it
hangs() {
	local pid before after code state=awake try
	"$program" "$1" --form buggy --grace $grace >"$work/$1.hang" 2>&1 &
	pid=$!
	sleep $hang_after
	for ((try = 0; try < 60; try++)); do
		before=$(ticks $pid)
		sleep 0.5
		after=$(ticks $pid)
		# An association that is still there looks at its timers a hundred times a second: that is a tick or two.
		[ -n "$before" ] && [ -n "$after" ] || break
		[ $((after - before)) -le 3 ] && state=asleep && break
		state="awake ($before to $after ticks)"
	done
	kill -TERM $pid 2>/dev/null
	wait $pid
	code=$?
	check "$1 buggy: hangs, asleep, until a signal" \
		"exit $code, $state$([ $code = 143 ] || tail -3 "$work/$1.hang" | tr '\n' ' ')" "exit 143, asleep"
}

# clean WHERE BUILD NAME: the fixed form, or a control
clean() {
	local out code
	out=$(timeout -k 5 100 "$2/samples/scenarios/dc-scenario" "$3" --form fixed --grace $grace 2>"$work/$1.$3.err")
	code=$?
	check "$3 fixed, $1" \
		"$code $([ $code = 0 ] || echo "$out" | tail -3 | tr '\n' ' ')$(head -c 600 "$work/$1.$3.err" | tr '\n' ' ')" "0 "
}

# one NAME RULE EFFECT
one() {
	local name=$1 rule=$2 effect=$3 round sanitizer
	for ((round = 0; round < times; round++)); do
		[ "$rule" = none ] || shows "$name" "$effect" $((round % 4 + 1))
		clean release "$build" "$name"
		for sanitizer in asan tsan; do
			[ -x "$build/../$sanitizer/samples/scenarios/dc-scenario" ] && clean $sanitizer "$build/../$sanitizer" "$name"
		done
	done
}

"$program" --list >"$work/list" || exit 2
for sanitizer in asan tsan; do
	[ -x "$build/../$sanitizer/samples/scenarios/dc-scenario" ] ||
		fail "$sanitizer" "not built: cmake --preset $sanitizer && cmake --build --preset $sanitizer --target dc-scenario"
done
cut -f 1,3,6 "$work/list" >"$work/jobs"
while IFS=$'\t' read -r name rule effect; do
	while [ "$(jobs -rp | wc -l)" -ge $at_once ]; do wait -n; done
	(begin_check; one "$name" "$rule" "$effect") >"$work/$name.checks" &
done <"$work/jobs"
wait
begin_check

while IFS=$'\t' read -r name rule effect; do
	cat "$work/$name.checks"
	[ -s "$work/$name.checks" ] || echo "FAIL    $suite $name: no check was made"
done <"$work/jobs" >"$work/checks"
cat "$work/checks"
passed=$((passed + $(grep -c '^ok ' "$work/checks"))) failed=$((failed + $(grep -c '^FAIL ' "$work/checks")))

# Output that is lost.
for arguments in --list "control-relock --grace 0"; do
	# shellcheck disable=SC2086
	"$program" $arguments >/dev/full 2>"$work/lost"
	check "a full disk: $arguments" "$? $(cat "$work/lost")" "1 dc-scenario: standard output cannot be written"
done

check "the name may stand anywhere, also as its file is called" \
	"$("$program" --form fixed control_relock --grace 0 | head -1)" "control-relock, fixed form"

# Wrong names and options.
# refused NAME WHY ARGUMENT...
refused() {
	local name=$1 expected=$2
	shift 2
	"$program" "$@" >/dev/null 2>"$work/refused"
	check "$name" "$? $(cat "$work/refused")" "2 dc-scenario: $expected; --help lists the options, --list the scenarios"
}
refused "an unknown name" "there is no scenario nonsense" nonsense
refused "no name" "the name of a scenario is missing"
refused "an unknown form" "--form is buggy or fixed, not wrong" dropped-without-close --form wrong
refused "a grace time that is none" '--grace takes seconds from 0 to 3600, not "soon"' dropped-without-close --grace soon
control=$(awk -F'\t' '$3 == "none" { print $1; exit }' "$work/list")
[ -z "$control" ] || refused "a control's buggy form" "it only looks like a bug, and has no buggy form: $control" "$control" --form buggy
summary
