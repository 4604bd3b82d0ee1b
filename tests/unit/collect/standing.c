/* SPDX-License-Identifier: Apache-2.0 */
/* Where threads stand, as the tables of a spool say. */
#include "clock.inc.c"
#include "fixture.inc.c"

TestSuite(standing, .init = fixture_start, .fini = fixture_stop);

enum { MAIN = 71, WORKER = 74 };

/* What a thread does while it is looked at: called after each reading of one entry. */
static struct track_standing *moves; /* NULL: none does */
static int moves_left;
static bool moves_away;

ssize_t pread(int fd, void *bytes, size_t size, off_t offset)
{
	ssize_t got = syscall(SYS_pread64, fd, bytes, size, offset);
	if (size == sizeof(struct track_standing) && moves && moves_left > 0) {
		moves->sequence += 2;
		moves->since_ns++;
		moves->tid *= !moves_away;
		moves_left--;
	}
	return got;
}

static struct track_standing *waits(const struct builder *b, uint32_t index, uint32_t tid,
				    enum track_wait wait, uint64_t subject, uint64_t since_ns)
{
	struct track_standing *standing = builder_standing(b, index);
	standing->tid = tid;
	standing->wait = wait;
	standing->subject = subject;
	standing->since_ns = since_ns;
	return standing;
}

static void holds(struct track_standing *standing, uint64_t lock)
{
	standing->held[standing->held_count++] =
		(struct track_held){.lock = lock, .mode = TRACK_WAIT_MUTEX, .depth = 1};
}

static struct builder a_circle(int pid)
{
	struct builder b = builder_open(folder, "a", pid);
	struct track_standing *standing = waits(&b, 0, MAIN, TRACK_WAIT_MUTEX, 16, 50);
	holds(standing, 32);
	holds(standing, 99); /* and no longer */
	standing->held_count = 1;
	holds(waits(&b, 5, WORKER, TRACK_WAIT_MUTEX, 32, 60), 16);
	return b;
}

#define CIRCLE "stands:71=1:16@50(32) stands:74=1:32@60(16) "

static void finish(void)
{
	uint64_t events;
	cr_assert(eq(int, collector_finish(collector, &events), 0));
}

static void look(void)
{
	uint64_t events;
	cr_assert(eq(int, collector_look(collector, &events), 0));
}

static void tell(const char *text)
{
	cr_assert(eq(str, record.text, (char *)text));
	record.text[0] = '\0';
}

Test(standing, what_threads_wait_for_and_hold_is_told_before_the_end)
{
	struct builder b = a_circle(BUILDER_DEAD_PID);
	*builder_waker(&b, 2) = (struct track_waker){.subject = 48, .tid = WORKER, .time_ns = 40};
	*builder_order(&b, 5) = (struct track_lock_order){.first = 16, .second = 32, .tid = MAIN};
	builder_close(&b);
	fixture_read_all();
	tell(CIRCLE "waker:48/74@40 order:16,32 ");
	cr_assert(eq(int, (int)record.stood_at_end, COLLECT_END_RUNNING));
	cr_assert(eq(int, (int)record.processes[0].end, COLLECT_END_UNKNOWN));
}

Test(standing, a_process_lasted_as_long_as_its_threads_were_seen)
{
	struct builder b = a_circle(BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_create(&b, 0, 20, 1);
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(u64, record.processes[0].end_ns, 60));
	cr_assert(eq(u64, record.stood_ns, 60));
}

