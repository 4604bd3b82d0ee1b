#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs that hang, and are attached to: where each of their threads stands, which locks are held by whom,
# and what is concluded. Once they hang already, and before; their form without fault is silent.
#   tests/probes/hangs.sh [BUILD] [NAME...]       (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=probes-hangs
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
[ $# -gt 0 ] && shift
only=" $* "
. "$here/../check.sh"
. "$here/../install.sh"
. "$here/build.sh"
rtctrack=$build/cli/rtctrack
bin=$build/tests/probes programs=$here/programs
work=$(mktemp -d)
target= recorder=
cleanup() {
	[ -z "$recorder" ] || kill -KILL "$recorder" 2>/dev/null
	[ -z "$target" ] || kill -KILL "$target" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
export LC_ALL=C NO_COLOR=1
cd "$work" || exit 2

sql() { sqlite3 -batch t.db "$1" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }
# Each thread, in the order of their functions: what it waits for, where in the program, and how many locks
# it holds that another one waits for.
standings="SELECT group_concat(told, ', ') FROM (SELECT iif(timed, 'timed ', '') || coalesce(wait, 'runs') || ' in ' ||
	coalesce((SELECT function FROM stack_text t WHERE t.stack_id = s.stack_id AND file LIKE '%hangs.c' ORDER BY position, inline_position LIMIT 1), '?') ||
	coalesce((SELECT ' with ' || group_concat(mode) FROM held h WHERE h.standing_id = s.id), '') AS told FROM standing s ORDER BY told)"
findings="SELECT group_concat(told, ', ') FROM (SELECT rule || ' ' || coalesce(culprit_function, '?') AS told
	FROM finding WHERE rule = 'teardown-deadlock' ORDER BY told)"

# A way to hang | the system calls in which its threads end up, in order | where they stand | what is concluded
table() {
	cat <<END
circle    | 202 202     | mutex in close_first_then_second with mutex, mutex in take_second_then_first with mutex | teardown-deadlock close_first_then_second
join      | 202 202     | join in join_with_lock with mutex, mutex in wants_first          | teardown-deadlock join_with_lock
rwlock    | 202 202     | join in join_while_writing with write-lock, read-lock in reads   | teardown-deadlock join_while_writing
peer      | 202 45      | descriptor in close_session with mutex, mutex in wants_in        | teardown-deadlock wants_in
exit      | 202         | mutex in clean_up with mutex                                     | teardown-deadlock clean_up
condition | 202         | condition in await_signal                                        | teardown-deadlock await_signal
semaphore | 202         | semaphore in semaphore                                           | teardown-deadlock semaphore
running   | 202 running | mutex in running, runs in spin_with_lock with mutex              |
timed     | 45          | timed descriptor in timed                                        |
END
}

