#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The sample stack is clean: under ASan and UBSan, TSan, valgrind, and rtctrack itself. With its
# leak switched on, rtctrack says so.
#   tests/samples/clean.sh [BUILD]        (default build/release; sanitizers: ../asan, ../tsan)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=clean
. "$here/../install.sh"
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1 SAMPLES_MODULES=$build/tests/real
cd "$work" || exit 2

loopback() { echo "$1/samples/loopback/dc-loopback"; }
hello() { echo "$1/samples/hello/dc-hello"; }
echo_server() { echo "$1/samples/echo/dc-echo"; }
sql() { sqlite3 -batch t.db "$1" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }

# quiet NAME COMMAND...: ends with 0 and says nothing on stderr
quiet() {
	local name=$1 code
	shift
	timeout -k 5 300 "$@" >out 2>err
	code=$?
	check "$name: ends with 0 and says nothing" "exit $code $(head -c 600 err | tr '\n' ' ')" "exit 0 "
}

# every way a session goes: many, over TCP, unordered, larger than a packet, side by side
ways=("--sessions 10 --messages 50 --size 1000" "--sessions 3 --messages 20 --size 100000"
	"--sessions 3 --messages 50 --size 100 --tcp" "--sessions 3 --messages 50 --size 3000 --unordered"
	"--sessions 8 --messages 20 --size 500 --parallel 4")

# A stack that nobody here wrote visits dc-echo, run by COMMAND: it offers and closes, we offer and close.
visits=(offer,peer answer,server)
visited() {
	local name=$1
	shift
	timeout -k 5 300 "$here/served.sh" "$@" --bind 127.0.0.1 -- \
		node "$here/node.mjs" node-datachannel "${visits[@]}" >out 2>err
	check "$name: visits" "$(grep -c 'level=before$' out)" ${#visits[@]}
	check "$name: ends and says nothing" "$(tail -1 out | sed 's/.* //') $(head -c 600 err | tr '\n' ' ')" "exit=0 "
}
have_peer=no
install_npm "$here/../real" "$SAMPLES_MODULES" && have_peer=yes

export ASAN_OPTIONS=detect_leaks=1 TSAN_OPTIONS=halt_on_error=0:exitcode=66
for sanitizer in asan tsan; do
	program=$(loopback "$build/../$sanitizer")
	if [ ! -x "$program" ]; then
		fail "$sanitizer" "not built: cmake --preset $sanitizer && cmake --build --preset $sanitizer --target dc-loopback dc-hello dc-echo"
		continue
	fi
	for way in "${ways[@]}"; do
		# shellcheck disable=SC2086
		quiet "$sanitizer $way" "$program" $way
	done
	if [ -x "$(hello "$build/../$sanitizer")" ]; then
		quiet "$sanitizer dc-hello" "$(hello "$build/../$sanitizer")"
	else
		skip "$sanitizer dc-hello" "not built"
	fi
	[ $have_peer = yes ] && visited "$sanitizer dc-echo" "$(echo_server "$build/../$sanitizer")"
done

if command -v valgrind >/dev/null 2>&1; then
	valgrind=(valgrind --quiet --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all --error-exitcode=9)
	quiet "valgrind" "${valgrind[@]}" "$(loopback "$build")" --sessions 3 --messages 20 --size 3000
	quiet "valgrind dc-hello" "${valgrind[@]}" "$(hello "$build")"
	[ $have_peer = yes ] && visited "valgrind dc-echo" "${valgrind[@]}" "$(echo_server "$build")"
else
	skip "valgrind" "not installed"
fi

for way in "${ways[@]}"; do
	rm -f t.db
	# shellcheck disable=SC2086
	timeout -k 5 300 "$rtctrack" run --gate --strict --quiet -o t.db -- "$(loopback "$build")" $way --marks >out 2>err
	check "rtctrack --gate --strict $way" "$? $(sql "SELECT rule, state, message FROM finding")" "0 "
	check "rtctrack $way: nothing lost" "$(sql "SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'")" 0
done

rm -f t.db
quiet "rtctrack --gate --strict dc-hello" "$rtctrack" run --gate --strict --quiet -o t.db -- "$(hello "$build")"
check "dc-hello: each heard the other" "$(sort out | tr '\n' ',')" "the callee heard: hello, callee,the caller heard: hello, caller,"

if [ $have_peer = yes ]; then
	rm -f t.db
	visited "rtctrack --gate --strict dc-echo" "$rtctrack" run --gate --strict --quiet -o t.db "$(echo_server "$build")"
	check "rtctrack dc-echo: no finding" "$(sql "SELECT rule, state, message FROM finding")" ""
else
	skip "dc-echo" "the npm packages could not be installed"
fi

# The leak of the demo: a host candidate's socket on each side of each session.
rm -f t.db
timeout -k 5 300 "$rtctrack" run --gate --quiet -o t.db -- "$(loopback "$build")" --sessions 6 --messages 20 --leak --marks >out 2>err
check "rtctrack --gate fails on the leak" $? 23
check "rtctrack tells the leak: two UDP sockets a session, and that it grows" \
	"$(sql "SELECT state || ' ' || rule || ' ' || sum(count) || ' ' || sum(slope) FROM finding WHERE rule = 'fd-leak' AND class = 'udp' GROUP BY state, rule")" "leaked fd-leak 12 2.0"
summary
