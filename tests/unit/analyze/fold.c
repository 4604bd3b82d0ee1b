/* SPDX-License-Identifier: Apache-2.0 */
/* Lifetimes that ended in order, beyond the trace's budget. */
#include "script.inc.c"

static void begin(void)
{
	play_begin();
	lifetimes_set_budget(play.lifetimes, 0);
}

TestSuite(fold, .init = begin, .fini = play_close);

#define expect_folded(number)                                                                      \
	expect("SELECT coalesce(sum(count), 0) FROM lifetime_statistics", number)
#define expect_rows(number) expect("SELECT count(*) FROM resource", number)

static void fd_traffic(uint64_t fd, uint64_t out_count)
{
	struct track_traffic traffic = {.out_count = out_count};

	play_event((struct collect_event){.op = TRACK_OP_USE,
					  .kind = TRACK_KIND_FD,
					  .subject = fd,
					  .data = &traffic,
					  .data_bytes = sizeof(traffic)});
}

static void thread_event(enum track_op op, uint64_t subject, uint32_t tid, unsigned call)
{
	play_event((struct collect_event){.op = (uint8_t)op,
					  .kind = TRACK_KIND_THREAD,
					  .subject = subject,
					  .tid = tid,
					  .call = (uint16_t)call});
}

Test(fold, what_ended_in_order_leaves_no_row_but_counts)
{
	play_stack(10);
	play_stack(20);
	for (int i = 0; i < 3; i++) {
		fd_open(5, 10);
		fd_close(5, 20);
	}
	play_flush();
	expect_rows("0");
	expect("SELECT kind || class || birth_call || death_call || ending || count || ',' || "
	       "total_ns || min_ns || max_ns FROM lifetime_statistics",
	       "fdudpsocketcloseclosed3,311");
	expect("SELECT b.hash || ',' || d.hash FROM lifetime_statistics s "
	       "JOIN stack b ON b.id = s.birth_stack JOIN stack d ON d.id = s.death_stack",
	       "10,20");
	expect("SELECT last_death_ns - first_birth_ns FROM lifetime_statistics", "5");
}

Test(fold, other_stacks_are_other_statistics)
{
	play_stack(10);
	play_stack(20);
	fd_open(5, 10);
	fd_close(5, 20);
	fd_open(5, 20);
	fd_close(5, 20);
	fd_open(5, 20);
	fd_close(5, 10);
	play_flush();
	expect("SELECT count(*) || sum(count) FROM lifetime_statistics", "33");
}

Test(fold, below_the_budget_every_life_has_its_row)
{
	play_close();
	play_begin();
	lifetimes_set_budget(play.lifetimes, 1 << 20);
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_flush();
	expect_rows("1");
	for (int i = 0; i < 40000; i++) {
		fd_open(5, NO_STACK);
		fd_close(5, NO_STACK);
	}
	play_flush();
	expect("SELECT (SELECT count(*) FROM resource) + (SELECT sum(count) FROM "
	       "lifetime_statistics)",
	       "40001");
	expect("SELECT (SELECT count(*) FROM resource) BETWEEN 5000 AND 20000", "1");
}

Test(fold, what_was_written_while_alive_is_taken_out)
{
	fd_open(5, NO_STACK);
	play_flush();
	expect_rows("1");
	fd_close(5, NO_STACK);
	play_flush();
	expect_rows("0");
	expect_folded("1");
}

Test(fold, what_leaks_keeps_its_row)
{
	fd_open(5, NO_STACK);
	fd_open(6, NO_STACK);
	fd_close(6, NO_STACK);
	play_end(COLLECT_END_EXIT);
	play_judge();
	expect_rows("1");
	expect("SELECT message FROM finding", "1 UDP socket opened here was never closed");
}

Test(fold, what_ended_unseen_and_what_was_inherited_keeps_its_row)
{
	fd_open(5, NO_STACK);
	fd_open(5, NO_STACK);
	fd_open_as(0, NO_STACK, TRACK_FD_CLASS_FILE, TRACK_FD_INHERITED, -1);
	fd_close(0, NO_STACK);
	play_finish();
	expect_rows("3");
	expect_folded("0");
}

Test(fold, a_close_that_is_taken_back_at_once_takes_it_out_again)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_undo(5, EPERM);
	play_flush();
	expect_folded("0");
	expect("SELECT coalesce(ending, 'alive') FROM resource", "alive");
}

