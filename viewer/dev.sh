#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# For work on the page, without the command: dev.sh [--out DIR] TRACE.db... builds it, puts these traces into it,
# and prints the file's name. dev.sh --test [ARGUMENTS] runs vitest.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../build/viewer
if [ "${1:-}" = --out ]; then
	out=$2
	shift 2
fi
if [ "${1:-}" = --test ]; then
	exec "$here/build.sh" "$out" "$@"
fi
"$here/build.sh" "$out"
[ -s "$out/page.html" ] || exit 1
exec node "$here/embed.mjs" "$out/page.html" "$out/dev.html" "$@"