Test(standing, what_is_not_of_the_wires_words_is_left_out)
{
	clock_stop();
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	struct track_standing *standing = waits(&b, 0, MAIN, TRACK_WAIT__COUNT, 16, 50);
	holds(standing, 1);
	holds(standing, 0);
	holds(standing, 2);
	holds(standing, 3);
	holds(standing, 4);
	standing->held[3].mode = TRACK_WAIT_THREAD;
	standing->held[4].since_ns = UINT64_MAX;
	waits(&b, 1, 0, TRACK_WAIT_MUTEX, 16, 50);
	waits(&b, 2, UINT32_MAX, TRACK_WAIT_MUTEX, 16, 50);
	waits(&b, 3, WORKER, TRACK_WAIT_FUTEX, 16, UINT64_MAX)->call = UINT16_MAX;
	*builder_waker(&b, 0) = (struct track_waker){.subject = 48};
	*builder_waker(&b, 1) = (struct track_waker){.tid = WORKER};
	*builder_waker(&b, 2) =
		(struct track_waker){.subject = 49, .tid = WORKER, .time_ns = UINT64_MAX};
	*builder_order(&b, 0) = (struct track_lock_order){.first = 16, .tid = MAIN};
	*builder_order(&b, 1) = (struct track_lock_order){.second = 16, .tid = MAIN};
	*builder_order(&b, 2) = (struct track_lock_order){.first = 16, .second = 17};
	builder_close(&b);
	fixture_read_all();
	char text[200];
	snprintf(text, sizeof(text),
		 "stands:71=0:0@0(1,2,4) stands:74=%d:16@%lu() waker:49/74@%lu ", TRACK_WAIT_FUTEX,
		 stopped_ns, stopped_ns);
	tell(text);
	cr_assert(eq(u64, record.latest_held_ns, stopped_ns));
	cr_assert(eq(int, record.last_call, TRACK_CALL_none));
}

Test(standing, of_more_locks_than_there_is_room_for_the_first_are_told)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	struct track_standing *standing = waits(&b, 0, MAIN, TRACK_WAIT_NONE, 0, 0);
	char text[200] = "stands:71=0:0@0(";
	for (unsigned i = 1; i <= TRACK_HELD_MAX; i++) {
		holds(standing, i);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u,", i);
	}
	standing->held_count = UINT32_MAX;
	builder_close(&b);
	fixture_read_all();
	strcat(text, "...) ");
	tell(text);
}

Test(standing, of_the_dead_it_is_told_once_by_the_first_look)
{
	struct builder b = a_circle(BUILDER_DEAD_PID);
	builder_close(&b);
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	tell(CIRCLE);
	look();
	finish();
	tell("");
}

Test(standing, of_the_living_it_is_told_when_asked_and_at_the_last)
{
	clock_stop();
	struct builder b = a_circle(getpid());
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	tell("");
	look();
	tell(CIRCLE);
	cr_assert(eq(u64, record.stood_ns, stopped_ns));
	cr_assert(record.goes_on);
	fixture_poll();
	tell("");
	finish();
	tell(CIRCLE);
	cr_assert(not(record.goes_on), "no more is told");
	cr_assert(eq(int, (int)record.processes[0].end, COLLECT_END_RUNNING));
	builder_close(&b);
}

Test(standing, what_it_refers_to_is_told_first)
{
	struct builder b = a_circle(getpid());
	uint64_t addresses[] = {5};
	builder_take(&b, 0, 7);
	builder_add(&b, 0,
		    (struct builder_record){.op = TRACK_META_STACK,
					    .subject = 99,
					    .arg = 1,
					    .data = addresses,
					    .data_bytes = sizeof(addresses)});
	cr_assert(eq(int, collector_add(collector, folder), 0));
	look();
	tell("stack:99/1=5 " CIRCLE);
	builder_close(&b);
}

Test(standing, one_that_moves_is_looked_at_again_until_all_stand)
{
	struct builder b = a_circle(getpid());
	moves = builder_standing(&b, 5);
	moves_left = 3;
	cr_assert(eq(int, collector_add(collector, folder), 0));
	look();
	tell("stands:71=1:16@50(32) stands:74=1:32@63(16) ");
	builder_close(&b);
}

Test(standing, one_that_goes_on_moving_waits_for_nothing)
{
	struct builder b = a_circle(getpid());
	moves = builder_standing(&b, 5);
	moves_left = 1000;
	cr_assert(eq(int, collector_add(collector, folder), 0));
	look();
	tell("stands:71=1:16@50(32) stands:74=0:0@0(16) ");
	builder_close(&b);
}

