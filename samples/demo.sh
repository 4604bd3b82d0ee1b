#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh machine to a first report: install what is missing, build, record
# data-channel connections whose sockets stay open, print what rtctrack says about it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/install.sh"
build=$root/build/release

# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES
install_page || true # the command goes without its page then, and says so
if [ ! -f "$build/build.ninja" ]; then
	echo "configuring $build" >&2
	(cd "$root" && cmake --preset release -DTRACK_TESTS=OFF >/dev/null)
fi
echo "building" >&2
cmake --build "$build" --target rtctrack shim dc-loopback >/dev/null

trace=$build/demo.db
program=("$build/samples/loopback/dc-loopback" --sessions 5 --messages 20 --leak --marks)
echo "recording: ${program[*]}" >&2
"$build/cli/rtctrack" run -o "$trace" --quiet --grace 0.2 -- "${program[@]}"
"$build/cli/rtctrack" report "$trace"
echo "the same in a browser: $build/cli/rtctrack view $trace" >&2
