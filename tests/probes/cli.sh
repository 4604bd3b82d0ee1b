#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command around the probes engine: choosing an engine, attach, and what is said where probes do not work.
#   tests/probes/cli.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=probes-cli
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
work=$(mktemp -d)
chmod 755 "$work"
children=()
cleanup() {
	local child
	for child in "${children[@]}"; do kill -KILL "$child" 2>/dev/null; done
	rm -rf "$work"
}
trap cleanup EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
mkdir spools

# A program that forgets a socket for each line it reads, and says so: nothing depends on time.
cat >forget.c <<'END'
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((noinline)) static int forget_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	__asm__ volatile("" : : "r"(fd));
	return fd;
}

__attribute__((noinline)) static void close_again(int fd)
{
	close(fd);
	close(fd);
}

int main(void)
{
	char line[64];
	int last = -1;

	setvbuf(stdout, NULL, _IONBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		if (line[0] == 'o')
			last = forget_socket();
		else if (line[0] == 'c')
			close_again(last);
		else if (line[0] == 'f' && fork() == 0) {
			forget_socket();
			_exit(0);
		} else if (line[0] == 'u')
			printf("%d ", (int)geteuid());
		printf("done\n");
	}
	return 7;
}
END
cc -g -O1 -o forget forget.c && cc -g -O1 -static -o forget_static forget.c || exit 2

# begin PROGRAM: it runs as $target; ask LETTER: it does that and has answered when this returns
begin() {
	rm -f in out && mkfifo in out
	"./$1" <in >out 2>target.err &
	target=$!
	children+=("$target")
	exec 7>in 8<out
}
ask() {
	local answer
	echo "$1" >&7
	read -r -t 30 answer <&8
}
end() {
	exec 7>&- 8<&-
	wait "$target"
	ended=$?
}
sql() { sqlite3 -batch t.db "$1" 2>&1 | tr '\n' ' ' | sed 's/ $//'; }
findings="SELECT group_concat(rule || ' ' || state || ' ' || class || ' ' || count || coalesce(' ' || culprit_function, ''), ', ')
	FROM (SELECT * FROM finding WHERE class = 'udp' ORDER BY rank)"

# attach OPTION...: to $target, as $recorder, which has begun when this returns
attach() {
	rm -f t.db report attach.err
	"$rtctrack" attach --spool-dir spools -o t.db --report-file report "$@" "$target" >/dev/null 2>attach.err 7>&- 8<&- &
	recorder=$!
	children+=("$recorder")
	eventually has_begun
}
has_begun() { grep -q '^rtctrack: recording ' attach.err || ! kill -0 "$recorder" 2>/dev/null; }
stop() {
	kill "-$1" "$recorder"
	wait "$recorder"
	code=$?
}
runs_left() { find spools -mindepth 1 | wc -l; }

# What is said without probes, wherever this runs.
"$rtctrack" attach >/dev/null 2>err
check "attach to nobody says how" "$? $(head -1 err)" "2 rtctrack: attach to which process?"
"$rtctrack" attach 1x >/dev/null 2>err
check "attach to no number says how" "$? $(head -1 err)" "2 rtctrack: '1x' is not a process id"
sleep 0 &
gone=$!
wait "$gone"
"$rtctrack" attach "$gone" >/dev/null 2>err
check "attach to who is gone" "$? $(head -1 err)" "2 rtctrack: process $gone is not there"
sh -c 'exec "$0" attach $$' "$rtctrack" >/dev/null 2>err
check "attach to itself" "$? $(grep -c 'is this rtctrack itself' err)" "2 1"
if [ "$(cat /proc/2/comm 2>/dev/null)" = kthreadd ]; then
	"$rtctrack" attach 2 >/dev/null 2>err
	check "attach to a thread of the kernel" "$? $(grep -c 'thread of the kernel' err)" "2 1"
else
	skip "attach to a thread of the kernel" "there is none to be seen"
fi
"$rtctrack" run --cgroup /sys/fs/cgroup -- true >/dev/null 2>err
check "a cgroup needs probes" "$? $(head -1 err)" "2 rtctrack: only probes follow the processes of a --cgroup"
"$rtctrack" run --spool-dir spools -o t.db -- true >/dev/null 2>err
check "auto takes the shim for an ordinary program" "$? $(sql "SELECT value FROM meta WHERE key = 'engine'")" "0 shim"

