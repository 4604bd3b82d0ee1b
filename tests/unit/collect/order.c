/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.inc.c"

TestSuite(order, .init = fixture_start, .fini = fixture_stop);

Test(order, events_of_threads_come_by_time)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_take(&b, 1, 8);
	builder_create(&b, 0, 100, 1);
	builder_create(&b, 0, 300, 3);
	builder_create(&b, 1, 200, 2);
	builder_create(&b, 1, 400, 4);
	builder_close(&b);
	cr_assert(eq(u64, fixture_read_all(), 4));
	cr_assert(eq(str, record.text,
		     "create:1@100/7 create:2@200/8 create:3@300/7 create:4@400/8 "));
}

Test(order, a_signal_handler_in_the_middle_of_a_record_is_put_in_its_place)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_create(&b, 0, 300, 3);
	builder_create(&b, 0, 100, 1);
	builder_create(&b, 0, 200, 2);
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "create:1@100/7 create:2@200/7 create:3@300/7 "));
}

Test(order, equal_times_of_a_thread_keep_their_order)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	for (uint64_t fd = 1; fd <= 3; fd++)
		builder_create(&b, 0, 100, fd);
	builder_create(&b, 0, 50, 9);
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text,
		     "create:9@50/7 create:1@100/7 create:2@100/7 create:3@100/7 "));
}

Test(order, an_undo_follows_what_it_takes_back_into_the_next_segment)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 1, 7);
	builder_add(&b, 1,
		    (struct builder_record){.op = TRACK_OP_DESTROY, .time_ns = 100, .subject = 5});
	builder_seal(&b, 1);
	builder_take(&b, 0, 7);
	builder_add(&b, 0,
		    (struct builder_record){
			    .op = TRACK_OP_UNDO, .time_ns = 101, .subject = 5, .arg = 9});
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "destroy:5@100/7 undo:5@101/7 "));
}

Test(order, a_segment_that_changes_hands_names_the_right_threads)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_create(&b, 0, 100, 1);
	builder_add(&b, 0,
		    (struct builder_record){.op = TRACK_META_THREAD, .time_ns = 150, .subject = 8});
	builder_create(&b, 0, 200, 2);
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "create:1@100/7 create:2@200/8 "));
}

Test(order, a_stack_of_a_later_record_comes_before_the_events)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	uint64_t addresses[] = {10, 20, 99};
	builder_take(&b, 0, 7);
	builder_take(&b, 1, 8);
	builder_create(&b, 0, 100, 1);
	builder_add(&b, 1,
		    (struct builder_record){.op = TRACK_META_STACK,
					    .time_ns = 500,
					    .subject = 77,
					    .arg = 2,
					    .data = addresses,
					    .data_bytes = sizeof(addresses)});
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "stack:77/2=30 create:1@100/7 "));
}

Test(order, many_records_over_all_segments_all_arrive_in_order)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	for (uint32_t i = 0; i < BUILDER_SEGMENTS; i++) {
		builder_take(&b, i, i);
		for (uint64_t n = 0; n < 1600; n++)
			builder_create(&b, i, 1000 + n * BUILDER_SEGMENTS + i, n);
		builder_seal(&b, i);
	}
	builder_close(&b);
	cr_assert(eq(u64, fixture_read_all(), 1600 * BUILDER_SEGMENTS));
	const char *at = record.text;
	for (unsigned long n = 0; n < 500; n++) {
		unsigned long fd, time;
		cr_assert(eq(int, sscanf(at, "create:%lu@%lu/", &fd, &time), 2));
		cr_assert(eq(ulong, time, 1000 + n));
		at = strchr(at, ' ') + 1;
	}
}

Test(order, equal_times_of_threads_keep_the_order_of_their_segments)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	for (uint32_t i = 0; i < 3; i++) {
		builder_take(&b, i, 7 + i);
		builder_create(&b, i, 100, i);
		builder_create(&b, i, 200, i);
	}
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text,
		     "create:0@100/7 create:1@100/8 create:2@100/9 "
		     "create:0@200/7 create:1@200/8 create:2@200/9 "));
}

Test(order, the_last_look_takes_what_is_younger_than_itself)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_create(&b, 0, INT64_MAX - 1, 1);
	builder_close(&b);
	cr_assert(eq(u64, fixture_read_all(), 1));
}
