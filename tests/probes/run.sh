#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs that nothing can be preloaded into, or that hide from it, under `rtctrack run --engine probes`:
# each behaves as bare; what it forgets is found, and who forgot it; its form without fault is silent.
#   tests/probes/run.sh [--full] [BUILD] [NAME...]       (default build/release)
# --full: 1 M events a second for a minute.
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=probes full=no
[ "${1:-}" = --full ] && full=yes && shift
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
[ $# -gt 0 ] && shift
only=" $* "
. "$here/../check.sh"
. "$here/../install.sh"
. "$here/build.sh"
rtctrack=$build/cli/rtctrack
bin=$build/tests/probes programs=$here/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
cd "$work" || exit 2

sql() { sqlite3 -batch t.db "$1" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }
lost="SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'"
findings="SELECT group_concat(told, ', ') FROM (SELECT rule || ' ' || coalesce(culprit_function, '?') AS told
	FROM finding WHERE state NOT IN ('late', 'unknown-origin') ORDER BY told)"

# record COMMAND...: into t.db; out, err and $code are the program's
options=()
record() {
	rm -f t.db report
	timeout -k 5 120 "$rtctrack" run --engine "${engine:-probes}" -o t.db --report-file report "${options[@]}" -- "$@" >out 2>err </dev/null
	code=$?
}
# bare COMMAND...: bare.out and $bare_code
bare() {
	{ "$@" >bare.out 2>bare.err </dev/null; } 2>/dev/null # the shell tells of what was killed
	bare_code=$?
}
# What the kernel holds of BPF: numbers of programs and links, which only grow. Somebody else may record
# meanwhile, so what is new is only said to be left if it stays.
bpf_ids() {
	bpftool prog list | sed -n 's/^\([0-9]*\): .*/prog \1/p'
	bpftool link list | sed -n 's/^\([0-9]*\): .*/link \1/p'
}
# left_since FILE: "nothing" if what came since the file was written goes
left_since() {
	bpf_ids | grep -vxFf "$1" >came
	[ ! -s came ] || eventually gone && echo nothing
}
gone() { ! bpf_ids | grep -qxFf came; }

# A program: name | what it needs | what stands before it | program and arguments, FORM is leak or
# close | what is found of the form leak: "rule function" of each, by ", ", in their order; * is anything:
# what is mapped from where nobody looked before may run before its functions are probed.
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
table() {
	cat <<END
dynamic         | plain             |                              | $bin/plain FORM          | fd-leak forget_socket, thread-leak forget_thread
static          | static            |                              | $bin/static FORM         | fd-leak forget_socket, thread-leak forget_thread
stripped        | stripped          |                              | $bin/stripped FORM       | fd-leak ?, thread-leak ?
nameless static | nameless          |                              | $bin/nameless FORM       | fd-leak ?
raw calls       | raw               |                              | $bin/raw FORM            | fd-leak forget_called, fd-leak forget_duplicate, fd-leak forget_raw
io_uring        | uring             |                              | $bin/uring FORM          | fd-leak ?
rights          | rights            |                              | $bin/rights FORM         | fd-leak forget_received
shares          | shares            |                              | $bin/shares FORM         | fd-leak forget_shared
vforks          | vforks            |                              | $bin/vforks FORM         | fd-leak forget_between
forks           | forks             |                              | $bin/forks FORM          | scope-unclosed forget_scope
execs           | execs             |                              | $bin/execs FORM          | fd-leak forget_in_second
killed          | killed            |                              | $bin/killed FORM         | fd-leak forget_killed
chroots         | chroots root      |                              | $bin/chroots FORM empty  | fd-leak forget_inside
setuid          | plain root        | $nobody                      | setuid/plain FORM        | fd-leak forget_socket, thread-leak forget_thread
pid namespace   | plain pid         | unshare --pid --fork         | $bin/plain FORM          | fd-leak forget_socket, thread-leak forget_thread
mount namespace | plain mount       | sh $programs/elsewhere.sh elsewhere/mnt/root | plain FORM | fd-leak forget_socket*
rust            | rust              |                              | $bin/rust FORM           | fd-leak rust::session::forget_socket
thrower         | thrower           |                              | $bin/thrower FORM        | callback-unfired forget_callback, scope-unclosed forget_session
END
}

# lacking WORD...: what this machine has not
lacking() {
	local word
	for word in "$@"; do
		case $word in
		root) [ "$(id -u)" = 0 ] || { echo "needs root" && return; } ;;
		pid) unshare --pid --fork true 2>/dev/null || { echo "no pid namespace may be made here" && return; } ;;
		mount) unshare -m true 2>/dev/null || { echo "no mount namespace may be made here" && return; } ;;
		*) [ -e "$bin/$word" ] || { echo "$word could not be built" && return; } ;;
		esac
	done
}

