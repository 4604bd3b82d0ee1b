#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Live tests: programs under `rtctrack run`, their own account against the trace.
#   tests/live/run.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=live
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
live=$build/tests/live
shim=$build/libtrack/shim/libtrack.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
cd "$work" || exit 2

sql() { sqlite3 -batch t.db "$1" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }
# record COMMAND...: into t.db, stdout into out, report into report, exit code into $code
record() {
	rm -f t.db out report
	timeout 120 "$rtctrack" run -o t.db --report-file report -- "$@" >out 2>err
	code=$?
}

accounts="SELECT 'opened=' || count(*) || ' closed=' || count(*) FILTER (WHERE ending = 'closed')
	FROM resource WHERE kind = 'fd' AND class = 'udp' AND birth_call <> ''"
lost="SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'"

# name, exit code of the program, then queries and their answers
account() {
	local name=$1 expected=$2
	shift 2
	record "$live/$program" "$name"
	if [ "$code" != "$expected" ]; then
		fail "$program $name" "exit code $code instead of $expected: $(tail -3 err | tr '\n' ' ')"
		return
	fi
	local said got
	said=$(grep '^opened=' out | tail -1)
	got=$(sql "$accounts")
	check "$program $name: account" "$got" "$said"
	check "$program $name: nothing lost" "$(sql "$lost")" 0
	while [ $# -ge 2 ]; do
		check "$program $name: $1" "$(sql "$1")" "$2"
		shift 2
	done
}

for program in live_host live_host_nopie; do
	left="SELECT count(*) FROM open_sockets WHERE class = 'udp' AND NOT inherited"
	account exit 3 "$left" 1000 "SELECT count(*) FROM leaked_sockets" 1000 \
		"SELECT end || code FROM process" exit3 \
		"SELECT DISTINCT culprit_function FROM leaked_sockets" host_open
	check "$program exit: no frame of ours in a stack" "$(sql "SELECT count(*) > 0 FROM stack_text WHERE function = '_start'") $(sql "SELECT count(*) FROM stack_text WHERE module LIKE '%/libtrack.so'")" "1 0"
	account _exit 4 "$left" 1000 "SELECT end || code FROM process" exit4
	account exit-group 5 "$left" 1000
	account sigkill 137 "$left" 1000 "SELECT end || code FROM process" signal9
	account abort 134 "$left" 1000 "SELECT end || code FROM process" signal6
	account sigsegv 139 "$left" 1000 "SELECT end || code FROM process" signal11
	account sigterm 143 "$left" 1000
	account at-exit 0 "$left" 0 "SELECT census_fds || ' ' || (SELECT count(*) FROM resource r WHERE r.death_ns > p.end_ns) FROM process p" "1 0"
	account close-range 0 "$left" 10 "SELECT count(*) FROM finding WHERE rule = 'double-close'" 0
	account close-loop 0 "$left" 1 "SELECT count(*) FROM finding WHERE rule = 'double-close'" 0
	account syscall 0 "$left" 10
	account limit 0 "SELECT state || ' ' || culprit_function || ' ' || (message LIKE 'socket failed with EMFILE: 64 of 64 descriptors in use; 61 UDP sockets opened in at_the_limit, %; 16 calls or more failed, others too') FROM finding WHERE rule = 'exhaustion'" "broken at_the_limit 1" \
		"SELECT fd_limit || census_fds FROM process" 641
	account stream-closed-twice 0 "SELECT rule || ' ' || count || ' ' || culprit_function FROM finding" "double-close 1 stream_closed_twice"
	account wants-refusal 0 "SELECT count(*) FROM finding" 0
	account use-after-close 0 "SELECT rule || ' ' || state || ' ' || count FROM finding" "use-after-close broken 1" \
		"SELECT call || ' ' || error FROM act WHERE what = 'stale-use'" "send 9"
	account close-anothers 0 "SELECT rule || ' ' || culprit_function || ': ' || message FROM finding" \
		"double-close closes_stale: closed a number that belonged to another UDP socket by then"
	account dup 0 "$left" 2 "SELECT DISTINCT from_subject IS NOT NULL FROM open_sockets JOIN resource USING (id) WHERE resource.class = 'udp'" 1
	record "$live/$program" accept
	check "$program accept" "$(sql "SELECT class, in_count, local_address LIKE '127.0.0.1:%', remote_address LIKE '127.0.0.1:%' FROM leaked_sockets")" "tcp|1|1|1"
	account errno 0 "SELECT rule || ' ' || state FROM finding" "double-close broken"
	account dense 0 "$left" 0
	account signals 0 "$left" 0
	account mlockall 0 "$left" 2
	account vfork 0 "$left" 1 "SELECT count(*) FROM process" 21
	account fork 0 "SELECT count(*) FROM process WHERE origin = 'fork' AND parent_id = 1" 1 "$left" 2
	account raw-fork 0 "SELECT count(*) FROM process WHERE origin = 'fork'" 2
	account spawn 0 "$left" 1
	account exec 0 "SELECT group_concat(image || end, ' ') FROM process" "0exec 1exit" \
		"SELECT count(*) FROM finding" 0
	account fork-in-handler 0 "$left" 0
	account threads 0 "$left" 0 "SELECT count(*) || ' ' || max(ending) FROM resource WHERE kind = 'thread'" "64 joined"
	account short-threads 0 "SELECT count(*) || ' ' || max(ending) FROM resource WHERE kind = 'thread'" "2000 joined"
	account forgotten-threads 0 \
		"SELECT coalesce(name, '') || ':' || coalesce(ending, 'alive') FROM resource WHERE kind = 'thread' ORDER BY coalesce(name, 'z')" \
		"detached:detached forgotten:done joined:joined :alive" \
		"SELECT sum(count) FROM finding WHERE rule = 'thread-leak'" 2
	account c11-threads 0 "$left" 3 "SELECT group_concat(birth_call || ' ' || ending, ' ') FROM (SELECT * FROM resource WHERE kind = 'thread' ORDER BY ending)" \
		"thrd_create detached thrd_create done thrd_create joined" "SELECT DISTINCT culprit_function FROM leaked_sockets" host_open
	account small-stack 0 "$left" 0
	account handler-in-malloc 0 "$left" 0
	record "$live/$program" longjmp # what it leaves in the middle is a hole, and counted
	check "$program longjmp" "$code $(cat out) $(sql "$left") $(sql "SELECT culprit_function FROM leaked_sockets WHERE class = 'udp'")" "0 opened=2 closed=1 1 host_open"
	account signal-stack 0 "$left" 0
	account cancelled-close 0 "$left" 1
	account clone-vm 0 "$left" 1
	account clone-tls 0 "$left" 1
	RTCTRACK_SPOOL_DIR=/proc LD_PRELOAD=$shim "$live/$program" clone-tls >out 2>err # no spool can be made there
	check "$program clone-tls, nothing recorded" "$? $(cat out err)" "0 opened=1 closed=0"
	account clone-vm-lasting 0 "$left" 1
	record "$live/$program" bare-fork-under-load
	check "$program bare-fork-under-load" "$code" 0
	account seccomp 0 "$left" 2
	check "$program seccomp: says that there are no stacks behind it" "$(grep -c 'seccomp filter' report)" 1
	account seccomp-mild 0 "SELECT culprit_function FROM leaked_sockets" host_open "SELECT count(*) FROM note WHERE name = 'sandboxed'" 0
	account handler-executes 0 "SELECT count(*) FROM process WHERE exe LIKE '%/true'" 1
	account seccomp-listener 0 "SELECT count(*) FROM note WHERE name = 'sandboxed'" 1
	account record-lock 0
	account cleaned-environment 0 "SELECT count(*) FROM open_sockets WHERE class = 'udp' AND NOT inherited" 11
	account daemon 0 "SELECT end || ' ' || census_fds FROM process ORDER BY id LIMIT 1" "exit 1"
	account late-destructor 0 "$left" 0
	account fork-under-load 0 "$left" 0
	account probe-numbers 0 "$left" 0
	if grep -qw fsgsbase /proc/cpuinfo; then
		account confined-children 0 "$left" 2 "SELECT DISTINCT culprit_function FROM leaked_sockets" host_open \
			"SELECT count(*) FROM note WHERE name = 'sandboxed'" 0
	else
		skip "$program confined-children" "this processor keeps the base of GS from programs"
	fi
	account seccomp-question 0 "SELECT culprit_function FROM leaked_sockets" host_open "SELECT count(*) FROM note WHERE name = 'sandboxed'" 0
	account errno-kept 0 "$left" 0
	account quick-exit 6 "$left" 1 "SELECT end || code || ' ' || (census_fds > 0) FROM process" "exit6 1"
	account cancelled-join 0 "SELECT ending FROM resource WHERE kind = 'thread' ORDER BY ending" "done joined"
	account thread-frames 0 "$left" 0
	account idle-threads 0 "$left" 0
	account socket-flags 0 "$left" 1
	account locks-held 0
	account locks-waits 0 "SELECT count(*) || ' ' || max(ending) FROM resource WHERE kind = 'thread'" "8 joined"
	account locks-cancelled 0
	account locks-kinds 0
	account locks-c11 0
	account locks-fork 0
	account locks-vfork 0
	account locks-late 0
	account locks-handlers 0
	account locks-once 0
	account locks-orders 0
	account waits-outside 0
	account waits-not 0
	account waits-cancelled 0
	account waits-handlers 0
	account end-returned 0
	account end-exit 0
	account end-quick 0
	account signals-in-children 0 "SELECT count(*) FROM process WHERE origin = 'fork' AND end = 'exit' AND code = 7" 100
	account io-uring 0 "SELECT count(*) - (SELECT coalesce(sum(count), 0) FROM note WHERE name = 'io-uring') FROM resource WHERE class = 'io_uring'" 0
	if unshare --pid --fork true 2>err; then
		record unshare --pid --fork "$live/$program" process-one
		check "$program process-one" "$code $(cat out) $(sql "$accounts") $(sql "SELECT count(*) FROM process WHERE origin = 'fork' AND exe LIKE '%/$program'")" \
			"0 opened=2 closed=0 opened=2 closed=0 1"
	else
		skip "$program process-one" "no pid namespace can be made: $(tail -1 err)"
	fi
done

# What the loader answers depends on who asks, and what it could not find is no word for the host.
record "$live/live_loader"
check "the loader is asked by the program itself" "$code $(cat out err)" "0 "
mkdir without && echo 'no library' >without/libunwind.so.8
RTCTRACK_SPOOL_DIR=$work LD_LIBRARY_PATH=$work/without LD_PRELOAD=$shim "$live/live_loader" >out 2>err
check "a missing unwinder is no word for the program" "$? $(cat out err)" "0 "
"$rtctrack" report --format json "$work"/*.spool >missing.json 2>err
check "a missing unwinder is noted" "$(grep -c 'libunwind.so.8 could not be loaded' missing.json)" 1
rm -rf "$work"/*.spool without

# Exceptions and cancellation as without us.
record "$live/live_cancel"
check "cancellation runs destructors" "$code $(cat out)" "0 destroyed=3 caught=1"

# What happens before our own start is inherited; a plugin keeps its name after dlclose.
record "$live/live_early" "$live/live_plugin.so"
check "constructors, plugins: the program ends as alone" "$code" 0
check "a pre-initialiser's socket is seen, without a stack" "$(sql "SELECT count(*) FROM resource WHERE class = 'udp' AND birth_call = 'socket' AND birth_stack IS NULL")" 1
check "a constructor's socket has its stack" "$(sql "SELECT count(*) FROM resource r JOIN stack_text t ON t.stack_id = r.birth_stack WHERE t.function = 'construct'")" 1
check "a plugin's function is named after dlclose" "$(sql "SELECT count(DISTINCT r.id) FROM resource r JOIN stack_text t ON t.stack_id = r.birth_stack WHERE t.function = 'plugin_open'")" 4
check "marks from inside show growth" "$(sql "SELECT state || ' ' || count || ' ' || slope FROM finding WHERE state = 'growing' AND rule = 'fd-leak'")" "growing 4 1.0"

# The recorder itself leaves nothing behind and adds no descriptor.
record /bin/sh -c 'ls /proc/self/fd | wc -l'
check "no descriptor of ours in the program" "$(cat out)" "$(sh -c 'ls /proc/self/fd | wc -l')"
record /bin/sh -c 'echo "$1"; exit 9' sh "hello  world"
check "arguments and exit code pass through" "$code $(cat out)" "9 hello  world"

# setuid programs: the loader ignores us, and so do we.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$work"
	cp "$live/live_host" ./setuid_host && chmod 4755 ./setuid_host
	mkdir -m 777 spools
	RTCTRACK_SPOOL_DIR=$work/spools LD_PRELOAD=$shim setpriv --reuid 65534 --clear-groups ./setuid_host exit >out 2>err
	check "a setuid program runs as without us" "$? $(cat out)" "3 opened=1000 closed=0"
	check "a setuid program is not recorded" "$("$rtctrack" report --format json spools 2>&1 | grep -c '"exe": *"[^"]*setuid_host')" 0
else
	skip "a setuid program" "needs root and setpriv"
fi

# Nothing can be preloaded into static binaries: said, run all the same, and by the shim alone no clean verdict.
record "$live/live_host_static" exit
check "a static binary still runs" "$code $(cat out)" "3 opened=1000 closed=0"
check "a static binary is named as such" "$(grep -c 'static' err report | paste -sd' ' | grep -c '[1-9]')" 1

# Limits of the process.
(ulimit -f 20000; record "$live/live_host" exit; echo "$code $(cat out)") >limited
check "ulimit -f: no SIGXFSZ ends the program" "$(cat limited)" "3 opened=1000 closed=0"
(ulimit -v 600000; RTCTRACK_SPOOL_DIR=$work LD_PRELOAD=$shim "$live/live_host" exit) >limited 2>&1
check "ulimit -v: the spool is made smaller" "$? $(cat limited) $(ls "$work"/*.spool | wc -l)" "3 opened=1000 closed=0 1"
rm -f "$work"/*.spool

# lost FILE: by a report in JSON
lost() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["coverage"]["lost"])' "$1" 2>&1; }

# A full disk: the program goes on, and what is lost is counted.
if [ "$(id -u)" = 0 ] && mkdir small && mount -t tmpfs -o size=300k tmpfs small 2>/dev/null; then
	RTCTRACK_SPOOL_DIR=$work/small LD_PRELOAD=$shim "$live/live_host" threads >out 2>err
	check "full disk: the program is not disturbed" "$? $(cat out)" "0 opened=32000 closed=32000"
	"$rtctrack" report --format json "$work/small" >full.json 2>err
	umount small
	check "full disk: loss is reported" "$(lost full.json | grep -cE '^[1-9][0-9]+$')" 1
else
	skip "a full disk" "needs root to mount a small tmpfs"
fi

# LD_PRELOAD alone leaves a spool that every subcommand accepts.
mkdir alone
RTCTRACK_SPOOL_DIR=$work/alone LD_PRELOAD=$shim "$live/live_host" exit >out
if command -v fincore >/dev/null; then
	check "a spool takes no more room than was written" "$(($(fincore --bytes --noheadings --output RES alone/*.spool) < 1 << 20))" 1
else
	skip "a spool takes no more room than was written" "fincore (util-linux) is missing"
fi
# little MODE WHAT: its spool has half a MiB at most
little() {
	mkdir "$1"
	RTCTRACK_SPOOL_DIR=$work/$1 LD_PRELOAD=$shim "$live/live_host" "$1" >out
	check "$2" "$(($(stat -c %b "$1"/*.spool) < 1024))" 1 # of 512 bytes
}
little late-destructor "what a late destructor does takes no room of its own"
little seccomp-question "a filter of NULL has no room made ready"
little close-loop "a sweep over all numbers takes no room"
"$rtctrack" report alone/*.spool >report 2>err
check "LD_PRELOAD alone: the spool can be reported" "$? $(grep -c host_open report | grep -c '[1-9]')" "0 1"
mkdir behind
RTCTRACK_SPOOL_DIR=$work/behind LD_PRELOAD=$shim "$live/live_host" seccomp-long >out
"$rtctrack" report --format json behind >behind.json 2>err
check "behind a filter: what does not fit the room is counted" \
	"$(cat out) $(lost behind.json | grep -cE '^[1-9][0-9]+$')" "opened=200002 closed=200000 1"
truncate -s 73000000 alone/*.spool
"$rtctrack" report alone/*.spool >report 2>err
check "a truncated spool is reported and named as damaged" "$? $(grep -ciE 'damaged|truncated' report | grep -c '[1-9]')" "0 1"
head -c 100000 /dev/urandom >alone/noise.spool
"$rtctrack" report alone/noise.spool >report 2>err
check "noise is refused with a sentence" "$? $(grep -c 'nor a spool' err)" "2 1"

# Verdicts.
"$rtctrack" run -o t.db --gate --quiet -- "$live/live_host" errno >out 2>err
check "--gate fails on a double close" "$?" 23
"$rtctrack" run -o t.db --gate --quiet -- "$live/live_host" threads >out 2>err
check "--gate passes a clean program" "$?" 0
"$rtctrack" run -o t.db --gate --quiet -- "$live/live_host" spawn >out 2>err
check "--gate without --strict lets at-exit pass" "$?" 0
"$rtctrack" run -o t.db --gate --strict --quiet -- "$live/live_host" spawn >out 2>err
check "--gate --strict fails on at-exit" "$?" 23
"$rtctrack" run -o t.db --gate --quiet --engine shim -- "$live/live_host_static" threads >out 2>err
check "--gate gives no clean verdict on a static binary" "$?" 3
"$rtctrack" run -o t.db -- /nonexistent/program >out 2>err
check "a missing command is said, with a shell's exit code" "$? $(grep -c 'No such file' err)" "127 1"
"$rtctrack" run -o /nonexistent/folder/t.db -- /bin/true >out 2>err
check "an unwritable trace is said before the start" "$? $(grep -c '/nonexistent/folder' err)" "2 1"

# A killed recorder: what was committed is readable, and the program lives on.
mkdir orphaned
"$rtctrack" run -o killed.db --spool-dir orphaned --quiet -- sh -c "'$live/live_host' exit >/dev/null; while [ ! -e killed ]; do sleep 0.05; done; echo lived >lived" >out 2>err &
recorder=$!
eventually sh -c "'$rtctrack' report killed.db | grep host_open" # committed
kill -9 $recorder
wait $recorder 2>/dev/null
touch killed
eventually grep lived lived
check "a killed recorder does not end the program" "$(cat lived 2>&1)" lived
"$rtctrack" report killed.db >report 2>err
check "a killed recorder leaves a readable trace" "$? $(grep -c host_open report | grep -c '[1-9]')" "0 1"

# Marks from outside.
mkdir own
"$rtctrack" run -o marked.db --spool-dir own --quiet -- sh -c 'while [ ! -e marked ]; do sleep 0.05; done' >out 2>err &
recorder=$!
eventually "$rtctrack" mark --spool-dir own "session 1"
check "mark finds the live run" "$?" 0
touch marked
wait $recorder
check "a mark is in the trace" "$(sqlite3 marked.db 'SELECT text FROM mark')" "session 1"

# A host that bends the clock.
record env LD_PRELOAD="$shim:$live/live_frozen_clock.so" "$live/live_host" dup
check "times are true under a frozen clock" "$(sql "SELECT count(*) > 5 AND min(birth_ns) > 1000000000 AND max(birth_ns) > min(birth_ns) FROM resource")" 1

# Under jemalloc, and under GCC's AddressSanitizer.
jemalloc=$(ldconfig -p | awk '/libjemalloc.so.2/ {print $NF; exit}')
if [ -n "$jemalloc" ]; then
	LD_PRELOAD=$jemalloc record "$live/live_host" threads
	check "under jemalloc the program ends as alone" "$code $(cat out)" "0 opened=32000 closed=32000"
else
	skip "under jemalloc" "libjemalloc2 is not installed"
fi
if gcc -g -fsanitize=address -D_GNU_SOURCE -I "$here/../../libtrack/include" "$here"/host*.c -o asan_host 2>err; then
	record ./asan_host threads
	check "under GCC's AddressSanitizer all is recorded" "$code $(cat out) $(sql "$accounts")" "0 opened=32000 closed=32000 opened=32000 closed=32000"
else
	skip "under GCC's AddressSanitizer" "gcc cannot build it"
fi

# The shim exports what calls.def says, and nothing else.
exported=$(nm -D --defined-only "$shim" | awk '{print $3}' | grep -v '^track_shim_' | sort)
wanted=$(sed -n 's/^TRACK_[A-Z_]*(\([A-Za-z0-9_]*\),.*/\1/p' "$here/../../libtrack/include/track/calls.def" | sort)
check "the shim exports the rows of calls.def" "$exported" "$wanted"
# dlopen, dladdr, dlinfo and dlvsym are for the start; nothing here allocates, prints or locks after it.
taken="__cxa_at_quick_exit __environ __errno_location __pthread_register_cancel __pthread_unregister_cancel
	__register_atfork __sigsetjmp dirfd dladdr dlinfo dlopen dlsym dlvsym environ fileno getauxval pthread_self"
check "the shim takes no allocator, lock or output from libc" \
	"$(nm -D --undefined-only "$shim" | sed -n 's/.* U \([A-Za-z0-9_]*\).*/\1/p' | sort | tr '\n' ' ')" "$(echo $taken | tr ' ' '\n' | sort | tr '\n' ' ')"
check "the shim links libc alone" "$(readelf -d "$shim" | awk '/NEEDED/ {print $NF}' | tr '\n' ' ')" "[libc.so.6] "

summary
