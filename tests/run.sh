#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and runs all tests. One line per test that
# failed or was skipped; the last line is "N passed, N failed, N skipped".
#   tests/run.sh          everything once
#   tests/run.sh --full   also repeats, mutation, soak, long fuzzing, the bench, and all that probes can be tried with
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 2
. tests/install.sh
full=no
case "${1:-}" in
--full) full=yes ;;
'') ;;
*)
	echo "usage: tests/run.sh [--full]" >&2
	exit 2
	;;
esac
logs=$root/build/logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0

# What bash starts in the background ignores these, and so would all that is tested.
foreground=(env "--default-signal=INT,QUIT")
trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM

say() { printf '%s\n' "$*"; }
pass() { passed=$((passed + 1)); }
miss() {
	failed=$((failed + 1))
	say "FAIL    $1"
}
leave() {
	skipped=$((skipped + 1))
	say "skipped $1"
}
# whole NAME COMMAND...: one test, output kept in a log that is shown if it fails
whole() {
	local name=$1 begun=$SECONDS word=ok
	shift
	if "$@" >"$logs/$name.log" 2>&1; then
		pass
	else
		word=FAIL
		miss "$name (log: build/logs/$name.log)"
		tail -15 "$logs/$name.log" | sed 's/^/        /'
	fi
	printf '%-7s %s\t%d.00 s\n' $word "$name" $((SECONDS - begun)) >>"$logs/$name.log"
}
# lines NAME COMMAND...: a script that prints one line per check: ok, FAIL, skipped
lines() {
	local name=$1
	shift
	"${foreground[@]}" "$@" >"$logs/$name.log" 2>&1
	local code=$?
	grep -E '^(FAIL|skipped) ' "$logs/$name.log"
	local ok bad left
	ok=$(grep -c '^ok ' "$logs/$name.log")
	bad=$(grep -c '^FAIL ' "$logs/$name.log")
	left=$(grep -c '^skipped ' "$logs/$name.log")
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
	if [ "$code" != 0 ] && [ "$bad" = 0 ]; then
		miss "$name ended with code $code (log: build/logs/$name.log)"
		tail -15 "$logs/$name.log" | sed 's/^/        /'
	elif [ "$ok$bad$left" = 000 ]; then
		miss "$name ran no check"
	fi
}
# criterion NAME BUILD: every unit test program of a build, counted test by test
criterion() {
	local name=$1 build=$2 program out counts
	for program in "$build"/tests/unit_*; do
		[ -x "$program" ] && [ -f "$program" ] || continue
		out=$logs/$name-$(basename "$program").log
		"${foreground[@]}" timeout 300 "$program" --jobs 2 --verbose >"$out" 2>&1
		local code=$?
		counts=$(sed -n 's/.*Tested: [^0-9]*\([0-9]*\).*Passing: [^0-9]*\([0-9]*\).*Failing: [^0-9]*\([0-9]*\).*Crashing: [^0-9]*\([0-9]*\).*/\1 \2 \3 \4/p' "$out" | tail -1)
		if [ -z "$counts" ]; then
			miss "$name $(basename "$program") did not finish (log: $out)"
			continue
		fi
		# shellcheck disable=SC2086
		set -- $counts
		passed=$((passed + $2)) failed=$((failed + $3 + $4))
		if [ $(($3 + $4)) != 0 ] || [ "$code" != 0 ]; then
			say "FAIL    $name $(basename "$program") (log: $out)"
			[ $(($3 + $4)) != 0 ] || failed=$((failed + 1))
			grep -a 'FAIL' "$out" | head -5
		fi
		# The test that leaks has passed by then.
		! grep -aq 'LeakSanitizer' "$out" || miss "$name $(basename "$program") leaks memory (log: $out)"
	done
}
# build PRESET [TARGET...]: all of it, or these targets
build() {
	local targets=("${@:2}")
	if ! cmake --preset "$1" -DTRACK_TESTS=ON >"$logs/configure-$1.log" 2>&1 ||
		! cmake --build --preset "$1" ${targets[@]+--target "${targets[@]}"} >"$logs/build-$1.log" 2>&1; then
		miss "build $1"
		tail -n 20 "$logs/build-$1.log" "$logs/configure-$1.log" 2>/dev/null
		return 1
	fi
	pass
}

