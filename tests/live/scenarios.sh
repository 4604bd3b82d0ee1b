#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every scenario under rtctrack: the buggy form yields its finding, with the right kind and culprit, and
# no other; the fixed form and the controls yield none. What is expected is dc-scenario's own table.
# What hangs is left alone until rtctrack says that it does, and ended then.
#   tests/live/scenarios.sh [--full] [--engine NAME] [BUILD] [NAME...]      (--full: each 20 times, what hangs 50 times)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=found
. "$here/../check.sh"
times=1 hang_times=1 engine=()
[ "${1:-}" = --full ] && times=20 && hang_times=50 && shift
[ "${1:-}" = --engine ] && engine=(--engine "$2") && suite="found-$2" && shift 2
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
[ $# -gt 0 ] && shift
program=$build/samples/scenarios/dc-scenario
rtctrack=$build/cli/rtctrack
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
at_once=4
grace=0.6

# What hangs does so for ever; after so long it is told.
hangs() { case $1 in teardown-deadlock*) true ;; *) false ;; esac }
hang_after=0.5

# What the stack says of itself is judged. Packs tell of what OpenSSL and usrsctp keep for it besides, and
# that grows too where it is left open; in the fixed forms nothing does.
packs_of() { [ "$1" = buggy ] && echo "--pack none"; }

# findings TRACE: "rule kind culprit" of each finding that fails a gate, the gravest first; a forecast follows from another.
# That a lock is kept by who waits on, while other threads go on, is suspect.
findings() {
	sqlite3 -batch -separator ' ' "$1" "SELECT rule, kind, coalesce(culprit_function, '?') FROM finding WHERE (state IN ('broken', 'leaked', 'growing', 'unclosed') OR (rule = 'teardown-deadlock' AND state = 'suspect')) AND NOT (rule = 'exhaustion' AND state = 'growing') ORDER BY rank" 2>&1
}

# found NAME FORM: the findings of a run
found() {
	local trace=$work/$1.$2.db
	rm -f "$trace"
	# shellcheck disable=SC2046
	timeout -k 5 100 "$rtctrack" run --quiet "${engine[@]}" $(packs_of "$2") --grace $grace -o "$trace" -- \
		"$program" "$1" --form "$2" --grace $grace >"$work/$1.$2.out" 2>&1
	findings "$trace"
}

# hangs_for_good RECORDER: what moves now and then does not
hangs_for_good() {
	timeout 60 "$rtctrack" why --hang-after 2 "$1"
	[ $? = 1 ]
}
# found_hung NAME: of a run that hangs, and is ended once that was told, or after a minute
found_hung() {
	local trace=$work/$1.hung.db said=$work/$1.hung.err run recorder
	rm -f "$trace"
	: >"$said"
	timeout -k 5 100 "$rtctrack" run "${engine[@]}" --pack none --hang-after $hang_after --grace $grace --timeout 80 -o "$trace" -- \
		"$program" "$1" --form buggy --grace $grace >"$work/$1.hung.out" 2>"$said" &
	run=$!
	eventually grep -q 'is left alone' "$said" || echo "rtctrack did not say that it hangs"
	# To it alone: what timeout gets it sends to the program too.
	read -r recorder <"/proc/$run/task/$run/children"
	eventually hangs_for_good "$recorder"
	kill -TERM "$recorder"
	wait $run
	findings "$trace"
}

# instead NAME FORM: what there is where that finds nothing: findings that fail no gate, and what was lost
instead() {
	[ -e "$work/$1.$2.db" ] || set -- "$1" hung
	sqlite3 -batch "$work/$1.$2.db" "SELECT group_concat(told, ', ') FROM (SELECT rule || ' ' || state AS told FROM finding
		UNION ALL SELECT name || ' ' || sum(count) FROM note WHERE weight = 'LOST' GROUP BY name)" 2>&1
	tail -2 "$work/$1.$2.out"
}

# judge NAME RULES KIND CULPRIT
judge() {
	local name=$1 rules=$2 kind=$3 culprit=$4 got told other
	if [ "$rules" != none ]; then
		if hangs "$rules"; then got=$(found_hung "$name"); else got=$(found "$name" buggy); fi
		other=$(echo "$got" | while read -r rule _; do case ",$rules," in *",$rule,"*) ;; *) echo "$rule" ;; esac; done)
		told=$(echo "$got" | grep -m1 "^${rules%%,*} ")
		check "$name buggy: ${rules%%,*}" "${told:-none, but $(instead "$name" buggy | tr '\n' ' ')}" "${rules%%,*} ${kind%%,*} $culprit"
		check "$name buggy: nothing else" "$other" ""
	fi
	check "$name fixed: no finding" "$(found "$name" fixed | tr '\n' ';')" ""
}

"$program" --list >"$work/list" || exit 2
[ $# -gt 0 ] && { for name; do grep -P "^$name\t" "$work/list"; done >"$work/chosen"; mv "$work/chosen" "$work/list"; }
cut -f 1,3,4,5 "$work/list" >"$work/jobs"
while IFS=$'\t' read -r name rules kind culprit; do
	rounds=$times
	hangs "$rules" && rounds=$hang_times
	while [ "$(jobs -rp | wc -l)" -ge $at_once ]; do wait -n; done
	(begin_check; for ((round = 0; round < rounds; round++)); do judge "$name" "$rules" "$kind" "$culprit"; done) >"$work/$name.checks" &
done <"$work/jobs"
wait
while IFS=$'\t' read -r name _; do cat "$work/$name.checks"; done <"$work/jobs" >"$work/checks"
cat "$work/checks"
passed=$(grep -c '^ok ' "$work/checks") failed=$(grep -c '^FAIL ' "$work/checks")
echo "scenarios: $(wc -l <"$work/jobs"); found $(grep -c '^ok .* buggy: [a-z]*-' "$work/checks"), missed $(grep -c '^FAIL .* buggy: [a-z]*-' "$work/checks")," \
	"false alarms $(grep -cE '^FAIL .*(nothing else|no finding)' "$work/checks")"
summary
