#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two engines, one trace: programs are recorded by the shim and by probes, and what sequence.sql tells of
# both traces must be equal, line by line. What differs is printed.
#   tests/probes/sequence.sh [--full] [BUILD] [NAME...]        (default build/release)
# --full: what calls that open descriptors open is closed too.
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=sequence forms=leave
[ "${1:-}" = --full ] && forms="leave close" && shift
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
[ $# -gt 0 ] && shift
only=" $* "
. "$here/../check.sh"
. "$here/build.sh"
rtctrack=$build/cli/rtctrack live=$build/tests/live scenario=$build/samples/scenarios/dc-scenario
bin=$build/tests/probes programs=$here/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
cd "$work" || exit 2
touch scratch

# What is known to differ, and why: ENGINE | which lives of its trace (a condition on resource r) | why.
# They are set aside, and counted on the line of their program. More are in sequence.sql: a process that was
# killed has a last look by the kernel, and a fork of it its signal; no socket has an address that nobody gave
# it; what stdio writes to files passes no wrapper; a file that libc opens has the name by which it does that;
# and a thread is born inside of the call that makes it, not when it runs first.
known() {
	cat <<END
probes | r.kind = 'fd' AND EXISTS (SELECT 1 FROM stack_text s WHERE s.stack_id = r.birth_stack AND s.position = 0 AND s.module GLOB '*/ld-linux*') | opened by the loader itself, whose calls pass no library
probes | r.kind = 'fd' AND EXISTS (SELECT 1 FROM stack_text s WHERE s.stack_id = r.birth_stack AND s.position < 5 AND s.function IN ($inside_libc)) | libc opens it for itself, whose calls pass no wrapper
probes | r.class = 'fd' AND r.inherited AND (SELECT origin FROM process WHERE id = r.process_id) = 'fork' | another thread was opening it when its process forked, and the child is over
END
}
# Functions of libc that open something, and close it before they return.
inside_libc="'read_sysfs_file', '__tzfile_read', '__netlink_open', '__opensock', 'check_may_shrink_heap'"

# Calls inside of which libc opens, copies and closes more than their wrappers tell.
opaque=" popen freopen freopen64 forkpty "

# A program: mode | name | command. numbers: each descriptor's number and its turn too. sums: how many lines
# are alike, since threads race for the numbers. sorts: which descriptors, threads and findings there are,
# where even how many hangs on the time. bare: who made it is not told, since the shim walks no small stack.
table() {
	local name form
	for name in exit _exit exit-group sigkill abort sigsegv sigterm at-exit close-range close-loop dense syscall dup accept errno \
		mlockall stream-closed-twice use-after-close close-anothers cancelled-close vfork fork spawn exec \
		late-destructor quick-exit socket-flags errno-kept limit wants-refusal handler-in-malloc \
		clone-vm cleaned-environment record-lock probe-numbers thread-frames; do
		echo "numbers|$name|$live/live_host $name"
	done
	for name in signal-stack small-stack; do
		echo "numbers bare|$name|$live/live_host $name"
	done
	for name in cancelled-join threads short-threads idle-threads daemon; do
		echo "sums|$name|$live/live_host $name"
	done
	for name in forgotten-threads c11-threads fork-in-handler fork-under-load; do
		echo "sorts|$name|$live/live_host $name"
	done
	# In a handler the shim may find its unwinder at work; probes have the stack.
	for name in signals signals-in-children; do echo "sorts bare|$name|$live/live_host $name"; done
	for name in $("$live/live_calls" list); do
		[[ "$opaque" != *" $name "* ]] || continue
		for form in $forms; do echo "numbers|call $name $form|$live/live_calls $form $name"; done
	done
	echo "sums|annotated.c|$live/live_annotated_c"
	echo "sums|annotated.cc|$live/live_annotated_cc"
	for name in $("$live/live_annotated_unusual_cc" | grep -v '^wrong-'); do echo "sums|annotated $name|$live/live_annotated_unusual_cc $name"; done
	for name in rights vforks execs killed thrower; do
		for form in leak close; do echo "numbers|$name $form|$bin/$name $form"; done
	done
	for form in leak close; do echo "sums|plain $form|$bin/plain $form"; done
	for name in candidate-refs lost-waker no-cleanup missing-decrease publisher-stream-cycle consumer-send-too-big \
		timer-sends-after-close close-event-dropped pipes-per-reconnect control-shared-mux; do
		for form in buggy fixed; do echo "sorts|$name $form|$scenario $name --form $form --grace 0.6"; done
	done
}

# prepare ENGINE: the temporary views that sequence.sql reads
prepare() {
	local engine condition why
	echo "CREATE TEMP VIEW options AS SELECT '$mode' LIKE 'numbers%' AS numbers, '$mode' NOT LIKE 'sorts%' AS traffic, '$mode' NOT LIKE '% bare' AS places;"
	echo "CREATE TEMP TABLE set_aside (resource_id INTEGER, reason TEXT);"
	known | while IFS='|' read -r engine condition why; do
		[ "${engine// /}" = "$1" ] || continue
		echo "INSERT INTO set_aside SELECT r.id, '$why' FROM resource r WHERE $condition;"
	done
}
# What a run makes up itself.
# shm_open and mq_open give names that the kernel has below a folder of its own, or without the slash.
masked() { sed -E 's#/dev/shm/rtctrack#/rtctrack#; s#named rtctrack-test#named /rtctrack-test#; s#scratch-[A-Za-z0-9]{6}#scratch-*#; s#rtctrack-test-[0-9]+#rtctrack-test-*#; s#/dev/pts/[0-9]+#/dev/pts/N#'; }

lines_numbers() { cat; }
lines_sums() { sort | uniq -c; }
lines_sorts() { grep -vE '^(act|reference|stray) |^life [^:]*: (object|callback|task|timer|scope) ' | sed -E 's/^(finding: .*) [0-9]+, by /\1, by /' | sort -u; }

# told ENGINE COMMAND...: ENGINE.db and ENGINE.txt; its exit code and output in ENGINE.out
told() {
	local engine=$1
	shift
	rm -f "$engine".*
	timeout -k 5 100 "$rtctrack" run --engine "$engine" --quiet --pack none --grace 0.6 -o "$engine.db" -- "$@" >"$engine.own" 2>"$engine.err" </dev/null
	echo "exit code $?" >"$engine.txt"
	{ prepare "$engine" && cat "$here/sequence.sql"; } >"$engine.sql"
	sqlite3 -batch "$engine.db" <"$engine.sql" 2>&1 | masked | "lines_${mode% bare}" >>"$engine.txt"
	{ grep -E '^(CREATE TEMP TABLE|INSERT)' "$engine.sql" && echo "SELECT count(*) FROM set_aside;"; } | sqlite3 -batch "$engine.db" >"$engine.aside" 2>&1
}

# Where a loop runs faster than its first stacks are looked at, the ring has room for events alone, and says so.
skipped_stacks() { [ "$(sqlite3 -batch probes.db "SELECT coalesce(sum(count), 0) FROM note WHERE name = 'stacks-skipped'")" != 0 ]; }
without_places() { # FILE...
	local file
	for file; do
		sed -E 's/, by [^,]*$//' "$file" | awk '/^ *[0-9]+ / {n = $1; sub(/^ *[0-9]+ /, ""); sums[$0] += n; next} {print} END {for (line in sums) print sums[line], line}' | sort -u >"$file.less" &&
			mv "$file.less" "$file"
	done
}

compare() { # NAME COMMAND...
	local name=$1
	shift
	told shim "$@"
	if [ "$(head -1 shim.txt)" = "exit code 77" ]; then
		skip "$name" "$(tail -1 shim.err)"
		return
	fi
	told probes "$@"
	if skipped_stacks; then without_places shim.txt probes.txt; fi
	if [ "$(wc -l <shim.txt)" -lt 2 ]; then
		fail "$name" "the shim's trace tells nothing: $(tail -1 shim.err)"
	elif cmp -s shim.txt probes.txt; then
		ok "$name: $(wc -l <shim.txt) lines, $(cat probes.aside) lives set aside"
	else
		fail "$name" "what is told differs: $(diff shim.txt probes.txt | grep -c '^[<>]') lines, < the shim, > probes"
		diff shim.txt probes.txt | grep '^[<>]' | head -12 | sed 's/^/        /'
	fi
}

wanted() {
	local word
	[ "$only" = "  " ] && return
	for word in $only; do [[ "$1" == *"$word"* ]] && return; done
	return 1
}

build_programs
if ! why=$(have_probes "$rtctrack"); then
	skip "all" "$why"
	summary
	exit
fi
# lane NUMBER: each so-many-th row, in a folder of its own
lanes=3
lane() {
	local row=0 mode name command
	mkdir "lane$1" && cd "lane$1" || return
	while IFS='|' read -r mode name command <&3; do
		wanted "$name" || continue
		[ $((row++ % lanes)) = "$1" ] || continue
		begin_check
		# shellcheck disable=SC2086 # words
		compare "$name" $command
	done 3< <(table)
}
for ((number = 0; number < lanes; number++)); do (lane "$number") >"checks$number" 2>&1 & done
wait
cat checks*
passed=$(cat checks* | grep -c '^ok ') failed=$(cat checks* | grep -c '^FAIL ') skipped=$(cat checks* | grep -c '^skipped ')
summary
