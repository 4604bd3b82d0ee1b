/* SPDX-License-Identifier: Apache-2.0 */
/* Events about descriptors, and the records that come of them. */
#include "session.inc.c"

#include <descriptors.h>
#include <errno.h>

TestSuite(descriptors, .init = session_start, .fini = session_stop);

/* What is told of threads at the end is the same in all. */
static const char *told_of_descriptors(void)
{
	const char *text = told();
	const char *at = strstr(text, "create:");
	return at ? at : text;
}

Test(descriptors, one_is_opened_used_and_closed_and_one_is_left)
{
	send_exec(100, 0, IMAGE, 0x7);
	send_open(PID, 200, 3);
	send_open(9, 300, 4);
	send_close(9, 400, 3, 2);
	send_end(900, 3 << 8, 0x17);
	cr_assert(eq(str, (char *)told_of_descriptors(),
		     "create:0@100/2147483632 create:1@100/2147483632 create:2@100/2147483632 "
		     "create:3@200/2147483632 create:4@300/9 use:3@400/9 destroy:3@400/9 "
		     "census:2147483632@900/2147483632 census_end:0@900/2147483632 "
		     "census:0@900/2147483632 census:1@900/2147483632 census:2@900/2147483632 "
		     "census:4@900/2147483632 census_end:0@900/2147483632 "));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_EXIT));
	cr_assert(eq(i32, record.processes[0].code, 3));
	cr_assert(eq(i32, record.processes[0].ppid, 1));
	cr_assert(eq(u64, record.processes[0].end_ns, 900));
	cr_assert(eq(int, record.processes[0].census_fds, 1));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_MODULES_UNSEEN], 1));
}

/* What the collector is told between the census of threads and that of descriptors. */
static void begin_image(void)
{
	send_exec(100, 0, IMAGE, 0);
}

static const char *told_between(void)
{
	static char text[4096];
	snprintf(text, sizeof(text), "%s", told());
	char *end = strstr(text, "census");
	if (end)
		*end = '\0';
	return text;
}

Test(descriptors, a_close_of_what_is_closed_is_told_and_taken_back)
{
	begin_image();
	send_open(7, 200, 3);
	send_close(7, 300, 3, 0);
	send_unopened(7, 400, 3);
	send_end(900, 0, 0);
	cr_assert(eq(str, (char *)told_between(),
		     "create:3@200/7 destroy:3@300/7 destroy:3@400/7 undo:3@400/7 "));
}

/* Some other way than a call opened it. */
Test(descriptors, a_close_of_what_nobody_was_seen_to_open_is_told)
{
	begin_image();
	send_close(7, 300, 3, 0);
	send_end(900, 0, 0);
	cr_assert(eq(str, (char *)told_between(), "destroy:3@300/7 "));
}

Test(descriptors, a_sweep_over_numbers_is_told_at_its_start)
{
	begin_image();
	send_open(7, 150, 40);
	send_close(7, 160, 40, 0);
	for (int fd = 3; fd < 60; fd++)
		send_unopened(7, 200 + (uint64_t)fd, fd);
	send_end(900, 0, 0);
	const char *text = told_between();
	cr_assert(not(zero(ptr, strstr(text, "destroy:18@218/7 undo:18@218/7 "))));
	cr_assert(zero(ptr, strstr(text, "destroy:19@")));
	cr_assert(not(zero(ptr, strstr(text, "destroy:40@240/7 undo:40@240/7 "))),
		  "what was open once is never left out");
}

