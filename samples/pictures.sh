#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the pictures of README: records connections with and without a leak, and has Chromium show the page.
#   samples/pictures.sh [FOLDER]        (default viewer/pictures)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/install.sh"
build=$root/build/release
mkdir -p "${1:-$root/viewer/pictures}"
pictures=$(cd "${1:-$root/viewer/pictures}" && pwd)

# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES chromium
install_npm "$root/tests/page" "$build/tests/page"
if [ ! -f "$build/build.ninja" ]; then
	echo "configuring $build" >&2
	(cd "$root" && cmake --preset release -DTRACK_TESTS=OFF >/dev/null)
fi
echo "building" >&2
cmake --build "$build" --target rtctrack shim pack_openssl pack_usrsctp dc-loopback dc-scenario >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$build"
# record NAME COMMAND...
record() { cli/rtctrack run -q -o "$work/$1.db" --grace 0.2 --timeout 3 --hang-after 1 -- "${@:2}" >/dev/null 2>&1 || true; }
record before samples/loopback/dc-loopback --sessions 5 --messages 20 --marks
record demo samples/loopback/dc-loopback --sessions 5 --messages 20 --leak --marks
record deadlock samples/scenarios/dc-scenario reset-two-threads --form buggy
# page NAME TRACE...: made where the sources are, which it links to
page() {
	local name=$1
	shift
	(cd "$root" && "$build/cli/rtctrack" report --format html \
		--source-url 'https://example.com/rtctrack/blob/main/{file}#L{line}' "${@/#/$work/}") >"$work/$name.html"
}
page demo demo.db
page deadlock deadlock.db
page compare before.db demo.db
cd "$build/tests/page"
node "$root/samples/pictures.mjs" "$work" "$pictures"
