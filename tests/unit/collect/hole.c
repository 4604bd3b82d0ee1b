/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.inc.c"
#include "fixture.inc.c"

TestSuite(hole, .init = fixture_start, .fini = fixture_stop);

static struct builder_record create_at(uint64_t time_ns, uint64_t fd)
{
	return (struct builder_record){.op = TRACK_OP_CREATE, .time_ns = time_ns, .subject = fd};
}

Test(hole, of_known_size_is_stepped_over_when_the_process_is_dead)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_create(&b, 0, 100, 1);
	builder_begin(&b, 0, create_at(200, 2));
	builder_create(&b, 0, 300, 3);
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "create:1@100/7 create:3@300/7 "));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_HOLES], 1));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 0));
}

Test(hole, of_unknown_size_ends_at_the_next_record)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_create(&b, 0, 100, 1);
	builder_reserve(&b, 0, 136);
	builder_create(&b, 0, 300, 3);
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "create:1@100/7 create:3@300/7 "));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_HOLES], 1));
}

Test(hole, holds_back_what_is_younger_while_the_process_lives)
{
	clock_stop();
	struct builder b = builder_open(folder, "a", getpid());
	cr_assert(eq(int, collector_add(collector, folder), 0));
	uint64_t base = builder_now() - 100000000;
	builder_take(&b, 0, 7);
	builder_take(&b, 1, 8);
	builder_create(&b, 0, base, 1);
	struct track_record *flying = builder_begin(&b, 0, create_at(base + 2, 2));
	builder_create(&b, 1, base - 1, 9);
	builder_create(&b, 1, base + 3, 3);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u64, fixture_poll(), 0));

	builder_commit(&b, 0, flying);
	cr_assert(eq(u64, fixture_poll(), 3));
	const char *second = strchr(record.text, ' ') + 1;
	cr_assert(eq(int, strncmp(second, "create:1@", 9), 0), "%s", record.text);
	cr_assert(not(zero(ptr, strstr(second, "create:2@"))));
	cr_assert(lt(ptr, strstr(second, "create:2@"), strstr(second, "create:3@")));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_HOLES], 0));
	builder_close(&b);
}

Test(hole, is_given_up_after_a_second_and_its_segment_kept)
{
	clock_stop();
	struct builder b = builder_open(folder, "a", getpid());
	cr_assert(eq(int, collector_add(collector, folder), 0));
	uint64_t base = builder_now() - 100000000;
	builder_take(&b, 0, 7);
	builder_begin(&b, 0, create_at(base, 1));
	builder_create(&b, 0, base + 1, 2);
	builder_seal(&b, 0);
	cr_assert(eq(u64, fixture_poll(), 0));
	stopped_ns += 900000000;
	cr_assert(eq(u64, fixture_poll(), 0));
	stopped_ns += 150000000;
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_HOLES], 1));
	cr_assert(eq(u32, builder_segment(&b, 0)->state, TRACK_SEGMENT_SEALED));
	builder_close(&b);
}

Test(hole, of_two_the_older_holds_back)
{
	clock_stop();
	struct builder b = builder_open(folder, "a", getpid());
	cr_assert(eq(int, collector_add(collector, folder), 0));
	uint64_t base = builder_now() - 100000000;
	for (uint32_t i = 0; i < 2; i++) {
		builder_take(&b, i, 7 + i);
		builder_create(&b, i, base + 10 + 40 * i, 1 + i);
		builder_begin(&b, i, create_at(base + 60, 3 + i));
	}
	builder_take(&b, 2, 9);
	builder_create(&b, 2, base + 1, 5);
	builder_create(&b, 2, base + 10, 6);
	builder_create(&b, 2, base + 30, 7);
	cr_assert(eq(u64, fixture_poll(), 1), "%s", record.text);
	cr_assert(eq(int, strncmp(record.text, "create:5@", 9), 0), "%s", record.text);
	stopped_ns += 1100000000;
	cr_assert(eq(u64, fixture_poll(), 4), "%s", record.text);
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_HOLES], 2));
	builder_close(&b);
}
