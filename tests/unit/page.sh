#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The page's own tests, by vitest: a line each.
#   tests/unit/page.sh [BUILD]
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd) || exit 2
suite=page-unit
. "$root/tests/check.sh"

out=$(mktemp)
trap 'rm -f "$out"' EXIT
if ! command -v npm >/dev/null 2>&1; then
	skip "the page's own tests" "npm is not there"
else
	timeout 300 "$root/viewer/build.sh" "$(page_folder "$build")" --test --reporter=tap-flat >"$out" 2>&1
	code=$?
	while read -r line; do
		case $line in
		"not ok "*) fail "${line#not ok * - }" "see $root/viewer/dev.sh --test" ;;
		*" # SKIP"*) skip "${line#ok * - }" "the test says so" ;;
		"ok "*) ok "${line#ok * - }" ;;
		esac
	done < <(sed 's/ # time=.*$//' "$out")
	[ $((passed + failed)) != 0 ] || fail "the page's own tests run" "$(tail -3 "$out" | tr '\n' ' ')"
	[ "$code" = 0 ] || [ "$failed" != 0 ] || fail "vitest ends well" "code $code"
	[ "$failed" = 0 ] || cat "$out"
fi
summary
