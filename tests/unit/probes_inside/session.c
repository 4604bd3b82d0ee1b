/* SPDX-License-Identifier: Apache-2.0 */
/* Images that begin and end, and whose events are whose. */
#include "session.inc.c"

#include <signal.h>

TestSuite(session, .init = session_start, .fini = session_stop);

static void send_fork(uint32_t image, uint32_t child_tgid, uint32_t child_tid, uint32_t flags,
		      uint64_t open)
{
	struct probe_fork event = {.child_tgid = child_tgid,
				   .child_tid = child_tid,
				   .child_image = image + 10,
				   .flags = flags,
				   .thread_pointer = 0x7000 + child_tid,
				   .start_ns = 90000000};
	event.head = head_of(image, PID, 500, PROBE_FORK, sizeof(event));
	if (!(flags & PROBE_FORK_THREAD))
		send_bits(event.child_image, PROBE_BITS_FORK, open);
	SEND(event);
}

Test(session, a_held_child_is_recorded_from_its_exec_on)
{
	cr_assert(eq(int, session_follow(session, PID), 0));
	struct probe_open event = {.fd = 3, .from = -1};
	event.head = head_of(IMAGE - 1, PID, 50, PROBE_OPEN, sizeof(event));
	SEND(event);
	cr_assert(eq(sz, session->alive, 1));
	send_exec(100, IMAGE - 1, IMAGE, 0x8);
	cr_assert(eq(sz, session->alive, 1));
	send_end(900, SIGKILL, 0x8);
	cr_assert(eq(sz, session->alive, 0));
	cr_assert(not(zero(ptr, strstr(told(), "create:3@100/"))));
	cr_assert(eq(u32, record.process_count, 1));
	cr_assert(eq(int, record.processes[0].origin, TRACK_ORIGIN_START));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_SIGNAL));
	cr_assert(eq(i32, record.processes[0].code, SIGKILL));
	cr_assert(eq(str, record.names[0][0], "x"));
}

Test(session, an_exec_ends_an_image_and_takes_along_what_stays_open)
{
	send_exec(100, 0, IMAGE - 1, 0);
	struct probe_open event = {
		.fd = 3,
		.from = -1,
		.nr = SYS_socket,
		.file = {.mode = S_IFSOCK, .family = AF_INET, .type = SOCK_STREAM}};
	event.head = head_of(IMAGE - 1, PID, 200, PROBE_OPEN, sizeof(event));
	SEND(event);
	send_exec(300, IMAGE - 1, IMAGE, 0x8);
	send_end(900, 0, 0x8);
	told();
	cr_assert(eq(u32, record.process_count, 2));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_EXEC));
	cr_assert(eq(u64, record.processes[0].end_ns, 300));
	cr_assert(eq(u32, record.processes[1].image, 1));
	cr_assert(not(zero(ptr, strstr(record.text, "create:3@300/"))));
}

Test(session, a_fork_has_a_spool_of_its_own)
{
	send_exec(100, 0, IMAGE, 0x8);
	send_fork(IMAGE, PID - 1, PID - 1, 0, 0x8);
	cr_assert(eq(sz, session->alive, 2));
	send_end(900, 0, 0);
	cr_assert(eq(sz, session->alive, 1));
	told();
	cr_assert(eq(u32, record.process_count, 2));
	cr_assert(eq(int, record.processes[1].origin, TRACK_ORIGIN_FORK));
	cr_assert(eq(i32, record.processes[1].ppid, (int32_t)PID));
	cr_assert(eq(u64, record.processes[1].start_ns, 500));
	cr_assert(eq(str, record.names[1][1], "x"), "as its parent");
	cr_assert(not(zero(ptr, strstr(record.text, "create:3@500/2147483631"))));
}

Test(session, a_child_on_borrowed_memory_is_silent)
{
	send_exec(100, 0, IMAGE, 0x8);
	send_fork(IMAGE, PID - 1, PID - 1, PROBE_FORK_SHARES_MEMORY | PROBE_FORK_WAITS, 0x8);
	told();
	cr_assert(eq(u32, record.process_count, 1));
	send_end(900, 0, 0);
}

Test(session, one_that_runs_beside_its_parent_on_its_memory_is_told)
{
	send_exec(100, 0, IMAGE, 0x8);
	send_fork(IMAGE, PID - 1, PID - 1, PROBE_FORK_SHARES_MEMORY, 0x8);
	told();
	cr_assert(eq(u32, record.process_count, 2));
	send_end(900, 0, 0);
}

Test(session, events_of_nobody_do_no_harm)
{
	send_open(7, 200, 3);
	send_end(300, 0, 1);
	cr_assert(eq(sz, session->alive, 0));
	struct probe_close event = {.fd = 3};
	send_exec(400, 0, IMAGE, 0);
	event.head = HEAD(CLOSE, 7, 500);
	event.head.bytes = 20; /* cut */
	SEND(event);
	send_end(900, 0, 0);
	cr_assert(zero(ptr, strstr(told(), "destroy:")));
}

