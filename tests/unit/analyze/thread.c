/* SPDX-License-Identifier: Apache-2.0 */
#include "script.inc.c"

TestSuite(thread, .init = play_begin, .fini = play_close);

enum { HANDLE = 0x7000 };

static void thread_event(unsigned op, uint32_t tid, unsigned call, unsigned flags)
{
	struct track_thread_birth birth = {
		.start_routine = 0x5010, .parent_tid = PID, .flags = flags};

	play_event((struct collect_event){.op = (uint8_t)op,
					  .kind = TRACK_KIND_THREAD,
					  .subject = HANDLE,
					  .tid = tid,
					  .call = (uint16_t)call,
					  .arg = op == TRACK_OP_UNDO ? EBUSY : 0,
					  .data = &birth,
					  .data_bytes = op == TRACK_OP_CREATE ? sizeof(birth) : 0});
}

static void born(unsigned flags)
{
	thread_event(TRACK_OP_CREATE, OTHER, TRACK_CALL_pthread_create, flags);
}

static void done(void)
{
	thread_event(TRACK_OP_DONE, OTHER, TRACK_CALL_none, 0);
}

static void join(void)
{
	thread_event(TRACK_OP_DESTROY, PID, TRACK_CALL_pthread_join, 0);
}

static void detach(void)
{
	thread_event(TRACK_OP_DESTROY, PID, TRACK_CALL_pthread_detach, 0);
}

static const char ending_sql[] =
	"SELECT count(*) || coalesce(ending, '-') || (death_ns IS NOT NULL) FROM resource";

Test(thread, joined_after_it_was_done_is_joined)
{
	born(0);
	done();
	join();
	play_finish();
	expect(ending_sql, "1joined1");
	expect("SELECT tid || ',' || birth_tid || ',' || death_tid || death_call FROM resource",
	       "101,100,100pthread_join");
}

Test(thread, a_join_that_waits_ends_it_when_it_is_done)
{
	born(0);
	join();
	play_flush();
	expect(ending_sql, "1-0");
	done();
	play_finish();
	expect(ending_sql, "1joined1");
}

Test(thread, a_join_may_be_recorded_before_the_birth)
{
	join();
	born(0);
	done();
	play_finish();
	expect(ending_sql, "1joined1");
}

Test(thread, of_c11_is_joined_and_detached_by_calls_of_its_own)
{
	born(0);
	thread_event(TRACK_OP_DESTROY, PID, TRACK_CALL_thrd_join, 0);
	done();
	born(0);
	done();
	thread_event(TRACK_OP_DESTROY, PID, TRACK_CALL_thrd_detach, 0);
	play_finish();
	expect("SELECT group_concat(ending || generation) FROM resource", "joined1,detached2");
}

Test(thread, detached_and_done_in_either_order_is_detached)
{
	born(0);
	detach();
	done();
	born(0);
	done();
	detach();
	born(TRACK_THREAD_DETACHED);
	done();
	play_finish();
	expect("SELECT group_concat(ending || generation) FROM resource",
	       "detached1,detached2,detached3");
}

Test(thread, a_second_detach_that_is_refused_takes_back_no_first_one)
{
	born(0);
	detach();
	detach();
	thread_event(TRACK_OP_UNDO, PID, TRACK_CALL_pthread_detach, 0);
	join();
	thread_event(TRACK_OP_UNDO, PID, TRACK_CALL_pthread_join, 0);
	done();
	play_finish();
	expect(ending_sql, "1detached1");
	expect("SELECT count(*) FROM finding", "0");
}

Test(thread, a_detached_one_that_runs_says_so_and_has_no_death)
{
	born(TRACK_THREAD_DETACHED);
	play_finish();
	expect(ending_sql, "1detached0");
}

Test(thread, done_and_never_joined_is_done_at_that_time)
{
	born(0);
	done();
	play_finish();
	expect(ending_sql, "1done1");
	expect("SELECT death_ns - birth_ns FROM resource", "1");
}

