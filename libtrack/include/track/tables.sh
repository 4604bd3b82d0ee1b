#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints track.h with its tables as kinds.def and ops.def have them now: programs copy track.h, so
# it includes neither.
#   libtrack/include/track/tables.sh >new && mv new libtrack/include/track/track.h
here=$(cd "$(dirname "$0")" && pwd)

# A line "number identifier name who" for each row of a table.
rows() {
	sed -n "s/^TRACK_$1(\(.*\))\$/\1/p" "$here/$2" | tr -d ' "' | awk -F, -v who="$3" \
		'{ print NR - 1, $1, $2, $(who > 0 ? who : NF + who) }'
}

kinds() {
	echo "enum track_subject_kind {"
	rows KIND kinds.def 0 | while read -r number id name who; do
		printf '\tTRACK_SUBJECT_%s = %d,\n' "$id" "$number"
	done
	echo "};"
	rows KIND kinds.def 0 | while read -r number id name who; do
		[ "$who" = PROGRAM ] && echo "TRACK_SUBJECT_ADDRESS($name, $id)"
	done
}

# Of what only calls say there are no annotations.
ops() {
	echo "enum track_annotation {"
	rows OP ops.def 3 | while read -r number id name who; do
		[ "$who" = CALLS ] || printf '\tTRACK_ANNOTATE_%s = %d,\n' "$id" "$number"
	done
	echo "};"
	rows OP ops.def 3 | while read -r number id name who; do
		[ "$who" = CALLS ] || echo "TRACK_PROBE($name)"
	done
}

while IFS= read -r line; do
	case $line in
	"enum track_subject_kind {") kinds; inside=yes ;;
	"enum track_annotation {") ops; inside=yes ;;
	"/* end of "*) inside= ;;
	esac
	[ "$inside" ] || printf '%s\n' "$line"
done <"$here/track.h"
