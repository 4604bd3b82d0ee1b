#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh machine to a first report: install what is missing, build, record
# a program that forgets sockets, print what rtctrack says about it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/install.sh"
build=$root/build/release

# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES
if [ ! -f "$build/build.ninja" ]; then
	echo "configuring $build" >&2
	(cd "$root" && cmake --preset release -DTRACK_TESTS=OFF >/dev/null)
fi
echo "building" >&2
cmake --build "$build" --target rtctrack shim sessions >/dev/null

trace=$build/demo.db
echo "recording: $build/samples/sessions/sessions --sessions 5 --leak" >&2
"$build/cli/rtctrack" run -o "$trace" --quiet -- "$build/samples/sessions/sessions" --sessions 5 --leak
exec "$build/cli/rtctrack" report "$trace"