# Without privilege: nothing starts where probes are asked for, and auto goes on without them.
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
if [ "$(id -u)" = 0 ] && "${nobody[@]}" test -x "$rtctrack" 2>/dev/null; then
	mkdir -m 777 open
	: >started && chmod 666 started
	"${nobody[@]}" env TMPDIR="$work/open" XDG_RUNTIME_DIR= "$rtctrack" run --engine probes -o open/n.db -- sh -c 'echo yes >started' >/dev/null 2>err
	check "no privilege: the program is not started" "$? $(cat started)" "2 "
	check "no privilege: it says what lacks" "$(grep -c 'the probes engine does not work here: .' err)" 1
	"${nobody[@]}" env TMPDIR="$work/open" XDG_RUNTIME_DIR= "$rtctrack" run -o open/n.db -- ./forget_static </dev/null >/dev/null 2>err
	check "no privilege: auto runs a static program all the same" "$?" 7
	check "no privilege: and says what is missed, and why" "$(tr '\n' ' ' <err | grep -c 'is statically linked.*nothing of it is recorded.*let probes in the kernel record it: .')" 1
	"${nobody[@]}" "$rtctrack" attach $$ >/dev/null 2>err
	check "no privilege: attach says so" "$? $(grep -c 'since probes do not work here: .' err)" "2 1"
	"${nobody[@]}" env TMPDIR="$work/open" XDG_RUNTIME_DIR= "$rtctrack" doctor >doctor.out 2>&1
	check "no privilege: doctor says what probes lack, and that recording works" \
		"$? $(grep -c '^note *probes: .' doctor.out | sed 's/[1-9][0-9]*/some/') $(tail -1 doctor.out)" "0 some recording works here"
else
	skip "no privilege" "needs root, setpriv and a build that others may read"
fi

if ! "$rtctrack" run --engine probes --spool-dir spools -o t.db -- true >/dev/null 2>err; then
	skip "everything by probes" "$(head -1 err)"
	summary
	exit
fi

"$rtctrack" doctor >doctor.out 2>&1
check "doctor records a static program by probes" "$? $(grep -c '^ok *probes: recording a static program works' doctor.out)" "0 1"
check "doctor finds nothing that probes lack" "$(grep -c '^[a-z]* *probes: ' doctor.out) " "$(grep -c '^ok *probes: ' doctor.out) "
"$rtctrack" run --engine probes --spool-dir spools -o t.db -- env >env.probes 2>/dev/null
env >env.bare
check "probes change no environment" "$(diff <(grep -v '^_=' env.bare | sort) <(grep -v '^_=' env.probes | sort))" ""
check "an engine is in the trace" "$(sql "SELECT value FROM meta WHERE key = 'engine'")" probes

# auto, of a program that nothing can be preloaded into.
printf 'o\n' | "$rtctrack" run --spool-dir spools -o t.db -- ./forget_static >/dev/null 2>err
check "auto takes probes for a static program" "$? $(sql "SELECT value FROM meta WHERE key = 'engine'") $(grep -c 'probes in the kernel record it' err)" "7 probes 1"
check "auto: what the static program forgets is found" "$(sql "$findings")" "fd-leak at-exit udp 1 forget_socket"
printf 'o\n' | "$rtctrack" run --quiet --engine shim --spool-dir spools -o t.db -- ./forget_static >/dev/null 2>err
check "quiet: not a word about it" "$(cat err)" ""

# Probes see who changes his user, and leave him all his rights.
cp forget_static forget_setuid && chown 65534 forget_setuid && chmod 4755 forget_setuid
printf 'u\no\n' | "$rtctrack" run --spool-dir spools -o t.db -- ./forget_setuid >setuid.out 2>err
check "a setuid program is as bare" "$? $(head -1 setuid.out)" "7 65534 done"
check "a setuid program is recorded" "$(sql "$findings")" "fd-leak at-exit udp 1 forget_socket"