# counted NUMBER COMMAND...: in a shell of its own; what it says and counts, and how long it took, go to files
counted() {
	local lane=$logs/lane-$1 TIMEFORMAT="%R s, CPU %U + %S s"
	shift
	passed=0 failed=0 skipped=0
	{ time "$@" >"$lane.lines" 2>&1; } 2>"$lane.time"
	echo "$passed $failed $skipped" >"$lane.counts"
}
# joined NUMBER COMMAND...: what is counted is over: its lines are said, its counts added
joined() {
	local lane=$logs/lane-$1 more_passed more_failed more_skipped
	shift
	cat "$lane.lines"
	if read -r more_passed more_failed more_skipped 2>/dev/null <"$lane.counts"; then
		passed=$((passed + more_passed)) failed=$((failed + more_failed)) skipped=$((skipped + more_skipped))
		echo "$(cat "$lane.time")  $*" >>"$logs/suites"
	else
		miss "$* did not come to its end"
	fi
}
# side_by_side MOST: the commands that stdin has, a line each, so many at a time. Each that is over is told in
# its turn. None of them shares a file, a port or a name with another.
side_by_side() {
	local most=$1 row rows=() pids=() told=0
	while read -r row; do [ -z "$row" ] || rows+=("$row"); done
	for row in "${rows[@]}"; do
		while [ "$(jobs -rp | grep -cxFf <(printf '%s\n' "${pids[@]}"))" -ge "$most" ]; do sleep 0.1; done
		# shellcheck disable=SC2086 # words
		counted "${#pids[@]}" $row </dev/null &
		pids+=($!)
		for (( ; told < ${#pids[@]}; told++)); do
			[ -e "$logs/lane-$told.counts" ] || break
			# shellcheck disable=SC2086
			joined $told ${rows[told]}
		done
	done
	for (( ; told < ${#rows[@]}; told++)); do
		wait "${pids[told]}"
		# shellcheck disable=SC2086
		joined $told ${rows[told]}
	done
}

# What is built while others mostly wait, and behind them where they do not.
sanitized_builds() {
	local asan=(unit "${sample_targets[@]}")
	[ $full = no ] || asan=() # all of it
	renice -n 10 -p $BASHPID >/dev/null 2>&1
	build asan "${asan[@]}"
	echo $? >"$logs/asan.built"
	build tsan "${sample_targets[@]}" "${stress_targets[@]}"
	echo $? >"$logs/tsan.built"
}
# built PRESET... -- COMMAND...: once they are there; nothing if one could not be built, which is said already
built() {
	while [ "$1" != -- ]; do
		while [ ! -s "$logs/$1.built" ] && kill -0 "$building" 2>/dev/null; do sleep 0.2; done
		[ "$(cat "$logs/$1.built" 2>&1)" = 0 ] || return
		shift
	done
	"${@:2}"
}

# probed NAME COMMAND...: a suite of the probes engine; one line where the engine does not work here
probed() {
	if [ -n "$no_probes" ]; then
		leave "$1: $no_probes"
	else
		lines "$@"
	fi
}
# Why probes do not work here; nothing where they do.
probes_lack() {
	local said
	said=$(timeout 60 build/release/cli/rtctrack run --engine probes --quiet -o "$logs/probes.db" -- /bin/true 2>&1) ||
		said=${said:-the engine does not work here}
	rm -f "$logs/probes.db"
	echo "${said%%$'\n'*}"
}

tidy_all() { git ls-files 'libtrack/*.c' 'bpf/loader/*.c' 'cli/*.c' 'samples/*.c' | xargs -P2 -n8 clang-tidy -p build/release --quiet; }

# ThreadSanitizer and Criterion do not go together: programs without it are built for it. NAME:ROUNDS
stress="dc_stress:30 dc_sctp_stress:10 dc_peer_stress:10 dc_peer_chaos:5 dc_server_stress:50"
sample_targets=(dc-loopback dc-echo dc-hello dc-scenario) stress_targets=()
for program in $stress; do stress_targets+=("live_${program%:*}"); done
# stressed BUILD TIMES: each of them, as many times their rounds
stressed() {
	local program name
	for program in $stress; do
		name=${program%:*}
		whole "$1-$name" timeout 500 "build/$1/tests/live/live_$name" $((${program#*:} * $2))
	done
}

# What tests need and no build does, while something is built.
installed() {
	local package packages="$REAL_PACKAGES $HOST_PACKAGES $PROBES_PACKAGES $CI_PACKAGES"
	# shellcheck disable=SC2086
	install_packages $packages ||
		for package in $packages; do install_packages "$package"; done # what there is: the rest is skipped by its suite
	install_npm tests/real build/release/tests/real
	install_npm tests/ci build/release/tests/ci
	install_npm tests/formats build/release/tests/formats
	install_npm tests/page build/release/tests/page
}

# The long ones come first, and what waits for the sanitizers' builds last.
suites() {
	cat <<END
lines real tests/real/run.sh build/release
probed probes-sequence tests/probes/sequence.sh build/release
lines found tests/live/scenarios.sh build/release
probed probes tests/probes/run.sh build/release
criterion unit build/release
lines live tests/live/run.sh build/release
lines hosts tests/hosts/run.sh build/release
probed probes-found tests/live/scenarios.sh --engine probes build/release
lines packs tests/packs/run.sh build/release
probed probes-packs tests/probes/packs.sh build/release
lines hangs tests/live/hangs.sh build/release
lines endings tests/live/endings.sh build/release
lines robust tests/samples/robust.sh build/release
lines interop tests/samples/interop.sh build/release
lines page tests/page/run.sh build/release
lines soak-command tests/live/soak_command.sh build/release
lines bounds tests/live/bounds.sh build/release
lines calls tests/live/calls.sh build/release
probed probes-hangs tests/probes/hangs.sh build/release
probed probes-cli tests/probes/cli.sh build/release
lines house tests/unit/house.sh build/release
lines page-unit tests/unit/page.sh build/release
lines annotations tests/live/annotations.sh build/release
lines packs-command tests/live/packs.sh build/release
lines wrappers tests/live/wrappers.sh build/release
lines cli tests/live/cli.sh build/release
lines gate tests/live/gate.sh build/release
lines scripts tests/live/scripts.sh build/release
lines import tests/live/import.sh build/release
lines ci tests/ci/run.sh build/release
lines gate-self tests/live/gate_self.sh build/release
lines story tests/live/story.sh build/release
lines formats tests/live/formats.sh build/release
lines view tests/live/view.sh build/release
lines traps tests/live/traps.sh
lines ice tests/samples/ice.sh build/release
lines echo tests/samples/echo.sh build/release
built asan tsan -- lines scenarios tests/samples/scenarios.sh build/release
built asan -- criterion asan build/asan
built asan tsan -- lines clean tests/samples/clean.sh build/release
whole fuzz tests/fuzz/run.sh --runs 10000 build/fuzz
built tsan -- stressed tsan 1
END
}

start=$(date +%s)
rm -f "$logs"/*.log "$logs"/lane-* "$logs"/*.built "$logs/suites" # tests/slowest.sh reads the logs of this run
# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES $TEST_PACKAGES $PACKS_PACKAGES || {
	say "0 passed, 1 failed, 0 skipped"
	exit 1
}

install_page || true # what needs the page is skipped by its suite then
say "building"
installed >"$logs/install.log" 2>&1 &
installing=$!
build release || {
	say "$passed passed, $failed failed, $skipped skipped"
	exit 1
}
counted builds sanitized_builds &
building=$!
wait $installing
no_probes=$(probes_lack)
say "testing"
side_by_side 3 < <(suites)
wait $building
joined builds sanitized_builds

if [ $full = yes ]; then
	# shellcheck disable=SC2086
	install_packages $BENCH_PACKAGES || true
	say "repeats"
	for round in 1 2 3 4 5; do
		lines "live-$round" tests/live/run.sh build/release
		criterion "unit-$round" build/release
		lines "page-$round" tests/page/run.sh build/release
	done
	say "hosts, every pair"
	lines hosts-full tests/hosts/run.sh build/release --full
	sed -n '/^host /,$p' "$logs/hosts-full.log"
	say "real programs under load"
	lines real-full tests/real/run.sh --full build/release
	say "stress"
	stressed tsan 5
	stressed asan 5
	say "the sample stack: peers that nobody ends"
	lines robust-full tests/samples/robust.sh --full build/release
	say "every scenario, 20 times"
	lines scenarios-full tests/samples/scenarios.sh --full build/release
	lines found-full tests/live/scenarios.sh --full build/release
	grep '^scenarios:' "$logs/found-full.log"
	say "probes, at length"
	probed probes-found-full tests/live/scenarios.sh --full --engine probes build/release
	probed both-found tests/live/scenarios.sh --engine both build/release
	probed probes-full tests/probes/run.sh --full build/release
	probed probes-hosts tests/hosts/run.sh build/release --engine probes
	say "the gate, again and again"
	lines gate-full tests/live/gate_full.sh build/release
	lines ci-full tests/ci/run.sh --full build/release
	say "soak"
	lines soak tests/live/soak.sh build/release
	lines soak-command-full tests/live/soak_command.sh --full build/release
	say "mutation"
	lines mutation tests/unit/mutation.sh
	MUTANTS_AT_ONCE=12 lines mutation-dcstack tests/mutation/dcstack.sh --build build/release
	say "long fuzzing"
	whole fuzz-long tests/fuzz/run.sh 240 build/fuzz
	say "clang-tidy"
	install_packages clang-tidy && whole tidy tidy_all
	say "bench"
	{
		tests/bench/run.sh build/release
		tests/bench/datachannel.sh build/release
	} | tee "$logs/bench.log"
fi
say "what took longest, of suites and of checks:"
sort -rn "$logs/suites" | head -10
tests/slowest.sh
say "took $(($(date +%s) - start)) s"
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