# form NAME FORM EXPECTED COMMAND...: one recording of one form, and its checks
form() {
	local name="$1 $2" expected=$3 found
	shift 3
	bare "$@"
	if [ "$bare_code" = 77 ]; then
		skip "$name" "$(tail -1 bare.err)"
		return
	fi
	record "$@"
	check "$name: output and exit code as bare" "$code $(cat out)" "$bare_code $(cat bare.out)"
	check "$name: nothing lost" "$(sql "$lost")" 0
	found=$(sql "$findings")
	# shellcheck disable=SC2053 # a pattern
	if [[ "$found" == $expected ]]; then ok "$name: findings"; else fail "$name: findings" "expected '$expected', got '$found'"; fi
}

program() { # NAME PREFIX COMMAND EXPECTED
	local command
	options=()
	[ "$1" != thrower ] || options=(--pack "$programs/thrower.yaml")
	[ "$1" != "mount namespace" ] || options=(--sysroot "$work/elsewhere")
	for which in leak close; do
		# shellcheck disable=SC2206 # words
		command=($2 ${3//FORM/$which})
		form "$1" $which "$([ $which = leak ] && echo "$4")" "${command[@]}"
		case "$1 $which" in
		nameless*) check "$1 $which: that joins are not seen is said" "$(sql "SELECT sum(count) FROM note WHERE name = 'joins-unseen'")" 4 ;;
		static*) check "$1 $which: joins are seen" "$(sql "SELECT count(*) FROM note WHERE name = 'joins-unseen'")" 0 ;;
		killed*) check "$1 $which: its end and its last look" "$(sql "SELECT end, code, census_fds FROM process")" "signal|9|1" ;;
		esac
	done
	options=()
}

