#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How large things are: a line per folder, then what is above the house's measure.
#   tests/unit/sizes.sh
# A function's lines are those between its braces; clang-format puts these at the beginning of a line.
set -u
cd "$(dirname "$0")/../.." || exit 2
functions=$(mktemp)
trap 'rm -f "$functions"' EXIT

# LINES FILE:LINE FOLDER, a line per function, smallest first
git ls-files '*.c' '*.h' | xargs awk '
	FNR == 1 { open = 0 }
	/^\{$/ { first = FNR; open = 1 }
	/^\}$/ && open {
		folder = FILENAME
		sub(/\/[^\/]*$/, "", folder)
		sub(/\/include\/.*/, "", folder)
		print FNR - first - 1, FILENAME ":" first, folder
		open = 0
	}' | sort -n >"$functions"

# measure FOLDER PATTERN: of the functions whose folder matches
measure() {
	local files lines
	files=$(git ls-files '*.c' '*.h' | grep -cE "$2")
	lines=$(git ls-files '*.c' '*.h' | grep -E "$2" | xargs cat | wc -l)
	awk -v name="$1" -v pattern="$2" -v files="$files" -v lines="$lines" '
		$2 ~ pattern { size[++n] = $1 }
		END {
			if (n)
				printf "%-22s %5d %7d %9d %6d %5d %5d\n", name, files, lines, n,
				       size[int((n + 1) / 2)], size[int(n * 9 / 10) + (n < 10)], size[n]
		}' "$functions"
}

printf '%-22s %5s %7s %9s %6s %5s %5s\n' folder files lines functions median 90% max
for folder in libtrack/include libtrack/shim libtrack/base libtrack/collect libtrack/symbol libtrack/store \
	libtrack/analyze cli/report cli samples/dcstack samples/scenarios samples tests; do
	measure "$folder" "^$folder/"
done
measure all .
echo
awk '$1 > 40 { print "above 40 lines: " $2, $1 }' "$functions"
git ls-files '*.c' '*.h' | xargs wc -l | awk '$2 != "total" && $1 > 500 { print "above 500 lines: " $2, $1 }'