Test(fold, a_close_that_is_taken_back_after_a_flush_takes_it_out_again)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_flush();
	expect_folded("1");
	fd_undo(5, EPERM);
	play_flush();
	expect_folded("0");
	expect("SELECT coalesce(ending, 'alive') FROM resource", "alive");
	fd_close(5, NO_STACK);
	play_flush();
	expect_rows("0");
	expect_folded("1");
}

Test(fold, traffic_that_is_told_after_a_flush_is_added_once)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_flush();
	fd_traffic(5, 3);
	fd_open(5, NO_STACK);
	fd_traffic(5, 4);
	fd_close(5, NO_STACK);
	play_finish();
	expect("SELECT count || traffic_count || out_count FROM lifetime_statistics", "227");
}

Test(fold, what_was_closed_twice_has_its_row_and_its_finding)
{
	play_stack(30);
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_flush();
	expect_folded("1");
	fd_bad_close(5, 30);
	play_end(COLLECT_END_EXIT);
	play_judge();
	expect_folded("0");
	expect("SELECT a.what || r.ending FROM act a JOIN resource r ON r.id = a.resource_id",
	       "bad-closeclosed");
	expect("SELECT message FROM finding", "1 UDP socket closed here had been closed before");
}

Test(fold, what_was_closed_twice_while_its_number_went_to_another_has_its_row)
{
	play_stack(30);
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_close_as(5, 30, OTHER, 0);
	fd_open(5, NO_STACK);
	play_flush();
	expect_folded("1"); /* so far it is not known */
	fd_undo_as(5, OTHER, EBADF);
	fd_close(5, NO_STACK);
	play_finish();
	expect_folded("1");
	expect("SELECT what || r.generation || r.ending FROM act a "
	       "JOIN resource r ON r.id = a.resource_id",
	       "bad-close1closed");
}

Test(fold, two_that_close_it_again_name_the_same_row)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_close_as(5, NO_STACK, OTHER, 0);
	fd_close_as(5, NO_STACK, THIRD, 0);
	fd_open(5, NO_STACK);
	fd_undo_as(5, OTHER, EBADF);
	fd_undo_as(5, THIRD, EBADF);
	play_finish();
	expect("SELECT count(*) || min(resource_id = (SELECT id FROM resource WHERE generation = "
	       "1)) FROM act",
	       "21");
}

Test(fold, closes_of_other_things_under_its_number_keep_no_rows)
{
	for (int i = 0; i < 10; i++) {
		fd_open(5, NO_STACK);
		fd_close(5, NO_STACK);
		fd_close(5, NO_STACK); /* of a file, opened unseen: no undo */
	}
	play_finish();
	expect_rows("0");
	expect_folded("10");
}

Test(fold, of_two_that_close_at_once_the_swap_leaves_row_and_act)
{
	fd_open(5, NO_STACK);
	fd_close_as(5, NO_STACK, OTHER, 0);
	play_flush();
	fd_close_as(5, NO_STACK, THIRD, 0);
	fd_undo_as(5, OTHER, EBADF);
	play_finish();
	expect_folded("0");
	expect("SELECT death_tid || ending FROM resource", "102closed");
	expect("SELECT what || tid || resource_id FROM act", "bad-close1011");
}

Test(fold, a_life_that_spans_a_mark_keeps_its_row)
{
	fd_open(5, NO_STACK);
	play_mark("first");
	fd_close(5, NO_STACK);
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_mark("second");
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_finish();
	expect_rows("1");
	expect_folded("2");
}

Test(fold, marks_that_come_late_count_by_their_times)
{
	uint64_t between;

	fd_open(5, NO_STACK);
	between = ++play.now_ns;
	fd_close(5, NO_STACK);
	play_mark("later");
	cr_assert_eq(play.sink->mark(play.sink->ctx, OTHER, between, "earlier"), 0);
	play_flush();
	expect_rows("1");
	expect_folded("0");
}

Test(fold, growth_is_what_it_is_without_a_budget)
{
	char text[16];

	play_stack(10);
	for (int i = 0; i < 5; i++) {
		fd_open((uint64_t)(20 + i), 10); /* stays */
		fd_open(5, 10);			 /* passes */
		fd_close(5, 10);
		snprintf(text, sizeof(text), "session %d", i);
		play_mark(text);
		play_flush();
	}
	play_end(COLLECT_END_EXIT);
	play_judge();
	expect_folded("5");
	expect("SELECT message FROM finding",
	       "UDP sockets: 1 more alive at every session (1, 2, 3, 4, 5)");
}

