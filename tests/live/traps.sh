#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Which test covers which trap (traps.def): each named test is there, and each trap of ARCHITECTURE.md has its
# row. Runs none of the tests: their names are read from where they stand.
#   tests/live/traps.sh
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
suite=traps
. "$here/../check.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

# literals SCRIPT WORD: the names that a check has as they are
literals() { grep -oE "\\b$2 \"[^\"]*\"" "$1" | sed "s/^$2 \"//; s/\"\$//; s/\\\\//g; s/\\\$program/live_host/" | grep -vF '$'; }

# Each suite's names, as it prints them behind its own.
names_of_live() {
	literals "$here/run.sh" check
	literals "$here/run.sh" 'little [a-z-]*'
	sed -n 's/^[[:space:]]*account \([^ ]*\) .*/live_host \1: account/p' "$here/run.sh"
}
names_of_annotations() {
	literals "$here/annotations.sh" check
	literals "$here/annotations.sh" told | sed 's/$/: every word, in order/'
	sed -n 's/^for mode in \(early .*\); do$/\1/p' "$here/annotations.sh" | tr ' ' '\n' | sed 's/$/: the program ends as alone, and all is there/'
	sed -n 's/^for limit in \(.*\); do$/\1/p' "$here/annotations.sh" | tr ' ' '\n' | sed 's/.*/ulimit -v &: what is taken/'
}
names_of_wrappers() {
	literals "$here/wrappers.sh" check
	sed -n 's/^played \([a-z]*\)$/\1: the program ends as alone/p; s/^copied "\([^"]*\)".*/\1: each module calls its own/p' "$here/wrappers.sh"
}
names_of_probes() { literals "$root/tests/probes/cli.sh" check; }
names_of_hangs() {
	sed -n '/^table() {$/,/^END$/s/ *|.*/, attached to later: where its threads stand/p' "$root/tests/probes/hangs.sh"
	sed -n 's/^.*elsewhere "\([^"]*\)" .*/\1: where its threads stand/p' "$root/tests/probes/hangs.sh"
}
names_of_endings() {
	literals "$here/endings.sh" check
	sed -n 's/^settles \([^ ]*\) .*/\1: held back as long as it takes/p' "$here/endings.sh"
}
names_of_bounds() { literals "$here/bounds.sh" check; }
names_of_calls() { sed -n 's/^TRACK_OPENS[A-Z_]*(\([A-Za-z0-9_]*\),.*/\1/p' "$root/libtrack/include/track/calls.def"; }
names_of_hosts() {
	local hosts=$root/tests/hosts/table.sh
	sed -n '/^hosts() {$/,/^END$/s/ *|.*/, plain/p' "$hosts"
	sed -n '/^circumstances() {$/,/^END$/s/ *|.*//p' "$hosts" | while read -r circumstance; do
		sed -n 's/^everywhere="\(.*\)"$/\1/p' "$hosts" | tr ' ' '\n' | sed "s/\$/, $circumstance/"
	done
}
for each in live annotations wrappers probes hangs endings bounds calls hosts; do
	names_of_$each | sed "s/^/$each /"
done >"$work/names"
for source in "$root"/tests/unit/*/*.c; do
	program=unit_$(basename "$(dirname "$source")")_$(basename "$source" .c)
	sed -n "s/^Test(\([a-z_]*\), \([a-z_0-9]*\).*/$program \1::\2/p" "$source"
done >>"$work/names"

# The table as "name|trap|test", a line per test.
grep -vE '^(#|$)' "$here/traps.def" | while IFS='|' read -r name trap tests; do
	tr ';' '\n' <<<"$tests" | sed "s/^ *//; s/ *\$//; /^\$/d" | while read -r test; do
		echo "${name% }|$(sed 's/^ *//; s/ *$//' <<<"$trap")|$test"
	done
done >"$work/table"

for name in $(cut -d'|' -f1 "$work/table" | uniq); do
	missing=$(awk -F'|' -v name="$name" '$1 == name {print $3}' "$work/table" | grep -vxFf "$work/names")
	check "$name: its tests exist" "$missing" ""
done
check "a trap has one row" "$(grep -vE '^(#|$)' "$here/traps.def" | cut -d'|' -f1,2 | tr '|' '\n' | sed 's/^ *//; s/ *$//' | sort | uniq -d)" ""
check "a row is a name, a trap and its tests" "$(grep -vE '^(#|$)' "$here/traps.def" | grep -vE '^[a-z0-9-]+ \| [^|]+ \| [^|]+$')" ""

# The table of ARCHITECTURE.md: its first column, without the heading.
sed -n '/^## Traps that shaped the/,/^## The/s/^| \([^|]*[^ |]\) *|.*/\1/p' "$root/ARCHITECTURE.md" | grep -vxE 'trap|-+' >"$work/told"
check "ARCHITECTURE.md tells of traps" "$(grep -c . "$work/told" | grep -c '[1-9][0-9]')" 1
check "every trap of ARCHITECTURE.md has its row" "$(cut -d'|' -f2 "$work/table" | grep -vxFf - "$work/told")" ""
summary
