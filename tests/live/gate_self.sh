#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The project gates itself: its sample stack, its server, and its own recorder and commands, which are to close
# all that they open (--strict).
#   tests/live/gate_self.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd) || exit 2
suite=gate-self
. "$root/tests/install.sh"
. "$root/tests/check.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
rtctrack=$build/cli/rtctrack
loopback=$build/samples/loopback/dc-loopback
# gated NAME COMMAND...: it passes
gated() {
	timeout 120 "$rtctrack" run --gate --strict -o gated.db -- "${@:2}" >out 2>err </dev/null
	check "$1" "$? $(sed -n 's/^rtctrack: gate: //p' err | grep -v '^passed')$(sed -n '/^rtctrack: [^g]/{p;q}' err)" "0 "
}
# told NAME COMMAND...: a command of ours that ends with 1 passes as well
told() { gated "$1" bash -c '"$@"; [ $? = 1 ]' bash "${@:2}"; }

for options in "" --tcp --trickle "--parallel 4 --unordered" "--size 100000"; do
	# shellcheck disable=SC2086
	gated "dc-loopback $options" "$loopback" --messages 20 $options
done
export SAMPLES_MODULES=$build/tests/real
if install_npm "$root/tests/real" "$SAMPLES_MODULES" >npm.log 2>&1; then
	printf '#!/bin/sh\nexec "%s" run --gate --strict -o echo.db -- "%s" "$@"\n' "$rtctrack" "$build/samples/echo/dc-echo" >dc-echo
	chmod +x dc-echo
	timeout 120 "$root/tests/samples/served.sh" "$work/dc-echo" --bind 127.0.0.1 -- \
		node "$root/tests/samples/node.mjs" node-datachannel offer,peer answer,server >out 2>err
	check "dc-echo, visited twice" "$(grep -c 'closer=' out) $(tail -1 out) $(sed -n 's/^rtctrack: gate: //p' err)" "2 dc-echo exit=0 passed"
else
	skip "dc-echo, visited" "$(tail -1 npm.log)"
fi

gated "the recorder, and what it records" "$rtctrack" run -o inner.db -- "$loopback" --messages 20
mkdir live
RTCTRACK_SPOOL_DIR=$work/live LD_PRELOAD=$build/libtrack/shim/libtrack.so sleep 600 &
sleeper=$!
has_spool() { ls live/*.spool; }
eventually has_spool
gated "why" "$rtctrack" why --spool-dir live --hang-after 0 $sleeper
kill $sleeper
timeout 60 "$rtctrack" run --quiet --grace 0.2 --settle 1 -o bad.db -- "$loopback" --leak >out 2>&1
gated "the recorder of several processes" "$rtctrack" run --quiet -o several.db -- sh -c "$loopback & /bin/true; wait"
RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$build/libtrack/shim/libtrack.so "$loopback" --messages 20 >out 2>&1
gated "report, of a spool" "$rtctrack" report "$work"/*.spool
gated "report, of traces" "$rtctrack" report inner.db bad.db several.db
for format in json sarif junit github; do
	gated "report --merge --format $format" "$rtctrack" report --merge --format $format inner.db bad.db
done
gated "check that passes" "$rtctrack" check inner.db several.db
told "check that fails" "$rtctrack" check --explain bad.db
gated "baseline write" "$rtctrack" baseline write known.jsonl bad.db
gated "check with a baseline" "$rtctrack" check --baseline known.jsonl bad.db
gated "diff" "$rtctrack" diff bad.db inner.db
told "diff of a baseline" "$rtctrack" diff --format markdown inner.db bad.db
gated "packs list" "$rtctrack" packs list
gated "packs check" "$rtctrack" packs check openssl
gated "clean" "$rtctrack" clean --dry-run --spool-dir "$work"
gated "help" "$rtctrack" help run
summary