Test(fold, joined_and_detached_threads_that_ended_are_folded_and_others_not)
{
	for (uint64_t thread = 1; thread <= 4; thread++)
		thread_event(TRACK_OP_CREATE, thread, (uint32_t)(200 + thread),
			     TRACK_CALL_pthread_create);
	for (uint64_t thread = 1; thread <= 3; thread++)
		thread_event(TRACK_OP_DONE, thread, (uint32_t)(200 + thread), 0);
	thread_event(TRACK_OP_DESTROY, 1, PID, TRACK_CALL_pthread_join);
	thread_event(TRACK_OP_DESTROY, 2, PID, TRACK_CALL_pthread_detach);
	thread_event(TRACK_OP_DESTROY, 4, PID, TRACK_CALL_pthread_detach);
	play_finish();
	expect("SELECT group_concat(ending) FROM (SELECT ending FROM lifetime_statistics ORDER BY "
	       "ending)",
	       "detached,joined");
	expect("SELECT group_concat(ending) FROM (SELECT ending FROM resource ORDER BY ending)",
	       "detached,done");
}

Test(fold, a_join_that_is_taken_back_takes_it_out_again)
{
	thread_event(TRACK_OP_CREATE, 1, 201, TRACK_CALL_pthread_create);
	thread_event(TRACK_OP_DONE, 1, 201, 0);
	thread_event(TRACK_OP_DESTROY, 1, PID, TRACK_CALL_pthread_join);
	play_flush();
	expect_folded("1");
	thread_event(TRACK_OP_UNDO, 1, PID, 0);
	play_finish();
	expect_folded("0");
	expect("SELECT ending FROM resource", "done");
}

Test(fold, the_census_finds_gone_what_was_not_closed)
{
	const uint64_t none[] = {99};

	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_open(6, NO_STACK);
	census(TRACK_KIND_FD, none, 1);
	play_finish();
	expect_folded("1");
	expect("SELECT ending FROM resource", "unseen");
	expect_note("close-unseen", "1");
}

Test(fold, each_process_has_its_own_and_an_ended_one_is_complete)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_process(1, OTHER, 0, TRACK_ORIGIN_FORK);
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_end(COLLECT_END_EXIT);
	expect("SELECT sum(process_id * count) || count(*) FROM lifetime_statistics", "32");
	fd_open(6, NO_STACK); /* nothing is heard of the dead */
	play_finish();
	expect_rows("0");
}

Test(fold, of_very_many_places_the_death_is_dropped_before_the_birth)
{
	const uint64_t places = 140000;

	play_stack(10);
	for (uint64_t place = 1000; place < 1000 + places; place++) {
		play_stack(place);
		fd_open(5, 10);
		fd_close(5, place);
	}
	play_finish();
	expect("SELECT count(*) || ',' || sum(count) FROM lifetime_statistics", "131073,140000");
	expect("SELECT b.hash || ',' || count FROM lifetime_statistics s "
	       "JOIN stack b ON b.id = s.birth_stack WHERE s.death_stack IS NULL",
	       "10,8928");
}

Test(fold, what_was_used_after_its_close_has_its_row)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_flush();
	expect_folded("1");
	play_event((struct collect_event){
		.op = TRACK_OP_FAIL, .kind = TRACK_KIND_FD, .subject = 5, .arg = EBADF});
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	play_finish();
	expect_folded("1");
	expect("SELECT a.what || r.generation || r.ending FROM act a "
	       "JOIN resource r ON r.id = a.resource_id",
	       "stale-use1closed");
}

Test(fold, the_shortest_and_the_longest_are_kept)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	fd_open(5, NO_STACK);
	play.now_ns += 40;
	fd_close(5, NO_STACK);
	fd_open(5, NO_STACK);
	play.now_ns += 20;
	fd_close(5, NO_STACK);
	play_flush();
	expect("SELECT count || ',' || total_ns || ',' || min_ns || ',' || max_ns FROM "
	       "lifetime_statistics",
	       "3,63,1,41");
}
