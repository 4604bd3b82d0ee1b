/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.inc.c"
#include "fixture.inc.c"

#include <errno.h>
#include <sys/stat.h>

TestSuite(live, .init = fixture_start, .fini = fixture_stop);

static uint64_t base;

static struct builder follow(void)
{
	struct builder b = builder_open(folder, "a", getpid());
	cr_assert(eq(int, collector_add(collector, folder), 0));
	base = builder_now() - 100000000;
	builder_take(&b, 0, 7);
	return b;
}

Test(live, a_consumed_segment_is_given_back_and_read_again)
{
	struct builder b = follow();
	builder_create(&b, 0, base, 1);
	builder_seal(&b, 0);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u32, builder_segment(&b, 0)->state, TRACK_SEGMENT_FREE));
	cr_assert(eq(u64, b.header->free_segments[0], 1));
	cr_assert(eq(u32, builder_segment(&b, 0)->epoch, 1));
	const uint64_t *bytes = (const uint64_t *)(builder_segment(&b, 0) + 1);
	for (size_t i = 0; i < (TRACK_SEGMENT_BYTES - 32) / 8; i++)
		cr_assert(eq(u64, bytes[i], 0));

	builder_take(&b, 0, 8);
	builder_create(&b, 0, base + 5, 2);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(not(zero(ptr, strstr(record.text, "create:2@"))));
	builder_close(&b);
}

Test(live, a_second_reader_says_that_something_was_taken_before)
{
	struct builder b = follow();
	builder_create(&b, 0, base, 1);
	builder_seal(&b, 0);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_READ_BEFORE], 0));
	collector_destroy(collector);
	struct collect_sink sink = log_sink(&record);
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
	cr_assert(eq(u64, fixture_read_all(), 0));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_READ_BEFORE], 1));
	builder_close(&b);
}

Test(live, nothing_is_given_back_that_the_sink_could_not_keep)
{
	struct builder b = follow();
	builder_create(&b, 0, base, 1);
	builder_seal(&b, 0);
	record.fail_flush = -ENOSPC;
	uint64_t events;
	cr_assert(eq(int, collector_poll(collector, true, &events), -ENOSPC));
	cr_assert(eq(u32, builder_segment(&b, 0)->state, TRACK_SEGMENT_SEALED));
	cr_assert(eq(u64, b.header->free_segments[0], 0));
	builder_close(&b);
}

Test(live, a_segment_in_use_is_not_given_back)
{
	struct builder b = follow();
	builder_create(&b, 0, base, 1);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u32, builder_segment(&b, 0)->state, TRACK_SEGMENT_TAKEN));
	builder_create(&b, 0, base + 1, 2);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u64, fixture_poll(), 0));
	builder_close(&b);
}

Test(live, a_damaged_event_is_counted_once_when_its_turn_comes)
{
	struct builder b = follow();
	builder_add(&b, 0,
		    (struct builder_record){.op = TRACK_OP_DONE,
					    .kind = TRACK_KIND__COUNT,
					    .time_ns = builder_now() + 3600000000000});
	builder_add(&b, 0, (struct builder_record){.op = TRACK_OP_DONE, .time_ns = UINT64_MAX});
	cr_assert(eq(u64, fixture_poll(), 0));
	cr_assert(eq(u64, fixture_poll(), 0));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 1), "the one without a turn");
	uint64_t events;
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	cr_assert(eq(u64, events, 0));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 2));
	builder_close(&b);
}

Test(live, what_is_too_young_waits_and_comes_once)
{
	clock_stop();
	struct builder b = follow();
	uint64_t young = builder_now() + 50000000;
	builder_create(&b, 0, young, 2);
	builder_create(&b, 0, base, 1); /* a signal handler's */
	builder_seal(&b, 0);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u32, builder_segment(&b, 0)->state, TRACK_SEGMENT_SEALED));
	cr_assert(eq(u64, fixture_poll(), 0));
	stopped_ns += 60000000;
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u32, builder_segment(&b, 0)->state, TRACK_SEGMENT_FREE));
	builder_close(&b);
}

Test(live, a_stack_of_an_event_that_waits_is_not_held_back)
{
	clock_stop();
	struct builder b = follow();
	uint64_t addresses[] = {5};
	builder_add(&b, 0,
		    (struct builder_record){.op = TRACK_META_STACK,
					    .time_ns = base,
					    .subject = 77,
					    .arg = 1,
					    .data = addresses,
					    .data_bytes = 8});
	builder_create(&b, 0, builder_now() + 20000000, 1);
	cr_assert(eq(u64, fixture_poll(), 0));
	cr_assert(eq(str, record.text, "stack:77/1=5 "));
	stopped_ns += 25000000;
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(int, strncmp(record.text, "stack:77/1=5 create:1@", 22), 0));
	builder_close(&b);
}

Test(live, a_spool_that_appears_later_is_found)
{
	struct builder b = follow();
	cr_assert(eq(u64, fixture_poll(), 0));
	struct builder other = builder_open(folder, "b", BUILDER_DEAD_PID);
	builder_take(&other, 0, 9);
	builder_create(&other, 0, 100, 4);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u32, record.process_count, 2));
	cr_assert(eq(int, record.processes[1].end, COLLECT_END_UNKNOWN));
	builder_close(&other);
	builder_close(&b);
}

Test(live, a_reading_that_is_not_live_changes_nothing)
{
	struct builder b = follow();
	builder_create(&b, 0, base, 1);
	builder_seal(&b, 0);
	uint64_t events;
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	cr_assert(eq(u64, events, 1));
	cr_assert(eq(u32, builder_segment(&b, 0)->state, TRACK_SEGMENT_SEALED));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_RUNNING));
	builder_close(&b);
}

Test(live, the_living_are_known)
{
	struct builder b = follow();
	struct builder dead = builder_open(folder, "b", BUILDER_DEAD_PID);
	cr_assert(eq(u64, fixture_poll(), 0));
	int32_t pids[4] = {0};
	cr_assert(eq(sz, collector_alive(collector, pids, 4), 1));
	cr_assert(eq(i32, pids[0], getpid()));
	builder_close(&dead);
	builder_close(&b);
}

Test(live, of_many_spools_in_a_folder_none_is_mistaken_for_another)
{
	for (int i = 0; i < 60; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%c%c", 'a' + i % 8, 'a' + i / 8);
		struct builder b = builder_open(folder, name, BUILDER_DEAD_PID - i);
		builder_close(&b);
	}
	fixture_read_all();
	cr_assert(eq(u32, record.process_count, 60));
}

/* A record's clock may have been read a little before ours, and be committed after our look. */
Test(live, what_is_hardly_older_than_a_look_waits)
{
	clock_stop();
	struct builder b = follow();
	builder_create(&b, 0, stopped_ns - 500000, 1);
	cr_assert(eq(u64, fixture_poll(), 0));
	stopped_ns += 1000000;
	cr_assert(eq(u64, fixture_poll(), 1));
	builder_close(&b);
}

static void touch_in_an_hour(void)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) + 3600}};

	cr_assert(eq(int, utimensat(AT_FDCWD, folder, times, 0), 0));
}

/* A folder's time of change moves in ticks: within one it says nothing. */
Test(live, a_spool_that_appears_within_a_tick_is_found)
{
	touch_in_an_hour();
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	struct builder b = builder_open(folder, "a", getpid());
	touch_in_an_hour();
	fixture_poll();
	cr_assert(eq(u32, record.process_count, 1));
	builder_close(&b);
}