# With the two capabilities that it asks for and no more, it is as root of one's own programs.
some=("${nobody[@]}" --inh-caps=-all,+bpf,+perfmon --ambient-caps=-all,+bpf,+perfmon env TMPDIR="$work/open" XDG_RUNTIME_DIR=)
if "${some[@]}" "$rtctrack" run --engine probes -o open/n.db -- true >/dev/null 2>err; then
	printf 'o\n' | "${some[@]}" "$rtctrack" run --engine probes -o open/n.db -- ./forget >/dev/null 2>err
	cp open/n.db t.db
	check "two capabilities: stacks have names" "$(sql "$findings")" "fd-leak at-exit udp 1 forget_socket"
	"${some[@]}" "$rtctrack" doctor >doctor.out 2>&1
	"${some[@]}" "$rtctrack" attach -o open/n.db $$ >/dev/null 2>err
	check "two capabilities: attach to a process of another user says what it needs" \
		"$? $(grep -c "^rtctrack: cannot attach to process $$: Permission denied: .* CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH too" err)" "2 1"
	check "two capabilities: doctor says what those of others need" \
		"$(grep -c '^ok *probes: privilege: .*of other users also need CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH' doctor.out)" 1
else
	skip "two capabilities" "$(head -1 err)"
fi

# attach: what is there is of unknown origin, what comes is judged.
begin forget
ask o
ask o
attach
ask o
ask o
ask o
stop INT
check "attach: ended by Ctrl-C it reports, and exits with 0" "$code $(grep -c '^rtctrack' report)" "0 1"
check "attach: only what was opened after is held against it" "$(sql "$findings")" \
	"fd-leak at-exit udp 3 forget_socket, fd-leak unknown-origin udp 2"
check "attach: since when the others are there is not said" \
	"$(awk '/ unknown-origin /, /^$/' report | grep 'e\.g\. ' | grep -o 'before the .*' | sort -u)" "before the recording began"
check "attach: its duration is that of the recording" \
	"$(sql "SELECT abs(m.value - (SELECT min(start_ns) FROM process)) / 1e9 - $(sed -n '1s/.*  \([0-9.]*\) s,.*/\1/p' report) BETWEEN -0.011 AND 0.011 FROM meta m WHERE m.key = 'ended_ns'")" 1
check "attach: the process goes on, and it is said so" "$(kill -0 "$target" && echo alive) $(sql "SELECT end || ' ' || origin FROM process")" "alive running attached"
check "attach: the sentence is about the recording's end" "$(sql "SELECT message FROM finding WHERE state = 'at-exit' AND class = 'udp'")" \
	"3 UDP sockets opened here were still open when the recording ended"
check "attach: nothing is left behind" "$(runs_left)" 0
attach --gate
ask c
stop TERM
check "attach once more: a second close is wrong whatever was before" "$(sql "SELECT rule || ' ' || state FROM finding WHERE class = 'udp' AND state = 'broken'")" "double-close broken"
check "attach --gate: findings fail it" "$code" 23
attach --gate
stop INT
check "attach --gate: what was there before fails nothing" "$code" 0
check "attach: and is no place to start at" "$(grep -c 'next: start' report) $(grep -c '^trace: ' report)" "0 1"
attach
ask f
end
wait "$recorder"
code=$?
check "attach: it ends with the process" "$code $ended" "0 7"
check "attach: its children are recorded" "$(sql "$findings" | grep -o 'fd-leak at-exit udp 1 forget_socket')" "fd-leak at-exit udp 1 forget_socket"

# mark finds the run by the pid attached to, and from inside of a program by its ancestors.
begin forget
attach
"$rtctrack" mark --spool-dir spools --run "$target" round 1 >/dev/null 2>err
check "mark finds an attached run" "$? $(cat err)" "0 "
stop INT
check "mark: it is in the trace" "$(sql "SELECT text FROM mark")" "round 1"
attach --timeout 0.2
wait "$recorder"
check "attach --timeout ends the watch, and nothing else" "$? $(kill -0 "$target" && echo alive)" "0 alive"
end
begin forget
attach
kill -KILL "$recorder"
wait "$recorder" 2>/dev/null
ask o
end
check "a killed recorder does the process no harm" "$ended" 7
XDG_RUNTIME_DIR='' TMPDIR=$work "$rtctrack" run --engine probes -o t.db -- "$rtctrack" mark inside >/dev/null 2>err
check "mark inside of a program that probes record" "$? $(sql "SELECT text FROM mark")" "0 inside"

