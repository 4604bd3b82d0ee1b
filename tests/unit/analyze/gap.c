/* SPDX-License-Identifier: Apache-2.0 */
/* Findings where records were lost. */
#include "rows.inc.c"

TestSuite(gap, .init = rows_begin, .fini = rows_end);

static void lose(const char *note, uint64_t count)
{
	cr_assert_eq(trace_put_note(trace, process, note, "LOST", count, "lost"), 0);
}

static void census(const char *columns)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "UPDATE process SET %s", columns);
	cr_assert_eq(trace_execute(trace, sql), 0);
}

static void leak_object(void)
{
	hold(candidate(CLOSED_CONNECTION), 0, "checklist", 4, 0, "checklist_add");
}

Test(gap, a_leak_whose_release_may_be_lost_is_not_decided)
{
	leak_object();
	lose("lost-spool-full", 1);
	judge();
	expect("SELECT rule || ' ' || state FROM finding", "ref-leak recheck");
	expect("SELECT message LIKE '%; undecided, for records were lost' FROM finding", "1");
}

Test(gap, what_the_ring_of_the_kernel_lost_may_have_been_the_release_too)
{
	leak_object();
	lose("lost-events", 1);
	judge();
	expect("SELECT rule || ' ' || state FROM finding", "ref-leak recheck");
}

Test(gap, without_a_loss_it_is)
{
	leak_object();
	lose("lost-spool-full", 0);
	judge();
	expect("SELECT rule || ' ' || state FROM finding", "ref-leak leaked");
}

Test(gap, processes_that_are_not_recorded_at_all_change_nothing)
{
	leak_object();
	lose("lost-children", 3);
	judge();
	expect("SELECT state FROM finding", "leaked");
}

Test(gap, a_descriptor_that_the_program_still_had_at_its_end_is_leaked)
{
	udp(CLOSED_CONNECTION);
	lose("lost-disk-full", 9);
	census("census_fds = 1");
	judge();
	expect("SELECT rule || ' ' || state FROM finding", "fd-leak leaked");
}

Test(gap, of_a_descriptor_that_nobody_looked_for_the_close_may_be_lost)
{
	udp(CLOSED_CONNECTION);
	lose("lost-disk-full", 9);
	census("census_threads = 1");
	judge();
	expect("SELECT rule || ' ' || state FROM finding", "fd-leak recheck");
}

Test(gap, where_a_table_of_the_kernel_was_full_it_is_undecided_too)
{
	leak_object();
	lose("lost-tables", 1);
	judge();
	expect("SELECT rule || ' ' || state FROM finding", "ref-leak recheck");
}

Test(gap, the_kernels_last_look_holds_though_it_lost_events)
{
	udp(CLOSED_CONNECTION);
	lose("lost-events", 9);
	census("census_fds = 1");
	judge();
	expect("SELECT rule || ' ' || state FROM finding", "fd-leak leaked");
}