Test(session, a_thread_is_born_by_the_call_that_was_expected)
{
	send_exec(100, 0, IMAGE, 0);
	struct traced *traced = session_find(session, PID);
	traced->hides_joins = true;
	threads_expect(traced, PID,
		       &(struct thread_expected){.start_routine = 0x44,
						 .call = TRACK_CALL_pthread_create});
	send_fork(IMAGE, PID, 7, PROBE_FORK_THREAD, 0);
	struct probe_thread_end end = {.thread_pointer = 0x7007};
	end.head = head_of(IMAGE, 7, 600, PROBE_THREAD_END, sizeof(end));
	SEND(end);
	send_fork(IMAGE, PID, 8, PROBE_FORK_THREAD, 0);
	end.head = head_of(IMAGE, 8, 700, PROBE_THREAD_END, sizeof(end));
	end.head.flags = PROBE_WITH_ALL;
	SEND(end);
	send_end(900, 0, 0);
	const char *text = told();
	cr_assert(not(zero(ptr, strstr(text, "create:28679@500/7 "))));
	cr_assert(not(zero(ptr, strstr(text, "done:28679@600/7 "))));
	cr_assert(not(zero(ptr, strstr(text, "create:28680@500/8 "))));
	cr_assert(zero(ptr, strstr(text, "done:28680@")), "its process took it along");
	cr_assert(not(zero(ptr, strstr(text, "census:8@900/"))));
	cr_assert(zero(ptr, strstr(text, "census:7@900/")));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_JOINS_UNSEEN], 1),
		  "of the one that nobody told of");
}

Test(session, a_thread_that_runs_at_exit_is_alive_then)
{
	send_exec(100, 0, IMAGE, 0);
	send_fork(IMAGE, PID, 7, PROBE_FORK_THREAD, 0);
	struct probe_exiting event = {.status = 0};
	event.head = HEAD(EXITING, PID, 600);
	SEND(event);
	struct probe_thread_end end = {0};
	end.head = head_of(IMAGE, 7, 610, PROBE_THREAD_END, sizeof(end));
	SEND(end);
	send_end(900, 0, 0);
	const char *text = told();
	cr_assert(not(zero(ptr, strstr(text, "census:7@600/"))));
	cr_assert(zero(ptr, strstr(text, "done:")));
	cr_assert(eq(int, record.processes[0].census_threads, 1));
}

/* Spools are settled as far as the ring is. */
Test(session, nothing_is_told_before_it_is_settled)
{
	struct collector *collector;
	struct collect_sink sink = log_sink(&record);
	uint64_t events;
	record = (struct log){0};
	send_exec(100, 0, IMAGE, 0);
	send_open(7, 200, 3);
	session_settle(session, 200);
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
	cr_assert(eq(int, collector_add(collector, folder), 0));
	cr_assert(eq(int, collector_poll(collector, true, &events), 0));
	cr_assert(eq(u64, events, 0));
	session_settle(session, 200); /* and again: nothing new */
	send_close(7, 300, 3, 0);
	session_settle(session, 301);
	cr_assert(eq(int, collector_poll(collector, true, &events), 0));
	cr_assert(eq(u64, events, 2));
	int32_t pids[1];
	cr_assert(eq(sz, collector_alive(collector, pids, 1), 1));
	send_end(900, 0, 0);
	cr_assert(eq(int, collector_poll(collector, true, &events), 0));
	cr_assert(eq(sz, collector_alive(collector, pids, 1), 0));
	collector_destroy(collector);
}

Test(session, what_the_kernel_lost_is_noted_of_whom_it_was)
{
	send_exec(100, 0, IMAGE, 0);
	traced_image = IMAGE;
	traced_lost = 4;
	cr_assert(eq(int, session_count_lost(session, 9, 2), 0));
	traced_lost = 5;
	cr_assert(eq(int, session_count_lost(session, 10, 0), 0));
	send_end(900, 0, 0);
	told();
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_EVENTS], 10));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_TABLES], 2));
}

static void send_end_after(uint64_t time_ns, uint64_t lost, uint64_t lost_of_all)
{
	struct probe_end event = {.lost = lost, .lost_of_all = lost_of_all};
	event.head = head_of(IMAGE, 7, time_ns, PROBE_END, sizeof(event));
	SEND(event);
}

Test(session, what_was_lost_before_the_end_is_noted_at_the_end)
{
	send_exec(100, 0, IMAGE, 0);
	send_end_after(900, 7, 9);
	cr_assert(eq(int, session_count_lost(session, 9, 0), 0));
	told();
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_EVENTS], 9));
}

Test(session, what_is_noted_already_is_not_noted_again_at_the_end)
{
	send_exec(100, 0, IMAGE, 0);
	traced_image = IMAGE;
	traced_lost = 3;
	cr_assert(eq(int, session_count_lost(session, 9, 0), 0));
	/* More than are known of all: the next look says so. */
	traced_lost = 12;
	cr_assert(eq(int, session_count_lost(session, 10, 0), 0));
	send_end_after(900, 12, 12);
	told();
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_EVENTS], 12));
}