trim() {
	local text=$1
	text=${text#"${text%%[! ]*}"}
	echo "${text%"${text##*[! ]}"}"
}
wanted() { [ "$only" = "  " ] || [[ "$only" == *" $1 "* ]]; }

# stands PID CALLS: all of its threads are in these
stands() { [ "$(cut -d' ' -f1 /proc/"$1"/task/*/syscall 2>/dev/null | sort | tr '\n' ' ' | sed 's/ $//')" = "$2" ]; }

# target_begins WORD...: $target, which waits for a line in descriptor 8
target_begins() {
	rm -f lines && mkfifo lines
	"$@" <lines >said 2>&1 &
	target=$!
	exec 8>lines
}
target_ends() {
	exec 8>&-
	kill -KILL "$target" 2>/dev/null
	wait "$target" 2>/dev/null
	target=
}
# recorder_comes PID
recorder_comes() {
	rm -f t.db attach.err
	"$rtctrack" attach --hang-after 0.01 -o t.db --report-file report "$1" >attach.out 2>attach.err &
	recorder=$!
	eventually grep -q "Ctrl-C ends it" attach.err && return
	fail "attach" "nothing says that it is attached: $(head -2 attach.err | tr '\n' ' ')"
	return 1
}
recorder_goes() {
	kill -INT "$recorder"
	wait "$recorder"
	recorder=
}

# told NAME STANDINGS FINDINGS: of the recording that ended
told() {
	check "$1: where its threads stand" "$(sql "$standings")" "$2"
	check "$1: what is concluded" "$(sql "$findings")" "$3"
}

# It hangs since before the recording, and nobody stops it.
hangs_already() { # NAME PROGRAM CALLS STANDINGS FINDINGS
	target_begins "$2" "${1##* }" hang
	if eventually stands "$target" "$3" && recorder_comes "$target"; then
		recorder_goes
		told "$1, attached to later" "$4" "$5"
		check "$1: it is where it was" "$(stands "$target" "$3" && echo yes)" yes
	else
		fail "$1" "it does not hang as it should: $(cut -d' ' -f1 /proc/"$target"/task/*/syscall | tr '\n' ' ')"
	fi
	target_ends
}

hangs_later() { # NAME PROGRAM CALLS STANDINGS FINDINGS
	target_begins "$2" "$1" hang later
	if eventually stands "$target" 0 && recorder_comes "$target"; then
		echo >&8
		eventually stands "$target" "$3"
		recorder_goes
		told "$1, attached to before" "$4" "$5"
	fi
	target_ends
}

ends() { # NAME
	timeout -k 5 60 "$rtctrack" run --engine probes --hang-after 0.01 -o t.db --report-file report -- "$bin/hangs" "$1" fixed >out 2>err
	check "$1, fixed: it ends, and nothing is concluded" "$? $(sql "$findings")" "0 "
	check "$1, fixed: nothing is left of its looks" "$(sql "SELECT count(*) FROM standing WHERE wait IS NOT NULL")" 0
}

ways() {
	local name calls standing finding
	while IFS='|' read -r name calls standing finding <&3; do
		name=$(trim "$name") calls=$(trim "$calls") standing=$(trim "$standing") finding=$(trim "$finding")
		wanted "$name" || continue
		hangs_already "$name" "$bin/hangs" "$calls" "$standing" "$finding"
		hangs_later "$name" "$bin/hangs" "$calls" "$standing" "$finding"
		ends "$name"
	done 3< <(table)
}

row() { table | grep "^$1 " | cut -d'|' -f"$2"; }

# Another libc's shape, another namespace, another user: told as any.
elsewhere() { # NAME WAY PROGRAM...
	local name=$1 way=$2
	shift 2
	wanted "$name" || return
	target_begins "$@" "$way" hang
	local outer=$target inner
	inner=$(eventually_child "$outer" hangs)
	if [ -n "$inner" ] && eventually stands "$inner" "$(trim "$(row "$way" 2)")" && recorder_comes "$inner"; then
		recorder_goes
		told "$name" "$(trim "$(row "$way" 3)")" "$(trim "$(row "$way" 4)")"
	else
		fail "$name" "it cannot be looked at"
	fi
	[ "$inner" = "$outer" ] || kill -KILL "$inner" 2>/dev/null
	target_ends
}
# eventually_child PID NAME: it, or the process below it, that runs a program of that name
eventually_child() {
	local try child
	for ((try = 0; try < 600; try++)); do
		for child in "$1" $(pgrep -P "$1"); do
			[[ "$(cat "/proc/$child/comm" 2>/dev/null)" == *"$2" ]] && echo "$child" && return
		done
		sleep 0.1
	done
}

# Its holder has ended: of a thread that was never seen to run, its number is nobody's.
abandoned() {
	wanted abandoned || return
	hangs_already abandoned "$bin/hangs" 202 "mutex in take_abandoned, runs in ? with mutex" "teardown-deadlock take_abandoned"
	hangs_later abandoned "$bin/hangs" 202 "mutex in take_abandoned, runs in ? with mutex" "teardown-deadlock take_abandoned"
	ends abandoned
}

# A thousand threads: the table has them all, and one is told to hold what the others want.
thousand() {
	wanted many || return
	target_begins "$bin/hangs" many hang
	all_stand() { [ "$(cut -d' ' -f1 /proc/"$target"/task/*/syscall | grep -c '^202$')" = 1001 ]; }
	if eventually all_stand && recorder_comes "$target"; then
		recorder_goes
		check "many: all of them stand somewhere" "$(sql "SELECT wait, count(*) FROM standing GROUP BY wait ORDER BY wait")" "join|1 mutex|1000"
		check "many: one holds" "$(sql "SELECT count(*), count(DISTINCT standing_id) FROM held")" "1|1"
		check "many: what is concluded" "$(sql "$findings")" "teardown-deadlock many"
	else
		fail many "it does not hang as it should"
	fi
	target_ends
}

# Beside the preloaded library, what that says counts: it knows where locks were taken.
both_engines() {
	wanted both || return
	timeout -k 5 60 "$rtctrack" run --engine both --timeout 3 --hang-after 0.5 -o t.db --report-file report -- "$bin/hangs" circle hang >out 2>err
	check "both: each thread stands once, and it is known where locks were taken" \
		"$(sql "SELECT count(*), count(DISTINCT tid) FROM standing WHERE wait = 'mutex'; SELECT count(*) FROM held WHERE stack_id IS NOT NULL")" "2|2 2"
	check "both: what is concluded" "$(sql "$findings")" "teardown-deadlock close_first_then_second"
}

build_programs
# shellcheck disable=SC2119
if ! reason=$(have_probes "$rtctrack"); then
	skip "all of it" "$reason"
	summary
	exit
fi
ways
elsewhere static circle "$bin/static_hangs"
if unshare --pid --fork true 2>/dev/null; then
	elsewhere "pid namespace" circle unshare --pid --fork "$bin/hangs"
else
	skip "pid namespace" "none may be made here"
fi
mkdir setuid && chmod 755 . setuid && cp "$bin/hangs" setuid/ && chmod 4755 setuid/hangs
elsewhere setuid join setpriv --reuid 65534 --regid 65534 --clear-groups setuid/hangs
abandoned
thousand
both_engines
summary