Test(thread, a_join_taken_back_leaves_it_unjoined)
{
	born(0);
	join();
	thread_event(TRACK_OP_UNDO, PID, 0, 0);
	done();
	play_finish();
	expect(ending_sql, "1done1");
}

Test(thread, a_join_taken_back_after_the_end_leaves_it_done)
{
	born(0);
	done();
	join();
	thread_event(TRACK_OP_UNDO, PID, 0, 0);
	play_finish();
	expect(ending_sql, "1done1");
	join();
	play_flush();
	expect(ending_sql, "1joined1");
}

Test(thread, its_name_and_start_routine_are_kept)
{
	play_module("/lib/worker.so", 0x5000, 0x6000);
	born(0);
	play_event((struct collect_event){.op = TRACK_OP_NAME,
					  .kind = TRACK_KIND_THREAD,
					  .subject = HANDLE,
					  .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, 6),
					  .data = "worker",
					  .data_bytes = 6});
	play_finish();
	expect("SELECT name FROM resource", "worker");
	/* The place is looked up as a return address: one byte on. */
	expect("SELECT path || address FROM resource r JOIN location l ON l.id = r.start_location",
	       "/lib/worker.so17");
}

Test(thread, what_the_census_misses_ended_unseen_but_not_the_one_that_takes_it)
{
	const uint64_t tids[] = {PID, 555};

	born(0);
	census(TRACK_KIND_THREAD, tids, 2);
	play_finish();
	expect(ending_sql, "1unseen1");
	expect_note("end-unseen", "1");
	expect_note("threads-unknown", "1");
}

Test(thread, a_census_that_finds_it_changes_nothing)
{
	const uint64_t tids[] = {PID, OTHER};

	born(0);
	census(TRACK_KIND_THREAD, tids, 2);
	play_finish();
	expect(ending_sql, "1-0");
	expect_note("threads-unknown", "0");
}

Test(thread, an_exec_ends_it)
{
	born(0);
	play_end(COLLECT_END_EXEC);
	play_finish();
	expect(ending_sql, "1exec1");
}

Test(thread, of_very_many_that_are_done_only_the_late_ones_are_remembered)
{
	uint64_t tids[3] = {PID, OTHER, 1000};

	born(0);
	for (uint32_t tid = 1000; tid < 67000; tid++) {
		struct collect_event event = {.kind = TRACK_KIND_THREAD, .subject = 1, .tid = tid};

		event.op = TRACK_OP_CREATE;
		event.call = TRACK_CALL_pthread_create;
		play_event(event);
		event.op = TRACK_OP_DONE;
		play_event(event);
		event.op = TRACK_OP_DESTROY;
		event.tid = PID;
		event.call = TRACK_CALL_pthread_join;
		play_event(event);
		play.now_ns += tid == 66000 ? 2000000000 : 0;
	}
	census(TRACK_KIND_THREAD, tids, 3);
	expect("SELECT count(*) FROM resource WHERE ending = 'joined'", "66000");
	play_finish();
	expect_note("threads-unknown", "1"); /* 1000, which cannot be: it was done long ago */
	expect("SELECT count(*) FROM resource WHERE death_ns IS NULL", "1");
}

Test(thread, when_it_is_done_its_closes_are_decided)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	born(0);
	fd_close_as(5, NO_STACK, OTHER, 0); /* succeeded: of something opened unseen */
	done();
	fd_bad_close(5, NO_STACK);
	play_finish();
	expect("SELECT count(*) FROM act", "0");
}

Test(thread, is_over_when_both_its_end_and_its_join_are)
{
	born(0);
	done();
	join();
	born(0);
	join();
	done();
	play_finish();
	expect("SELECT group_concat(death_ns - birth_ns) FROM resource", "2,2");
}

Test(thread, a_join_taken_back_by_another_stays)
{
	born(0);
	join();
	thread_event(TRACK_OP_UNDO, THIRD, TRACK_CALL_pthread_join, 0);
	done();
	play_finish();
	expect(ending_sql, "1joined1");
}
