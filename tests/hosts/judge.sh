# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: is what the traced program did the same, and is its trace true?

sql() { sqlite3 -batch trace/t.db "$1" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }

# What rtctrack itself says on stderr is a line with its name, and a line of advice.
without_our_words() {
	awk '/^rtctrack: / { ours = 1; next } ours && /^  / { ours = 0; next } { ours = 0; print }' "$1"
}

first_difference() { diff "$1" "$2" | sed -n '2,4p' | cut -c1-160 | tr '\n' ' '; }

judge_behaviour() {
	local bare traced
	bare=$(cat bare.code) traced=$(cat traced.code)
	without_our_words traced.err >traced.own
	[ "$bare" = 124 ] && complain "the bare program does not end within $limit_s s"
	# A killed recorder cannot hand the code on: the program's own wrapper has printed it.
	if [ "$circumstance" = killed ]; then
		[ -e signs/over ] || complain "the program did not survive its recorder"
		[ "$traced" = 137 ] || complain "the recorder was not killed, but ended with $traced"
	elif [ "$bare" != "$traced" ]; then
		complain "exit code $traced instead of $bare"
	fi
	cmp -s bare.out traced.out || complain "stdout differs: $(first_difference bare.out traced.out)"
	cmp -s bare.err traced.own || complain "stderr differs: $(first_difference bare.err traced.own)"
}

judge_trace() {
	local said crashed
	if ! [ -s trace/t.db ]; then
		complain "no trace: $(head -c 200 traced.err | tr '\n' ' ')"
		return
	fi
	"$rtctrack" report trace/t.db >report.out 2>report.err || complain "report fails: $(head -2 report.err | tr '\n' ' ')"
	[ -s report.out ] || complain "an empty report"
	said=$(sql "PRAGMA integrity_check")
	[ "$said" = ok ] || complain "the trace is damaged: $said"
	crashed=$(sql "SELECT group_concat(DISTINCT exe || ' by signal ' || code) FROM process WHERE end = 'signal' AND code IN (4, 6, 7, 8, 11, 31)")
	[ -z "$crashed" ] || complain "crashed: $crashed"
	case $circumstance in
	removed) ;;
	killed) grep -q 'did not come to its end' report.out || complain "the report does not say that it is cut off" ;;
	*) [ "$(sql "SELECT value FROM meta WHERE key = 'finished'")" = 1 ] || complain "the trace is unfinished" ;;
	esac
}

# sum_of WORD: over all accounts that the program printed
sum_of() { sed -n "s/.*$1=\([0-9]*\).*/\1/p" traced.out | awk '{n += $1} END {print n + 0}'; }

# Account = recorded + lost. A lost event may be a birth or an end, and an end
# whose birth is lost is in no life; but a program that only opens, and is killed, has exact
# figures: nobody looks at the end what it has open, but probes, whose look may be lost too.
judge_account() {
	local events="'lost-spool-full', 'lost-disk-full', 'lost-threads', 'lost-holes', 'lost-damaged', 'lost-sandbox', 'lost-events'"
	local udp="FROM resource WHERE kind = 'fd' AND class = 'udp' AND birth_call <> ''"
	local lost unrecorded births ends
	grep -q '^opened=[0-9]* closed=[0-9]*$' traced.out || return
	lost=$(sql "SELECT coalesce(sum(count), 0) FROM note WHERE name IN ($events)")
	unrecorded=$(sql "SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST' AND name NOT IN ($events)")
	births=$(($(sum_of opened) - $(sql "SELECT count(*) $udp")))
	ends=$(($(sum_of closed) - $(sql "SELECT count(*) $udp AND ending = 'closed'")))
	local missing="$births births and $ends ends are not in the trace; lost: $lost, unrecorded: $unrecorded"
	if [ $births -lt 0 ] || [ $ends -lt 0 ]; then
		complain "more than happened is recorded: $missing"
	elif [ "$circumstance" = killed ] || [ "$unrecorded" != 0 ]; then
		return # how much is missing is not known, and that is said
	elif [ $births -gt "$lost" ] || [ $ends -gt "$lost" ]; then
		complain "$missing"
	elif [ "$name$engine" = opens ] && [ $((births + ends)) != "$lost" ]; then
		complain "not exact: $missing"
	fi
}

# judge HOST CIRCUMSTANCE: the line of the cell, and $verdict
judge() {
	local name=$1 circumstance=$2 reasons="" counted=0
	complain() { reasons="$reasons${reasons:+; }$1"; }
	judge_behaviour
	if [ $recorder = yes ]; then
		judge_trace
		[ -s trace/t.db ] && judge_account
		counted=$(sql "SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'")
	fi
	if [ -n "$reasons" ]; then
		verdict=FAIL
		fail "$name, $circumstance" "$reasons"
	elif [ "$counted" = 0 ]; then
		verdict=same
		ok "$name, $circumstance: same"
	else
		verdict="lost: $counted counted"
		ok "$name, $circumstance: same, $verdict"
	fi
}
