#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs that know nothing of rtctrack, under its packs. Of each row of programs.def: what is forgotten
# on purpose is found, with the function to blame; done right, nothing is found, and the program says the
# same as bare. Also: are the packs true to the headers that are installed?
#   tests/packs/run.sh [BUILD] [PACK...]
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=packs
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
[ $# -gt 0 ] && shift
rtctrack=$build/cli/rtctrack
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
at_once=2
pack_options=() # beside what is chosen by the program's libraries

# recorded TRACE COMMAND...: with its output and exit code
recorded() {
	local trace=$1
	shift
	timeout -k 5 100 "$rtctrack" run --quiet "${pack_options[@]}" -o "$trace" -- "$@"
	echo "code $?"
}

bare() {
	timeout -k 5 100 "$@"
	echo "code $?"
}

# What was found: "rule class function" of each, a line.
found() {
	sqlite3 -batch -separator ' ' "$1" \
		"SELECT rule, replace(class, ' ', '_'), coalesce(culprit_function, '?') FROM finding ORDER BY rank" 2>&1
}

# others FOUND LINE: ",class,class" of what is found beside that line
others() { grep -vxF "$2" <<<"$1" | cut -d ' ' -f 2 | sort -u | sed 's/^/,/' | tr -d '\n'; }

# judge PACK PROGRAM CLASS FUNCTION RULE [alone[,CLASS...]]
judge() {
	local name="$1 $2 $3" program=$build/tests/packs/pack_$1_$2 trace=$work/$1.$2.$3 all
	recorded "$trace.bug.db" "$program" bug "$3" >"$trace.bug" 2>&1
	all=$(found "$trace.bug.db")
	check "$name: forgotten is found" "$(grep -xm1 "$5 $3 $4" <<<"$all" || echo "$all")" "$5 $3 $4"
	[ -n "${6-}" ] && check "$name: and nothing else" "$(others "$all" "$5 $3 $4")" "${6#alone}"
	recorded "$trace.right.db" "$program" right "$3" >"$trace.right" 2>&1
	check "$name: right is as bare" "$(cat "$trace.right")" "$(bare "$program" right "$3" 2>&1)"
	if "$rtctrack" check --strict "$trace.right.db" >"$trace.check" 2>&1; then
		ok "$name: right is silent"
	else
		fail "$name: right is silent" "$(found "$trace.right.db"; head -5 "$trace.check")"
	fi
}

# What a library makes of one thing by several functions of its own is one birth: an SSL and its SSL_CTX.
counted() {
	recorded "$work/counted.db" "$build/tests/packs/pack_openssl_objects" right SSL >/dev/null 2>&1
	check "openssl: no birth is told twice" "$("$rtctrack" report "$work/counted.db" | grep '^  objects')" \
		"  objects      2 created, 2 destroyed, 0 alive at the end"
}

wanted() {
	[ $# = 1 ] && return
	local pack=$1 name
	shift
	for name; do [ "$name" = "$pack" ] && return; done
	return 1
}

while read -r pack program class function rule alone; do
	[ -n "$pack" ] && [ "${pack#\#}" = "$pack" ] || continue
	[ $# = 0 ] || wanted "$pack" "$@" || continue
	if [ ! -x "$build/tests/packs/pack_${pack}_$program" ]; then
		echo "skip $pack $program $class" >>"$work/skipped"
		continue
	fi
	while [ "$(jobs -rp | wc -l)" -ge $at_once ]; do wait -n; done
	(begin_check; judge "$pack" "$program" "$class" "$function" "$rule" "$alone") >"$work/$pack.$program.$class.checks" &
done <"$here/programs.def"
wait
touch "$work/none.checks"
cat "$work"/*.checks
passed=$(cat "$work"/*.checks | grep -c '^ok')
failed=$(cat "$work"/*.checks | grep -c '^FAIL')
[ -e "$work/skipped" ] && skip "$(wc -l <"$work/skipped") programs" "their libraries are not here"
. "$here/tools.sh"
. "$here/hangs.sh"
[ -x "$build/tests/packs/pack_openssl_objects" ] && { [ $# = 0 ] || wanted openssl "$@"; } && counted
. "$here/headers.sh"
. "$here/real.sh"
summary
