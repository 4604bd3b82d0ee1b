/* SPDX-License-Identifier: Apache-2.0 */
#include "script.inc.c"

TestSuite(process, .init = play_begin, .fini = play_close);

Test(process, a_fork_has_its_parent_and_an_exec_the_image_before)
{
	play_process(1, OTHER, 0, TRACK_ORIGIN_FORK);
	play_process(2, OTHER, 1, TRACK_ORIGIN_START);
	play_finish();
	expect("SELECT group_concat(coalesce(parent_id, '-')) FROM process", "-,1,2");
}

Test(process, the_older_may_be_told_after_the_younger_was_found)
{
	struct lifetimes_status status;

	play_process(2, OTHER, 0, TRACK_ORIGIN_FORK);
	lifetimes_status(play.lifetimes, &status);
	cr_expect_eq(status.processes, 2);
	play_process(1, OTHER, 1, TRACK_ORIGIN_START);
	play_finish();
	expect("SELECT group_concat(coalesce(parent_id, '-')) FROM process", "-,1,2");
}

Test(process, a_change_updates_its_row)
{
	play_end(COLLECT_END_EXIT);
	play_finish();
	expect("SELECT count(*) || end || code FROM process", "1exit0");
}

Test(process, one_that_died_without_a_census_is_noted)
{
	play_end(COLLECT_END_SIGNAL);
	play_finish();
	expect_note("census-missing", "1");
	expect_note("persisted", "0");
}

Test(process, one_that_still_runs_is_noted)
{
	play_finish();
	expect_note("persisted", "1");
	expect_note("census-missing", "0");
}

Test(process, a_census_leaves_no_note)
{
	census(TRACK_KIND_FD, NULL, 0);
	play_end(COLLECT_END_EXIT);
	play_finish();
	expect("SELECT count(*) FROM note", "0");
}

Test(process, notes_of_the_engine_and_of_the_analysis_add_up)
{
	struct lifetimes_status status;

	cr_assert_eq(play.sink->note(play.sink->ctx, 0, TRACK_NOTE_LOST_HOLES, 4), 0);
	cr_assert_eq(play.sink->note(play.sink->ctx, 0, TRACK_NOTE_CLOSE_UNSEEN, 2), 0);
	fd_open(5, NO_STACK);
	fd_open(5, NO_STACK);
	lifetimes_status(play.lifetimes, &status);
	cr_expect_eq(status.lost, 4);
	cr_expect_eq(status.events, 2);
	cr_expect_eq(status.open_sockets, 1);
	play_finish();
	expect_note("close-unseen", "3");
	expect("SELECT weight FROM note WHERE name = 'lost-holes'", "LOST");
}

Test(process, what_nobody_announced_is_an_error)
{
	struct collect_event event = {.op = TRACK_OP_CREATE};

	cr_expect_eq(play.sink->event(play.sink->ctx, 7, &event), -EINVAL);
}

Test(process, hostile_ops_and_kinds_are_ignored)
{
	play_event((struct collect_event){.op = 99});
	play_event((struct collect_event){.op = TRACK_META_END});
	play_event((struct collect_event){.op = TRACK_OP_CREATE, .kind = 200});
	play_event((struct collect_event){.op = TRACK_META_CENSUS_END, .kind = 200});
	play_finish();
	expect("SELECT count(*) FROM resource", "0");
}

Test(process, the_dead_are_not_counted_as_alive)
{
	struct lifetimes_status status;

	fd_open(5, NO_STACK);
	fd_open_as(6, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	fd_open(7, NO_STACK);
	fd_close(7, NO_STACK);
	lifetimes_status(play.lifetimes, &status);
	cr_expect_eq(status.open_sockets, 1);
	cr_expect_eq(status.open_fds, 2);
	play_end(COLLECT_END_EXIT);
	lifetimes_status(play.lifetimes, &status);
	cr_expect_eq(status.open_fds, 0);
}
