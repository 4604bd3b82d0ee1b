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
	"$@" >"$logs/$name.log" 2>&1
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
		timeout 300 "$program" --jobs 2 --verbose >"$out" 2>&1
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

# beside FUNCTION: in a shell of its own, beside what follows, and behind it where both want the processor
beside() {
	rm -f "$logs/$1.counts"
	(
		renice -n 19 -p $BASHPID >/dev/null 2>&1
		passed=0 failed=0 skipped=0
		"$1"
		echo "$passed $failed $skipped" >"$logs/$1.counts"
	) >"$logs/$1.lines" 2>&1 &
	lane=$!
}
# joined FUNCTION: waits for it, prints its lines and adds its counts
joined() {
	local more_passed more_failed more_skipped
	wait "$lane"
	cat "$logs/$1.lines"
	if read -r more_passed more_failed more_skipped 2>/dev/null <"$logs/$1.counts"; then
		passed=$((passed + more_passed)) failed=$((failed + more_failed)) skipped=$((skipped + more_skipped))
	else
		miss "$1 did not come to its end"
	fi
}

# What is built while the tests of the release build mostly wait.
sanitized_builds() {
	rm -f "$logs"/*.built
	build asan && : >"$logs/asan.built"
	build tsan "${stress_targets[@]}" && : >"$logs/tsan.built"
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
stress_targets=(dc-loopback dc-echo dc-hello dc-scenario)
for program in $stress; do stress_targets+=("live_${program%:*}"); done
# stressed BUILD TIMES: each of them, as many times their rounds
stressed() {
	local program name
	for program in $stress; do
		name=${program%:*}
		whole "$1-$name" timeout 500 "build/$1/tests/live/live_$name" $((${program#*:} * $2))
	done
}

start=$(date +%s)
rm -f "$logs"/*.log # tests/slowest.sh reads those of this run
# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES $TEST_PACKAGES $PACKS_PACKAGES || {
	say "0 passed, 1 failed, 0 skipped"
	exit 1
}

say "building"
build release || {
	say "$passed passed, $failed failed, $skipped skipped"
	exit 1
}
beside sanitized_builds
say "checking the house"
lines house tests/unit/house.sh build/release
lines traps tests/live/traps.sh
say "unit tests"
criterion unit build/release
say "live tests"
lines live tests/live/run.sh build/release
lines calls tests/live/calls.sh build/release
lines annotations tests/live/annotations.sh build/release
lines found tests/live/scenarios.sh build/release
lines cli tests/live/cli.sh build/release
lines hangs tests/live/hangs.sh build/release
lines bounds tests/live/bounds.sh build/release
lines wrappers tests/live/wrappers.sh build/release
lines packs-command tests/live/packs.sh build/release
lines import tests/live/import.sh build/release
say "packs"
lines packs tests/packs/run.sh build/release
say "hosts"
lines hosts tests/hosts/run.sh build/release
say "real programs"
# shellcheck disable=SC2086
install_packages $REAL_PACKAGES || say "(some real programs will be skipped)"
lines real tests/real/run.sh build/release
say "probes"
# shellcheck disable=SC2086
install_packages $PROBES_PACKAGES || say "(some programs will be skipped)"
no_probes=$(probes_lack)
probed probes tests/probes/run.sh build/release
probed probes-cli tests/probes/cli.sh build/release
probed probes-packs tests/probes/packs.sh build/release
probed probes-sequence tests/probes/sequence.sh build/release
probed probes-hangs tests/probes/hangs.sh build/release
probed probes-found tests/live/scenarios.sh --engine probes build/release
say "sanitizers and fuzzing"
joined sanitized_builds
[ ! -e "$logs/asan.built" ] || criterion asan build/asan
[ ! -e "$logs/tsan.built" ] || stressed tsan 1
whole fuzz tests/fuzz/run.sh 20 build/fuzz

say "the sample stack"
for suite in ice echo interop robust clean scenarios; do
	lines $suite tests/samples/$suite.sh build/release
done

if [ $full = yes ]; then
	# shellcheck disable=SC2086
	install_packages $BENCH_PACKAGES || true
	say "repeats"
	for round in 1 2 3 4 5; do
		lines "live-$round" tests/live/run.sh build/release
		criterion "unit-$round" build/release
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
	say "soak"
	lines soak tests/live/soak.sh build/release
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
tests/slowest.sh
say "took $(($(date +%s) - start)) s"
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
