/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.inc.c"

TestSuite(process, .init = fixture_start, .fini = fixture_stop);

Test(process, an_exec_ends_the_earlier_image)
{
	struct builder second = builder_open(folder, "a", BUILDER_DEAD_PID);
	struct builder first = builder_open(folder, "b", BUILDER_DEAD_PID);
	first.header->start_ticks = second.header->start_ticks = 44;
	first.header->start_ns = 50;
	second.header->start_ns = 90;
	builder_close(&first);
	builder_close(&second);
	collector_ended(collector, BUILDER_DEAD_PID, 3 << 8);
	fixture_read_all();
	cr_assert(eq(u32, record.process_count, 2));
	cr_assert(eq(u64, record.processes[0].start_ns, 50));
	cr_assert(eq(u32, record.processes[0].image, 0));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_EXEC));
	cr_assert(eq(u64, record.processes[0].end_ns, 90));
	cr_assert(eq(u32, record.processes[1].image, 1));
	cr_assert(eq(int, record.processes[1].end, COLLECT_END_EXIT));
	cr_assert(eq(i32, record.processes[1].code, 3));
}

Test(process, a_reused_pid_is_no_exec)
{
	struct builder a = builder_open(folder, "a", BUILDER_DEAD_PID);
	struct builder b = builder_open(folder, "b", BUILDER_DEAD_PID);
	a.header->start_ticks = 44;
	b.header->start_ticks = 45;
	builder_close(&a);
	builder_close(&b);
	fixture_read_all();
	for (int i = 0; i < 2; i++) {
		cr_assert(eq(u32, record.processes[i].image, 0));
		cr_assert(eq(int, record.processes[i].end, COLLECT_END_UNKNOWN));
	}
}

Test(process, a_normal_exit_has_its_time_and_code)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	b.header->state = TRACK_STATE_EXITING;
	b.header->exit_code = 4;
	b.header->end_ns = 700;
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_EXIT));
	cr_assert(eq(i32, record.processes[0].code, 4));
	cr_assert(eq(u64, record.processes[0].end_ns, 700));
}

Test(process, a_wait_status_that_comes_late_still_counts)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_create(&b, 0, 800, 1);
	builder_close(&b);
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_UNKNOWN));
	cr_assert(eq(u64, record.processes[0].end_ns, 800));
	collector_ended(collector, BUILDER_DEAD_PID, 9);
	uint64_t events;
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_SIGNAL));
	cr_assert(eq(i32, record.processes[0].code, 9));
	cr_assert(eq(u64, record.processes[0].end_ns, 800));
}

Test(process, a_complete_census_is_known)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_add(&b, 0,
		    (struct builder_record){.op = TRACK_META_CENSUS, .time_ns = 100, .subject = 3});
	builder_add(&b, 0, (struct builder_record){.op = TRACK_META_CENSUS_END, .time_ns = 101});
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "census:3@100/7 census_end:0@101/7 "));
	cr_assert(record.processes[0].census_fds);
	cr_assert(not(record.processes[0].census_threads));
}

Test(process, traffic_of_open_descriptors_comes_at_the_end)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	b.header->state = TRACK_STATE_EXITING;
	b.header->end_ns = 500;
	*builder_usage(&b, 3) =
		(struct track_fd_usage){.open = 1, .traffic = {.out_count = 1, .last_use_ns = 400}};
	*builder_usage(&b, 4) =
		(struct track_fd_usage){.open = 0, .traffic = {.out_count = 1, .last_use_ns = 400}};
	*builder_usage(&b, 5) = (struct track_fd_usage){.open = 1};
	*builder_usage(&b, 100) =
		(struct track_fd_usage){.open = 1, .traffic = {.in_count = 1, .last_use_ns = 9999}};
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "use:3@400/0 use:100@500/0 "));
}

Test(process, an_earlier_image_may_be_found_after_the_later)
{
	uint64_t events;
	struct builder second = builder_open(folder, "a", BUILDER_DEAD_PID);
	second.header->start_ticks = 44;
	second.header->start_ns = 90;
	builder_close(&second);
	cr_assert(eq(int, collector_add(collector, folder), 0));
	struct builder first = builder_open(folder, "b", BUILDER_DEAD_PID);
	first.header->start_ticks = 44;
	first.header->start_ns = 50;
	builder_close(&first);
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	cr_assert(eq(u32, record.process_count, 2));
	cr_assert(eq(u64, record.processes[1].start_ns, 50));
	cr_assert(eq(u32, record.processes[1].image, 0));
	cr_assert(eq(int, record.processes[1].end, COLLECT_END_EXEC));
	cr_assert(eq(u32, record.processes[0].image, 1));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_UNKNOWN));
}
