# SPDX-License-Identifier: Apache-2.0
# Sourced by tests that break the sample stack. $root, $build and $work are set.
# mutant SOURCE FROM TO TARGET OUTPUT: TARGET of the build, with the one line of SOURCE that has FROM changed
# to TO, as the program OUTPUT. Line numbers stay; only that file is compiled.
mutant() {
	local source=$root/$1 object=$work/${1##*/}.o command link
	[ "$(grep -cF -- "$2" "$source")" = 1 ] || { echo "$1 has not one line with '$2'" >&2; return 1; }
	{
		echo "#line 1 \"$source\""
		FROM=$2 TO=$3 awk '{ at = index($0, ENVIRON["FROM"]) }
			at { $0 = substr($0, 1, at - 1) ENVIRON["TO"] substr($0, at + length(ENVIRON["FROM"])) } { print }' "$source"
	} >"$work/mutant.c"
	# Its own object comes before the library that has the right one.
	command=$(ninja -C "$build" -t commands "$4" | grep -F -- "-c $source") &&
		command=$(sed -E "s, -o [^ ]+, -o $object -iquote $(dirname "$source"),; s, -c [^ ]+, -c $work/mutant.c,; s, -M[DTF]+( [^- ][^ ]*)?,,g" <<<"$command") &&
		link=$(ninja -C "$build" -t commands "$4" | tail -1 | sed -E "s, -o [^ ]+, -o $5 $object,") || return 1
	(cd "$build" && CCACHE_DISABLE=1 bash -c "$command -Wno-error" && bash -c "$link")
}