Test(descriptors, what_dup2_closes_on_the_way_is_told_if_it_was_open)
{
	begin_image();
	send_open(7, 200, 5);
	struct probe_close event = {
		.fd = 5, .nr = SYS_dup2, .call = TRACK_CALL_dup2, .replaced = 1};
	event.head = HEAD(CLOSE, 7, 300);
	SEND(event);
	struct probe_undo undo = {
		.fd = 5, .last = 5, .nr = SYS_dup2, .call = TRACK_CALL_dup2, .error = EBADF};
	undo.head = head_of(IMAGE, 7, 301, PROBE_UNDO, sizeof(undo));
	SEND(undo);
	event.fd = 6; /* was not open */
	event.head.time_ns = 310;
	SEND(event);
	send_end(900, 0, 0x20);
	cr_assert(eq(str, (char *)told_between(), "create:5@200/7 destroy:5@300/7 undo:5@301/7 "));
	cr_assert(not(zero(ptr, strstr(record.text, "census:5@900"))), "it stayed open");
}

Test(descriptors, a_range_ends_what_is_open_in_it)
{
	begin_image();
	for (int fd = 3; fd < 7; fd++)
		send_open(7, 200, fd);
	counted[5] = (struct track_traffic){.out_count = 1};
	struct probe_close_range event = {
		.first = 4, .last = 5, .nr = SYS_close_range, .call = TRACK_CALL_close_range};
	event.head = HEAD(CLOSE_RANGE, 7, 300);
	SEND(event);
	send_end(900, 0, 0);
	cr_assert(eq(str, (char *)told_between(),
		     "create:3@200/7 create:4@200/7 create:5@200/7 create:6@200/7 "
		     "destroy:4@300/7 use:5@300/7 destroy:5@300/7 "));
}

Test(descriptors, a_range_that_failed_opens_only_what_it_closed)
{
	begin_image();
	send_open(7, 200, 3);
	send_open(7, 201, 4);
	send_close(7, 210, 4, 0);
	struct probe_close_range event = {.first = 3, .last = 9, .nr = SYS_close_range};
	event.head = HEAD(CLOSE_RANGE, 7, 300);
	SEND(event);
	struct probe_undo undo = {.fd = 3, .last = 9, .nr = SYS_close_range, .error = EINVAL};
	undo.head = head_of(IMAGE, 7, 301, PROBE_UNDO, sizeof(undo));
	SEND(undo);
	send_end(900, 0, 0);
	cr_assert(
		eq(str, (char *)told_between(),
		   "create:3@200/7 create:4@201/7 destroy:4@210/7 destroy:3@300/7 undo:3@301/7 "));
}

static void send_fail(uint64_t time_ns, int fd, enum track_call call, int error)
{
	struct probe_fail event = {.fd = fd, .call = (uint16_t)call, .error = error, .limit = 64};
	event.head = HEAD(FAIL, 7, time_ns);
	SEND(event);
}

Test(descriptors, misuse_is_told_once_of_what_was_open)
{
	begin_image();
	send_fail(150, 3, TRACK_CALL_send, EBADF);
	send_open(7, 200, 3);
	send_fail(250, 3, TRACK_CALL_sendto, EBADF);
	send_close(7, 300, 3, 0);
	send_fail(400, 3, TRACK_CALL_send, EBADF);
	send_fail(410, 3, TRACK_CALL_send, EBADF);
	send_fail(420, 3, TRACK_CALL_write, EBADF);
	send_open(7, 500, 3);
	send_fail(510, 3, TRACK_CALL_sendto, ENOTSOCK);
	send_fail(520, 3, TRACK_CALL_getsockname, ENOTSOCK);
	send_end(900, 0, 0);
	cr_assert(eq(str, (char *)told_between(),
		     "create:3@200/7 destroy:3@300/7 fail:3@400/7 fail:3@420/7 create:3@500/7 "
		     "fail:3@510/7 "));
}

Test(descriptors, who_may_have_no_number_at_all_wanted_that)
{
	struct probe_fail event = {.fd = -1, .call = TRACK_CALL_open, .error = EMFILE};
	begin_image();
	event.head = HEAD(FAIL, 7, 200);
	SEND(event);
	send_end(900, 0, 0);
	cr_assert(zero(ptr, strstr(told_between(), "fail:")));
}

