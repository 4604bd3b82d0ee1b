#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the page into one file: build.sh OUT, which gets page.html and policy.txt. npm's registry is asked once;
# where it, or npm, is not there, the two files stay empty, what is missing is said, and the next build tries again.
#   build.sh OUT --test    runs the page's own tests instead; what follows are arguments of vitest
set -u
source=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" || exit 1
out=$(cd "$1" && pwd)
shift
work=$out/work
# What the page and its tests take from the rest, so that nothing is said twice.
top=$source/..
contract=("$top/libtrack/store/schema.sql" "$top/libtrack/analyze/runtime.def"
	"$top/libtrack/base/include/base/go_library.def" "$top/libtrack/include/track/finding_states.def"
	"$top/cli/source_schemes.def" "$top/cli/report/include/report/changes.def" "$top"/libtrack/include/track/{rules,kinds,fd_classes,waits}.def)

# The page can wait; the command cannot.
without() {
	echo "rtctrack is built without its page (rtctrack view, report --format html): $1" >&2
	for file in page.html policy.txt; do
		[ -e "$out/$file" ] && [ ! -s "$out/$file" ] || : >"$out/$file"
	done
	rm -f "$out/built"
	exit 0
}

# What the page is made of, as one sum: nothing is done where nothing changed.
sum() {
	{
		(cd "$source" && find . -type f ! -path './pictures/*' ! -path './node_modules/*' -print0 | sort -z | xargs -0 sha256sum)
		sha256sum "${contract[@]}"
	} | sha256sum
}

install() {
	cmp -s "$source/package-lock.json" "$work/installed.json" && [ -d "$work/node_modules" ] && return 0
	echo "installing the npm packages of viewer/package.json" >&2
	rm -f "$work/installed.json"
	# Who has no network waits a moment at each build, not a minute. No package's own script is run.
	(cd "$work" && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts --prefer-offline --fetch-retries=1 \
		--fetch-retry-mintimeout=500 --fetch-retry-maxtimeout=1000 --fetch-timeout=20000) >"$out/npm.log" 2>&1 || return 1
	cp "$source/package-lock.json" "$work/installed.json"
}

is_built() { [ -s "$out/page.html" ] && [ "$(sum)" = "$(cat "$out/built" 2>/dev/null)" ]; }

[ "${1:-}" = --test ] || ! is_built || exit 0
# Builds that share the folder take turns; the second one finds it done.
exec 9>"$out/lock"
flock 9 2>/dev/null || true
[ "${1:-}" = --test ] || ! is_built || exit 0
command -v npm >/dev/null 2>&1 || without "npm is not there; install Node.js 18 or later with npm, and build again"
node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ||
	without "Node.js $(node --version) is too old; install 18 or later, and build again"
mkdir -p "$work"
# A copy, so that node_modules never lies in the source.
(cd "$work" && find . -mindepth 1 -maxdepth 1 ! -name node_modules ! -name installed.json -exec rm -rf {} +)
(cd "$source" && tar -c --exclude=./pictures --exclude=./node_modules .) | tar -x -C "$work" || exit 1
mkdir "$work/contract" && cp "${contract[@]}" "$work/contract" || exit 1
install || without "npm's registry could not be reached, or lacks a package (see $out/npm.log); build again where it can"
cd "$work" || exit 1
if [ "${1:-}" = --test ]; then
	shift
	exec ./node_modules/.bin/vitest run "$@"
fi
./node_modules/.bin/tsc --noEmit || exit 1
./node_modules/.bin/vite build --logLevel warn --outDir "$work/dist" --emptyOutDir || exit 1
cp dist/page.html dist/policy.txt "$out" || exit 1
sum >"$out/built"