wanted() { [ "$only" = "  " ] || [[ "$only" == *" $1 "* ]]; }
trim() {
	local text=$1
	text=${text#"${text%%[! ]*}"}
	echo "${text%"${text##*[! ]}"}"
}

make_places() {
	mkdir -p empty setuid
	chmod 755 "$work"
	cp "$bin/plain" setuid/ && chmod 4755 setuid/plain
	with_libraries "$bin/plain" elsewhere/mnt/root
}

programs() {
	local name needs prefix command expected missing
	while IFS='|' read -r name needs prefix command expected <&3; do
		name=$(trim "$name")
		wanted "$name" || continue
		# shellcheck disable=SC2046
		missing=$(lacking $(trim "$needs"))
		if [ -n "$missing" ]; then
			skip "$name" "$missing"
		else
			program "$name" "$(trim "$prefix")" "$(trim "$command")" "$(trim "$expected")"
		fi
	done 3< <(table)
}

# Go: the sockets of pairs that nobody closed, by functions of pion's or of the program's.
pion() {
	local kept
	[ -x "$bin/pion" ] || { skip pion "it could not be built" && return; }
	for kept in 0 1; do
		bare "$bin/pion" 4 $kept
		record "$bin/pion" 4 $kept
		check "pion, $kept kept: output and exit code as bare" "$code $(cat out)" "$bare_code $(cat bare.out)"
		check "pion, $kept kept: nothing lost" "$(sql "$lost")" 0
		check "pion, $kept kept: UDP sockets reported" "$(sql "SELECT count(DISTINCT id) FROM leaked_sockets WHERE class = 'udp'")" $((kept * 2))
		check "pion, $kept kept: nothing else" "$(sql "SELECT message FROM finding f WHERE class <> 'udp' AND state <> 'late'")" ""
		check "pion, $kept kept: Go functions in the stacks" "$(sql "SELECT count(DISTINCT l.id) FROM leaked_sockets l
			WHERE EXISTS (SELECT 1 FROM stack_text s WHERE s.stack_id = l.birth_stack AND (s.function LIKE 'github.com/pion/%' OR s.function LIKE 'main.%'))")" $((kept * 2))
	done
	check "pion: who is to blame" "$(sql "SELECT DISTINCT culprit_function LIKE 'github.com/pion/%' FROM finding WHERE class = 'udp'")" 1
}

# A program that runs already.
# attended_begins FORM: $attended waits for a line, which goes into descriptor 8
attended_begins() {
	rm -f lines said
	mkfifo lines
	"$bin/attended" "$1" <lines >said 2>&1 &
	attended=$!
	exec 8>lines
	eventually grep -q ready said
}
# attended_ends LINES: $ended is its exit code and all that it said
attended_ends() {
	printf '%s' "$1" >&8
	exec 8>&-
	wait "$attended"
	ended="$? $(tr '\n' ' ' <said)"
}
# recorder_comes NAME: 0 once it says that it is there; $recorder
recorder_comes() {
	rm -f t.db attach.err
	"$rtctrack" attach -o t.db --report-file report "$attended" >attach.out 2>attach.err &
	recorder=$!
	eventually grep -q "Ctrl-C ends it" attach.err && return
	fail "$1" "nothing says that it is attached: $(head -2 attach.err | tr '\n' ' ')"
	kill "$recorder" "$attended" 2>/dev/null
	wait "$recorder" "$attended" 2>/dev/null
	exec 8>&-
	return 1
}

# attend FORM: the recorder is there in the middle of the program's life
attend() {
	local name="attached, $1" attended recorder
	bpf_ids >before
	attended_begins "$1"
	recorder_comes "$name" || return
	echo >&8
	eventually grep -q seen said
	kill -TERM "$recorder"
	wait "$recorder"
	check "$name: exit code of the recorder" "$?" 0
	check "$name: nothing of ours is left in the kernel" "$(left_since before)" nothing
	attended_ends $'\n'
	check "$name: the program goes on to its end" "$ended" "6 ready seen over second=4 "
	check "$name: nothing lost" "$(sql "$lost")" 0
	check "$name: findings" "$(sql "$findings")" "$([ "$1" = leak ] && echo "fd-leak forget_attended")"
	check "$name: what was there before is told as such" \
		"$(sql "SELECT count(*) FROM resource WHERE class = 'udp' AND subject IN (3, 4) AND earlier")" 2
	check "$name: and so is its thread" "$(sql "SELECT count(*) FROM resource WHERE kind = 'thread' AND earlier AND death_ns IS NULL") $(sql "SELECT count(*) FROM process WHERE origin = 'attached'")" "1 1"
	check "$name: what was closed of it" "$(sql "SELECT ending FROM resource WHERE class = 'udp' AND subject = 3 AND earlier")" closed
}

# The program ends first; and a recorder that is killed leaves the program alone.
attend_to_an_end() {
	local attended recorder
	bpf_ids >before
	attended_begins leak
	recorder_comes "attached to the end" || return
	attended_ends $'\n\n'
	check "attached to the end: the program's end" "$ended" "6 ready seen over second=4 "
	wait "$recorder"
	check "attached to the end: of the recorder too" "$? $(sql "SELECT end, code FROM process")" "0 exit|6"
	check "attached to the end: findings" "$(sql "$findings") $(sql "SELECT sum(count) FROM finding WHERE culprit_function = 'forget_attended'")" "fd-leak forget_attended 2"
	attended_begins leak
	recorder_comes "recorder killed" || return
	kill -KILL "$recorder"
	wait "$recorder" 2>/dev/null
	attended_ends $'\n\n'
	check "recorder killed: the program goes on to its end" "$ended" "6 ready seen over second=4 "
	check "recorder killed: nothing of ours is left in the kernel" "$(left_since before)" nothing
}

# Where the preloaded library should be and is not, since an exec past libc dropped the environment, or
# the program is set-user-ID: probes record it alone.
beyond() {
	local which engine=both
	for which in leak close; do
		bare "$bin/beyond" $which
		record "$bin/beyond" $which
		check "beyond the library, $which: output and exit code as bare" "$code $(cat out)" "$bare_code $(cat bare.out)"
		check "beyond the library, $which: nothing lost" "$(sql "$lost")" 0
		check "beyond the library, $which: findings" "$(sql "$findings")" \
			"$([ $which = close ] || echo "fd-leak forget_before, fd-leak forget_beyond")"
	done
	[ "$(id -u)" = 0 ] || { skip "beyond the library, set-user-ID" "needs root" && return; }
	cp "$bin/beyond" setuid/ && chmod 4755 setuid/beyond
	# shellcheck disable=SC2086
	record $nobody "$bin/beyond" leak "$work/setuid/beyond"
	check "beyond the library, set-user-ID" "$code $(sql "SELECT count(*) FROM finding WHERE culprit_function = 'forget_beyond'")" "6 1"
}

# Calls of 32-bit code are not followed: that is said, and nothing is concluded.
compat() {
	local which
	for which in leak close; do
		bare "$bin/compat" $which
		if [ "$bare_code" = 77 ]; then
			skip "32-bit code" "$(tail -1 bare.err)"
			return
		fi
		record "$bin/compat" $which
		check "32-bit code, $which: output and exit code as bare" "$code $(cat out)" "$bare_code $(cat bare.out)"
		check "32-bit code, $which: that it is not followed" "$(sql "SELECT sum(count) >= 20 FROM note WHERE name = 'calls-32-bit'") $(grep -c '32-bit code' report)" "1 1"
		check "32-bit code, $which: nothing is reported" "$(sql "$findings")" ""
	done
}

# Two threads that send on a socket first, both of them.
meets() {
	local count=3000
	bare "$bin/meets" $count
	record "$bin/meets" $count
	check "meets: output and exit code as bare" "$code $(cat out)" "$bare_code $(cat bare.out)"
	check "meets: nothing lost" "$(sql "$lost")" 0
	check "meets: what both sent" "$(sql "SELECT (SELECT coalesce(sum(out_count), 0) FROM resource WHERE class = 'udp') +
		(SELECT coalesce(sum(out_count), 0) FROM lifetime_statistics WHERE class = 'udp')")" $((count * 2))
}

# Very many processes, each for a moment.
storm() {
	local count=10000
	bare "$bin/storm" $count
	options=(--trace-budget 0)
	record "$bin/storm" $count
	options=()
	check "storm: output and exit code as bare" "$code $(cat out)" "$bare_code $(cat bare.out)"
	check "storm: nothing lost" "$(sql "$lost")" 0
	check "storm: all processes" "$(sql "SELECT count(*) FROM process WHERE origin = 'fork'")" $count
	check "storm: their exit codes" "$(sql "SELECT sum(code) FROM process WHERE origin = 'fork' AND end = 'exit'")" \
		"$(sed 's/.*codes=//' bare.out)"
	check "storm: what they forgot" "$(sql "SELECT sum(count), group_concat(DISTINCT culprit_function) FROM finding WHERE rule = 'fd-leak'")" \
		"$((count / 100))|forget_one"
	check "storm: sockets opened" "$(sql "SELECT (SELECT count(*) FROM resource WHERE class = 'udp' AND birth_call <> '') +
		(SELECT coalesce(sum(count), 0) FROM lifetime_statistics WHERE class = 'udp')")" $((count * 3 + count / 100))
}

# What a trace has of the events that `rate` or `burst` told: two for each life that is over, one for what is alive,
# and one for the end of what nobody told of.
events="SELECT (SELECT coalesce(sum(2 * count), 0) FROM lifetime_statistics WHERE class = 'Object') +
	(SELECT coalesce(sum(1 + (death_ns IS NOT NULL)), 0) FROM resource WHERE class = 'Object') +
	(SELECT coalesce(sum(count), 0) FROM stray WHERE kind = 'object')"
lost_events="SELECT coalesce(sum(count), 0) FROM note WHERE name LIKE 'lost-%'"

# at_rate NAME THREADS PER_SECOND SECONDS: each event is in the trace, or said to be lost. Among the lost may
# be some that rate does not count: what it opens when it starts, its threads.
uncounted=64
# Once so many lives are over that the first are forgotten, the end of what nobody told of is not counted
# any more: of those there are about as many as births without an end, and surely not four times.
forgotten=131072
at_rate() {
	local name=$1 told recorded gone unsure=0
	record "$bin/rate" "$2" "$3" "$4"
	told=$(sed -n 's/^events=//p' out) recorded=$(sql "$events") gone=$(sql "$lost_events")
	if [ "$(sql "SELECT coalesce(sum(count), 0) > $forgotten FROM lifetime_statistics WHERE class = 'Object'")" = 1 ]; then
		unsure=$((uncounted + 4 * $(sql "SELECT count(*) FROM resource WHERE class = 'Object' AND death_ns IS NULL")))
	fi
	echo "        $suite $name: told $told, recorded $recorded, lost $gone"
	check "$name: exit code" "$code" 0
	if [ "$gone" = 0 ]; then
		check "$name: what was told is recorded" "$recorded" "$told"
	else
		check "$name: recorded and lost add up to what was told" "$((recorded + gone >= told - unsure && recorded + gone <= told + uncounted))" 1
	fi
}
rates() {
	local seconds=5
	[ $full = no ] || seconds=60
	options=(--trace-budget 0)
	at_rate "100,000 events a second" 1 100000 2
	at_rate "1 M events a second" 2 1000000 $seconds
	options=()
}

# A recorder that stands still while more is told than the ring holds: each event is recorded, or counted as lost.
# So may be what the program's end makes of events: its last call, that of its thread, and its own.
ends=3
is_stopped() { grep -q '^State:.T' "/proc/$1/status"; }
is_over() { grep -q '^events=' out; }
full_ring() {
	local recorder told recorded gone name="a ring that is too small"
	rm -f t.db lines
	mkfifo lines
	"$rtctrack" run --engine probes --ring 1M --trace-budget 0 -o t.db --report-file report -- \
		"$bin/burst" 20000 <lines >out 2>err &
	recorder=$!
	exec 8>lines
	eventually grep -q ready out
	kill -STOP $recorder
	eventually is_stopped $recorder
	echo >&8
	exec 8>&-
	eventually is_over
	kill -CONT $recorder
	wait $recorder
	check "$name: exit code" "$?" 0
	told=$(sed -n 's/^events=//p' out) recorded=$(sql "$events") gone=$(sql "$lost_events")
	echo "        $suite $name: told $told, recorded $recorded, lost $gone"
	check "$name: more was told than it holds" "$((gone > 0 && recorded > 0))" 1
	check "$name: what is recorded and what is lost is what was told" \
		"$((recorded + gone >= told && recorded + gone <= told + ends))" 1
	check "$name: that is said" "$(sql "SELECT count(*) FROM note WHERE name = 'lost-events'") $(grep -c 'the ring between them was full' report)" "1 1"
	"$rtctrack" check --quiet t.db >/dev/null 2>&1
	check "$name: a gate has no verdict" "$?" 3
}

# What libc's functions open the shim tells of, what they do not open the kernel alone; and nothing twice.
both_engines() {
	local which
	for which in leak close; do
		bare "$bin/raw" $which
		engine=both record "$bin/raw" $which
		check "both, raw $which: output and exit code as bare" "$code $(cat out)" "$bare_code $(cat bare.out)"
		check "both, raw $which: nothing lost" "$(sql "$lost")" 0
		check "both, raw $which: each socket once" "$(sql "SELECT count(*) FROM resource WHERE class = 'udp'")" "$(sed 's/.*udp=//' out)"
		check "both, raw $which: findings" "$(sql "$findings")" \
			"$([ $which = leak ] && echo "fd-leak forget_called, fd-leak forget_duplicate, fd-leak forget_raw")"
		check "both, raw $which: that the kernel alone saw some is told" "$(sql "SELECT count(*) FROM note WHERE name = 'kernel-only'")" 1
	done
	bare "$bin/plain" leak
	engine=both record "$bin/plain" leak
	check "both, plain leak: findings" "$code $(sql "$findings")" "$bare_code fd-leak forget_socket, thread-leak forget_thread"
	check "both, plain leak: nothing that the kernel alone saw" "$(sql "SELECT count(*) FROM note WHERE name = 'kernel-only'")" 0
}

# By itself rtctrack takes the shim, and probes where that cannot come; and says which.
chosen_engine() {
	engine=auto record "$bin/plain" leak
	check "auto, dynamic: the shim" "$(sql "SELECT value FROM meta WHERE key = 'engine'") $(sql "$findings")" "shim fd-leak forget_socket, thread-leak forget_thread"
	engine=auto record "$bin/static" leak
	check "auto, static: probes" "$(sql "SELECT value FROM meta WHERE key = 'engine'") $(sql "$findings")" "probes fd-leak forget_socket, thread-leak forget_thread"
	check "auto, static: and that is said" "$(grep -c probes err)" 1
}

# Who may not use it is told what lacks, and nothing runs.
refused() {
	[ "$(id -u)" = 0 ] || { skip "refused" "needs root, to be somebody else" && return; }
	chmod 755 "$work"
	mkdir -m 777 -p nobody
	(cd nobody && $nobody "$rtctrack" run --engine "${engine:-probes}" -o t.db -- touch ran >out 2>err)
	check "refused: without privilege it does not run" "$? $(ls nobody/ran 2>/dev/null)" "2 "
	check "refused: and says what lacks" "$(grep -cE 'CAP_BPF|root' nobody/err)" 1
}

for package in $PROBES_PACKAGES; do # one by one: a row without its program is skipped, not all of them
	install_packages "$package" || true
done
build_programs
if ! why=$(have_probes "$rtctrack"); then
	skip "all" "$why"
	summary
	exit
fi
bpf_ids >begin
make_places
programs
! wanted pion || pion
if wanted attach; then
	attend leak
	attend close
	attend_to_an_end
fi
! wanted beyond || beyond
! wanted compat || compat
! wanted meets || meets
! wanted storm || storm
! wanted rate || rates
! wanted burst || full_ring
! wanted both || both_engines
! wanted auto || chosen_engine
! wanted refused || refused
check "nothing of ours is left in the kernel" "$(left_since begin)" nothing
summary