Test(standing, what_is_being_written_is_told_of_the_dead_alone)
{
	struct builder b = a_circle(getpid());
	builder_standing(&b, 0)->sequence = 7;
	cr_assert(eq(int, collector_add(collector, folder), 0));
	look();
	tell("stands:71=0:0@0(32) stands:74=1:32@60(16) ");
	builder_close(&b);
	collector_destroy(collector);
	struct collect_sink sink = log_sink(&record);
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
	cr_assert(eq(int, truncate(b.path, 0), 0));
	unlink(b.path);
	b = a_circle(BUILDER_DEAD_PID);
	builder_standing(&b, 0)->sequence = 7;
	builder_close(&b);
	fixture_read_all();
	tell(CIRCLE);
}

Test(standing, one_that_is_over_while_it_is_looked_at_is_nobody)
{
	struct builder b = a_circle(getpid());
	moves = builder_standing(&b, 5);
	moves_left = 1;
	moves_away = true;
	cr_assert(eq(int, collector_add(collector, folder), 0));
	look();
	tell("stands:71=1:16@50(32) ");
	builder_close(&b);
}

Test(standing, an_image_that_another_one_replaced_waits_for_nothing)
{
	struct builder b = a_circle(BUILDER_DEAD_PID);
	b.header->start_ns = 10;
	builder_close(&b);
	struct builder later = builder_open(folder, "b", BUILDER_DEAD_PID);
	later.header->start_ns = 100;
	waits(&later, 0, MAIN, TRACK_WAIT_SEMAPHORE, 5, 200);
	builder_close(&later);
	fixture_read_all();
	cr_assert(eq(int, (int)record.processes[0].end, COLLECT_END_EXEC));
	tell("stands:71=6:5@200() ");
	cr_assert(eq(u32, record.stood, 1));
}

Test(standing, a_spool_without_tables_has_none)
{
	struct builder b = a_circle(BUILDER_DEAD_PID);
	b.header->standings_offset = b.header->wakers_offset = b.header->orders_offset = 0;
	b.header->standing_count = b.header->waker_count = b.header->order_count = 0;
	builder_close(&b);
	fixture_read_all();
	tell("");
	cr_assert(eq(u32, record.process_count, 1));
}

Test(standing, tables_that_the_file_does_not_hold_are_empty)
{
	struct builder b = a_circle(BUILDER_DEAD_PID);
	off_t half = (off_t)(b.header->standings_offset + 2 * sizeof(struct track_standing) + 8);
	builder_close(&b);
	cr_assert(eq(int, truncate(b.path, half), 0));
	fixture_read_all();
	tell("stands:71=1:16@50(32) ");
}

Test(standing, when_the_program_began_to_end_is_told_with_its_process)
{
	struct builder b = builder_open(folder, "a", getpid());
	cr_assert(eq(int, collector_add(collector, folder), 0));
	b.header->exit_begun_ns = 5;
	b.header->exit_tid = MAIN;
	fixture_poll();
	cr_assert(eq(u64, record.processes[0].exit_begun_ns, 0), "before it began itself");
	b.header->exit_begun_ns = 500;
	fixture_poll();
	cr_assert(eq(u64, record.processes[0].exit_begun_ns, 500));
	cr_assert(eq(u32, record.processes[0].exit_tid, MAIN));
	builder_close(&b);
}

Test(standing, two_that_wait_for_locks_for_long_are_stuck_and_told_as_the_same_until_they_move)
{
	struct builder b = a_circle(getpid());
	uint64_t stuck;

	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	stuck = collector_stuck(collector, 60);
	cr_expect(stuck != 0);
	cr_expect(eq(u64, collector_stuck(collector, 60), stuck));
	cr_expect(eq(u64, collector_stuck(collector, 49), 0), "not for so long");
	builder_standing(&b, 5)->since_ns++;
	cr_expect(collector_stuck(collector, 61) != stuck);
	builder_close(&b);
}

Test(standing, who_waits_for_a_thread_alone_or_not_for_ever_is_not_stuck)
{
	struct builder b = builder_open(folder, "a", getpid());

	waits(&b, 0, MAIN, TRACK_WAIT_THREAD, 16, 50);
	waits(&b, 1, WORKER, TRACK_WAIT_MUTEX, 32, 50)->flags = TRACK_STANDING_TIMED;
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	cr_expect(eq(u64, collector_stuck(collector, 60), 0));
	builder_close(&b);
}
