#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs of all sorts under circumstances of all sorts: each runs bare and under
# `rtctrack run`, and must behave the same; its trace must be readable, and what
# is not in it must be counted.
#   tests/hosts/run.sh [BUILD] [--full] [--engine NAME] [--host 'NAME|NAME'] [--circumstance NAME]
# By default every host plain, and two of ours under every circumstance; --full all pairs. With an engine
# named: hosts that it could break, plain; --full every host.
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=hosts full=no engine="" only_host="" only_circumstance="" build=$here/../../build/release
while [ $# -gt 0 ]; do
	case $1 in
	--full) full=yes ;;
	--host | --circumstance | --engine)
		case $1 in
		--host) only_host=${2:-} ;;
		--circumstance) only_circumstance=${2:-} ;;
		--engine) engine=${2:-} suite=hosts-${2:-} ;;
		esac
		shift
		;;
	*) build=$1 ;;
	esac
	shift
done
build=$(cd "$build" && pwd) || exit 2
work=$(mktemp -d)
bin=$build/tests/hosts programs=$here/programs
limit_s=120
export LC_ALL=C NO_COLOR=1
. "$here/../check.sh"
. "$here/../install.sh"
for package in $HOST_PACKAGES; do # one by one: a row without its program is skipped, not all of them
	install_packages "$package" || true
done
. "$here/table.sh"
. "$here/build.sh"
. "$here/circumstances.sh"
. "$here/judge.sh"

cd "$work" || exit 2
trap 'leave_all; cd /; rm -rf "$work"' EXIT
build_programs
# Other users run these programs too.
chmod 755 "$work"
cp -r "$programs" programs && mkdir -p bin tool/bin tool/lib/rtctrack
cp "$build/cli/rtctrack" tool/bin && cp "$build/libtrack/shim/libtrack.so" tool/lib/rtctrack
find "$bin" -maxdepth 1 -type f -exec cp {} bin/ \;
make_places
rtctrack=$work/tool/bin/rtctrack shim=$work/tool/lib/rtctrack/libtrack.so

# lacking WORD...: the first thing that this machine has not
lacking() {
	local word
	for word in "$@"; do
		case $word in
		root) [ "$(id -u)" = 0 ] || { echo "needs root" && return; } ;;
		*/*) [ -e "$word" ] || { echo "$word is missing" && return; } ;;
		*) command -v "$word" >/dev/null || { echo "$word is not installed" && return; } ;;
		esac
	done
}

# side NAME PREFIX...: run the cell's command behind the prefix; NAME.out, NAME.err, NAME.code
side() {
	local name=$1 watched
	shift
	rm -rf cell signs
	mkdir -m 777 cell signs
	[ "$name" = bare ] && : >signs/happened
	# shellcheck disable=SC2086
	(cd cell && exec timeout -k 5 $limit_s $outside "${around[@]}" "$@" "${inside[@]}" "${command[@]}") </dev/null >"$name.out" 2>"$name.err" &
	watched=$!
	{ # quiet: the shell tells of every program that is killed
		if [ "$name" = traced ] && [ -n "$disturb" ]; then
			await_child $watched
			$disturb "$child"
		fi
		wait $watched
	} 2>/dev/null
	echo $? >"$name.code"
}

run_bare() { side bare; }

run_traced() {
	rm -rf trace
	mkdir -m 777 trace
	if [ $recorder = no ]; then
		side traced sh -c 'LD_PRELOAD=$0${LD_PRELOAD:+:$LD_PRELOAD} RTCTRACK_SPOOL_DIR=$1; export LD_PRELOAD RTCTRACK_SPOOL_DIR; shift; exec "$@"' "$shim" "$spool"
	else
		side traced "$rtctrack" run ${engine:+--engine "$engine"} --quiet -o ../trace/t.db --report-file ../trace/report --spool-dir "$spool" "${options[@]}" --
	fi
}

# cell HOST CIRCUMSTANCE: one line, and a word for the table in $verdict
cell() {
	local name=$1 circumstance=$2
	local inside=() around=() options=() disturb="" recorder=yes missing="" spool=$work/spools
	case " $except " in
	*" $circumstance "*)
		verdict=-
		return
		;;
	esac
	mkdir -m 700 spools
	"circumstance_${circumstance//-/_}"
	if [ -n "$missing" ]; then
		skip "$name, $circumstance" "$missing"
		verdict=skipped
	else
		[ "$outside" = "$nobody" ] && [ $recorder = yes ] && chown 65534:65534 "$spool"
		run_bare
		run_traced
		judge "$name" "$circumstance"
	fi
	leave_circumstance
}

# wanted HOST CIRCUMSTANCE: is this cell to be run?
wanted() {
	[ -z "$only_host" ] || [[ "|$only_host|" == *"|$1|"* ]] || return 1
	[ -z "$only_circumstance" ] || [ "$only_circumstance" = "$2" ] || return 1
	if [ -n "$engine" ]; then
		[ "$2" = "${only_circumstance:-plain}" ] || return 1
		[ $full = yes ] || [ -n "$only_host" ] || [[ "|$breakable|" == *"|$1|"* ]]
		return
	fi
	[ $full = yes ] || [ -n "$only_host$only_circumstance" ] || [ "$2" = plain ] || [[ " $everywhere " == *" $1 "* ]]
}

trim() {
	local text=$1
	text=${text#"${text%%[! ]*}"}
	echo "${text%"${text##*[! ]}"}"
}

columns=$(circumstances | cut -d'|' -f1)
begun=$(date +%s)
: >matrix
# shellcheck disable=SC2086
printf '%s\t' host $columns >>matrix
echo >>matrix
while IFS='|' read -r name needs memory except outside text; do
	name=$(trim "$name") needs=$(trim "$needs") memory=$(trim "$memory") except=$(trim "$except") outside=$(trim "$outside")
	eval "command=($text)"
	# shellcheck disable=SC2086
	lack=$(lacking $needs)
	[ -z "$engine" ] || [ "$outside" != "$nobody" ] || lack="the recorder is nobody, who may not probe"
	row=$name ran=no
	for column in $columns; do
		verdict=.
		if wanted "$name" "$column"; then
			if [ -n "$lack" ]; then
				[ $ran = yes ] || skip "$name" "$lack"
				verdict=skipped
			else
				cell "$name" "$column"
			fi
			ran=yes
		fi
		row="$row	$verdict"
	done
	[ $ran = yes ] && echo "$row" >>matrix
done < <(hosts | grep '|')

[ -z "$sandbox" ] || echo "hosts: no user namespaces for an ordinary user: chromium ran with --no-sandbox"
echo
column -t -s "$(printf '\t')" matrix
echo
echo "same: as without us, and all recorded; lost: N counted: as without us, and N notes of missing"
echo "evidence say so; -: the program itself cannot stand it, or it would only take time; a point: only with --full"
circumstances | sed 's/^\([^|]*\)|/  \1/'
echo "hosts: took $(($(date +%s) - begun)) s"
summary