/* The loader comes to it late; rtctrack's own child before it has no notes. */
Test(session, what_an_image_lost_since_its_exec_is_its_own)
{
	cr_assert(eq(int, session_follow(session, PID), 0));
	traced_image = IMAGE;
	traced_lost = 5;
	send_exec(100, IMAGE - 1, IMAGE, 0);
	cr_assert(eq(int, session_count_lost(session, 5, 0), 0));
	send_end_after(900, 5, 5);
	told();
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_EVENTS], 5));
}

Test(session, whose_end_was_lost_is_over_at_the_second_look)
{
	send_exec(100, 0, IMAGE, 0);
	traced_image = 0;
	cr_assert(eq(int, session_count_lost(session, 1, 0), 0));
	cr_assert(eq(sz, session->alive, 1));
	cr_assert(session->looks_again);
	cr_assert(eq(int, session_count_lost(session, 1, 0), 0));
	cr_assert(eq(sz, session->alive, 0));
	told();
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_EVENTS], 1));
	cr_assert(eq(int, record.processes[0].census_fds, 0));
}

/* Frame by frame, as the kernel walks. */
static void send_open_with_stack(uint64_t time_ns, int fd, const uint64_t *addresses, size_t count)
{
	struct {
		struct probe_open open;
		uint64_t stack[8];
	} event = {.open = {.fd = fd, .from = -1}};
	event.open.head = head_of(IMAGE, 7, time_ns, PROBE_OPEN, sizeof(event));
	event.open.head.stack_how = PROBE_STACK_FRAMES;
	event.open.head.stack_offset = sizeof(event.open);
	event.open.head.stack_bytes = (uint32_t)(count * sizeof(*addresses));
	memcpy(event.stack, addresses, count * sizeof(*addresses));
	SEND(event.open);
}

Test(session, a_stack_is_told_when_it_is_met_first)
{
	send_exec(100, 0, IMAGE, 0);
	send_open_with_stack(200, 3, (const uint64_t[]){5, 6}, 2);
	send_open_with_stack(300, 4, (const uint64_t[]){5, 6}, 2);
	send_open_with_stack(400, 5, (const uint64_t[]){6, 5}, 2);
	send_end(900, 0, 0);
	const char *text = told();
	const char *first = strstr(text, "stack:");
	cr_assert(not(zero(ptr, (void *)first)));
	const char *second = strstr(first + 1, "stack:");
	cr_assert(not(zero(ptr, (void *)second)));
	cr_assert(zero(ptr, strstr(second + 1, "stack:")));
}

/* A process of ours that runs: what it has is of before, what it opens then is not. */
Test(session, what_a_running_process_has_is_from_before)
{
	int ends[2];
	cr_assert(eq(int, pipe(ends), 0));
	pid_t child = fork();
	if (!child) {
		for (;;)
			pause();
	}
	session->options.kernel.traced = NULL;
	cr_assert(eq(int, session_attach(session, (uint32_t)child), 0));
	struct traced *traced = session_find(session, (uint32_t)child);
	struct probe_close event = {.fd = ends[0], .nr = SYS_close};
	event.head = head_of(traced->image, (uint32_t)child, traced->start_ns + 1, PROBE_CLOSE,
			     sizeof(event));
	SEND(event);
	struct probe_open opened = {.fd = ends[1], .from = -1}; /* opened while we looked */
	opened.head = head_of(traced->image, (uint32_t)child, traced->start_ns + 2, PROBE_OPEN,
			      sizeof(opened));
	SEND(opened);
	uint64_t start_ns = traced->start_ns;
	session_settle(session, start_ns);
	cr_assert(not(zero(ptr, traced->seed)), "what was closed while we looked may still come");
	session_settle(session, UINT64_MAX / 2);
	cr_assert(zero(ptr, traced->seed));
	kill(child, SIGKILL);
	const char *text = told();
	char expected[128];
	snprintf(expected, sizeof(expected), "create:%d@%lu/%d ", ends[0], start_ns, (int)child);
	cr_assert(not(zero(ptr, strstr(text, expected))));
	snprintf(expected, sizeof(expected), "destroy:%d@%lu/", ends[0], start_ns + 1);
	cr_assert(not(zero(ptr, strstr(text, expected))));
	snprintf(expected, sizeof(expected), "create:%d@%lu/", ends[1], start_ns + 2);
	cr_assert(not(zero(ptr, strstr(text, expected))));
	snprintf(expected, sizeof(expected), "create:%d@%lu/", ends[1], start_ns);
	cr_assert(zero(ptr, strstr(text, expected)));
	cr_assert(not(zero(u64, record.notes[TRACK_NOTE_BEFORE])));
	cr_assert(eq(int, record.processes[0].origin, TRACK_ORIGIN_ATTACHED));
	cr_assert(not(zero(ptr, strstr(text, "module:/"))));
}

Test(session, who_is_gone_cannot_be_attached_to)
{
	cr_assert(eq(int, session_attach(session, PID), -3));
	cr_assert(eq(sz, session->alive, 0));
}