Test(descriptors, who_gets_no_number_says_so_sixteen_times)
{
	begin_image();
	for (uint64_t i = 0; i < 20; i++)
		send_fail(200 + i, -1, TRACK_CALL_accept, EMFILE);
	send_fail(300, -1, TRACK_CALL_accept, EAGAIN);
	send_end(900, 0, 0);
	const char *text = told_between();
	cr_assert(not(zero(ptr, strstr(text, "fail:18446744073709551615@215/7 "))));
	cr_assert(zero(ptr, strstr(text, "@216/7")));
	cr_assert(zero(ptr, strstr(text, "@300/7")));
}

Test(descriptors, an_address_is_told_once)
{
	begin_image();
	send_open(7, 200, 3);
	struct probe_names event = {
		.fd = 3, .call = TRACK_CALL_bind, .local_bytes = 16, .local = {2}};
	event.head = HEAD(NAMES, 7, 210);
	SEND(event);
	event.head.time_ns = 220;
	SEND(event);
	event.local[3] = 1;
	event.head.time_ns = 230;
	SEND(event);
	event.local_bytes = 4000; /* makes no sense */
	event.head.time_ns = 240;
	SEND(event);
	send_end(900, 0, 0);
	cr_assert(eq(str, (char *)told_between(), "create:3@200/7 name:3@210/7 name:3@230/7 "));
}

/* Rings open and close without a call: the last look tells. */
Test(descriptors, what_came_by_a_ring_is_told_at_the_end)
{
	begin_image();
	struct probe_open ring = {
		.fd = 3,
		.from = -1,
		.nr = SYS_io_uring_setup,
		.file = {.mode = 0600, .magic = 0x09041934, .name = "[io_uring]"}};
	ring.head = head_of(IMAGE, 7, 200, PROBE_OPEN, sizeof(ring));
	SEND(ring);
	send_open(7, 300, 4);
	send_end(900, 0, 0x88); /* 3 and 7 */
	const char *text = told();
	cr_assert(not(zero(ptr, strstr(text, "create:7@900/"))));
	cr_assert(not(zero(ptr, strstr(text, "destroy:4@900/"))));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_KERNEL_ONLY], 2));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_IO_URING], 1));
}

/* A number that a ring closed and opened again is no more what it was opened as. */
Test(descriptors, what_a_ring_put_in_a_number_is_another)
{
	begin_image();
	struct probe_open event = {.fd = 4, .from = -1, .file = {.mode = S_IFSOCK, .ino = 77}};
	for (event.fd = 4; event.fd < 6; event.fd++) {
		event.head = HEAD(OPEN, 7, 200);
		SEND(event);
	}
	event.fd = 4;
	event.head = HEAD(HELD, PID, 890);
	SEND(event);
	event.fd = 5;
	event.file.ino = 78;
	SEND(event);
	send_end(900, 0, 0x30);
	cr_assert(eq(str, (char *)told_of_descriptors(),
		     "create:4@200/7 create:5@200/7 destroy:5@890/2147483632 "
		     "create:5@890/2147483632 census:2147483632@900/2147483632 "
		     "census_end:0@900/2147483632 census:4@900/2147483632 "
		     "census:5@900/2147483632 census_end:0@900/2147483632 "));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_KERNEL_ONLY], 2));
}

Test(descriptors, without_a_ring_what_was_not_seen_is_not_told)
{
	begin_image();
	send_end(900, 0, 0x80);
	cr_assert(zero(ptr, strstr(told(), "create:7@")));
	cr_assert(not(zero(ptr, strstr(record.text, "census:7@900"))));
}

Test(descriptors, numbers_of_any_size_do_no_harm)
{
	begin_image();
	send_open(7, 200, INT32_MAX);
	send_close(7, 210, INT32_MAX, 0);
	send_open(7, 220, 100000);
	send_open(7, 230, -5);
	send_end(900, 0, 0);
	cr_assert(eq(str, (char *)told_between(),
		     "create:2147483647@200/7 destroy:2147483647@210/7 create:100000@220/7 "));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_USAGE_UNCOUNTED], 1));
}