# Processes that the shim records already.
mkfifo in2 out2
"$rtctrack" run --quiet --spool-dir spools -o shim.db -- ./forget <in2 >out2 2>/dev/null &
shim_run=$!
children+=("$shim_run")
exec 7>in2 8<out2
ask o
target=$(pgrep -P "$shim_run" -x forget)
attach
ask o
stop INT
check "attach to what the shim records: it is said and done" \
	"$code $(grep -c 'has the preloaded library in it' attach.err) $(sql "$findings")" \
	"0 1 fd-leak at-exit udp 1 forget_socket, fd-leak unknown-origin udp 1"
exec 7>&- 8<&-
wait "$shim_run"

# both: the shim records, and what passes no wrapper is added to its spools.
cat >raw.c <<'END'
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) static long raw(long number, long first, long second, long third)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(first), "S"(second), "d"(third)
			 : "rcx", "r11", "memory");
	return result;
}

#define KEEP(fd) __asm__ volatile("" : : "r"(fd))

__attribute__((noinline)) static int forget_raw(void)
{
	int fd = (int)raw(SYS_socket, AF_INET, SOCK_DGRAM, 0);

	KEEP(fd);
	return fd;
}

__attribute__((noinline)) static int forget_called(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	KEEP(fd);
	return fd;
}

int main(int argc, char **argv)
{
	int called, opened;

	forget_raw();
	forget_called();
	called = socket(AF_UNIX, SOCK_STREAM, 0);
	raw(SYS_close, called, 0, 0);
	opened = (int)raw(SYS_socket, AF_UNIX, SOCK_DGRAM, 0);
	close(opened);
	if (argc > 1 && strcmp(argv[1], "fork") == 0) {
		if (fork() == 0) {
			forget_raw();
			_exit(0);
		}
		wait(NULL); /* the recording ends with the program */
	}
	if (argc > 1 && strcmp(argv[1], "kill") == 0)
		raw(SYS_kill, getpid(), 9, 0);
	return 0;
}
END
cc -g -O1 -o raw raw.c || exit 2
told="SELECT group_concat(told, ', ') FROM (SELECT rule || ' ' || class || ' ' || count || ' ' || e.function AS told
	FROM finding f JOIN stack_text e ON e.stack_id = f.stack_id AND e.function LIKE 'forget%' ORDER BY told)"
"$rtctrack" run --spool-dir spools --engine shim -o t.db -- ./raw >/dev/null 2>err
check "the shim alone misses what passes no wrapper" "$(sql "$told")" "fd-leak tcp 1 forget_called"
"$rtctrack" run --spool-dir spools --engine both -o t.db -- ./raw >/dev/null 2>err
check "both: it is found beside the rest, and nothing twice" "$? $(sql "$told")" \
	"0 fd-leak tcp 1 forget_called, fd-leak udp 1 forget_raw"
check "both: an end that passes no wrapper is one" "$(sql "SELECT count(*) FROM resource WHERE class = 'unix' AND ending IS NOT 'closed'")" 0
check "both: one process, and evidence is whole" \
	"$(sql "SELECT count(*) FROM process") $(sql "SELECT count(*) FROM note WHERE weight = 'LOST'") $(sql "SELECT value FROM meta WHERE key = 'engine'")" "1 0 both"
check "both: what only the kernel told is counted" "$(sql "SELECT count FROM note WHERE name = 'kernel-only'")" 2
"$rtctrack" run --spool-dir spools --engine both -o t.db -- sh -c './raw fork; exec ./raw' >/dev/null 2>err
check "both: in children and after an exec" "$(sql "$told")" \
	"fd-leak tcp 2 forget_called, fd-leak udp 3 forget_raw"
"$rtctrack" run --spool-dir spools --engine both -o t.db -- ./raw kill >/dev/null 2>err
check "both: of what is killed" "$? $(sql "$told")" "137 fd-leak tcp 1 forget_called, fd-leak udp 1 forget_raw"
"$rtctrack" run --spool-dir spools --engine both -o t.db -- sh -c 'printf "o\n" | ./forget_static; :' >/dev/null 2>err
check "both: a static program among others" "$(sql "$told")" "fd-leak udp 1 forget_socket"

summary
