/* SPDX-License-Identifier: Apache-2.0 */
#include "script.inc.c"

TestSuite(findings, .init = play_begin, .fini = play_close);

static void thread_event(unsigned op, uint64_t handle, unsigned flags)
{
	struct track_thread_birth birth = {.flags = flags};

	play_event((struct collect_event){.op = (uint8_t)op,
					  .kind = TRACK_KIND_THREAD,
					  .subject = handle,
					  .tid = OTHER,
					  .call = TRACK_CALL_pthread_create,
					  .data = &birth,
					  .data_bytes = sizeof(birth)});
}

static void open_many(uint64_t first, int count, uint64_t stack)
{
	for (int i = 0; i < count; i++)
		fd_open(first + (uint64_t)i, stack);
}

Test(findings, what_is_open_at_exit_is_told_once_per_site)
{
	open_many(5, 4, 0x10);
	fd_open(20, 0x10);
	fd_close(20, 0x10);
	play_judge();
	expect("SELECT count(*) FROM finding", "1");
	expect("SELECT rank || rule || state || kind || class || count FROM finding",
	       "1fd-leakat-exitfdudp4");
	expect("SELECT message FROM finding",
	       "4 UDP sockets opened here were still open when the recording ended");
	expect("SELECT count(DISTINCT resource_id) FROM evidence", "4");
}

Test(findings, one_is_told_in_the_singular)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_TCP, 0, -1);
	play_judge();
	expect("SELECT message FROM finding",
	       "1 TCP socket opened here was still open when the recording ended");
}

Test(findings, every_class_of_descriptors_is_judged)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_DIRECTORY, 0, -1);
	fd_open_as(6, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	fd_open_as(7, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	play_judge();
	expect("SELECT group_concat(message, '; ') FROM (SELECT * FROM finding ORDER BY rank)",
	       "2 files opened here were still open when the recording ended; 1 directory opened "
	       "here was still open when the recording ended");
}

Test(findings, at_the_end_sockets_come_before_threads_and_files)
{
	thread_event(TRACK_OP_CREATE, 1, 0);
	thread_event(TRACK_OP_CREATE, 2, 0);
	fd_open_as(6, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	fd_open_as(7, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	fd_open_as(8, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	fd_open(5, NO_STACK);
	play_end(COLLECT_END_EXIT);
	play_judge();
	expect("SELECT group_concat(class || count) FROM (SELECT * FROM finding ORDER BY rank)",
	       "udp1,thread2,file3");
}

Test(findings, the_inherited_and_what_an_exec_ended_are_none)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_UDP, TRACK_FD_INHERITED, -1);
	fd_open(6, NO_STACK);
	play_end(COLLECT_END_EXEC);
	play_judge();
	expect_no_findings();
}

Test(findings, threads_ended_and_still_running_are_told_apart)
{
	thread_event(TRACK_OP_CREATE, 1, 0);
	thread_event(TRACK_OP_DONE, 1, 0);
	play_judge();
	expect("SELECT rule || state || message FROM finding",
	       "thread-leakat-exit1 thread started here ended, never joined nor detached");
	thread_event(TRACK_OP_CREATE, 2, 0);
	thread_event(TRACK_OP_CREATE, 3, 0);
	play_end(COLLECT_END_EXIT);
	play_flush();
	cr_assert_eq(analyze_findings(play.trace), 0);
	expect("SELECT message FROM finding",
	       "3 threads started here: 1 ended, never joined nor detached, "
	       "2 still running at the end");
}

Test(findings, a_thread_of_a_process_that_runs_on_is_none)
{
	thread_event(TRACK_OP_CREATE, 1, 0);
	thread_event(TRACK_OP_CREATE, 2, 0);
	thread_event(TRACK_OP_DONE, 2, 0);
	play_end(COLLECT_END_RUNNING);
	play_judge();
	expect("SELECT message FROM finding",
	       "1 thread started here ended, never joined nor detached");
}

Test(findings, a_detached_thread_that_runs_is_none)
{
	thread_event(TRACK_OP_CREATE, 1, TRACK_THREAD_DETACHED);
	play_judge();
	expect_no_findings();
}

/* A stack of three frames: in the C library, in a runtime, in the program. */
static void three_frames(uint64_t hash, uint64_t last)
{
	const uint64_t addresses[] = {0x1010, 0x3010, last};

	cr_assert_eq(
		play.sink->stack(play.sink->ctx, play.process, hash, ++play.now_ns, addresses, 3),
		0);
}

static void three_modules(void)
{
	play_module("/usr/lib/libc.so.6", 0x1000, 0x2000);
	play_module("/usr/lib/libstdc++.so.6.0.30", 0x3000, 0x4000);
	play_module("/opt/bin/program", 0x5000, 0x6000);
}

static void judge_with_names(void)
{
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	name_place("/usr/lib/libc.so.6", 0x10, "socket");
	name_place("/usr/lib/libstdc++.so.6.0.30", 0x10, "std::thread");
	name_place("/opt/bin/program", 0x10, "open_candidate");
	name_place("/opt/bin/program", 0x20, "open_candidate");
	name_place("/opt/bin/program", 0x30, "open_relay");
	name_place("/opt/bin/program", 0x40, "std::vector<int>::push_back");
	cr_assert_eq(analyze_findings(play.trace), 0);
}

Test(findings, the_culprit_is_the_first_frame_that_is_no_runtime)
{
	three_modules();
	three_frames(77, 0x5010);
	fd_open(5, 77);
	judge_with_names();
	expect("SELECT culprit_function || culprit_file || culprit_line || culprit_module "
	       "FROM finding",
	       "open_candidatefile.c7/opt/bin/program");
}

Test(findings, of_two_frames_of_the_project_the_inner_one_is_the_culprit)
{
	const uint64_t addresses[] = {0x5010, 0x5030};

	three_modules();
	cr_assert_eq(play.sink->stack(play.sink->ctx, 0, 80, ++play.now_ns, addresses, 2), 0);
	fd_open(5, 80);
	judge_with_names();
	expect("SELECT culprit_function FROM finding", "open_candidate");
}

Test(findings, a_library_compiled_into_the_program_is_not_the_culprit)
{
	const uint64_t addresses[] = {0x5040, 0x5030};

	three_modules();
	cr_assert_eq(play.sink->stack(play.sink->ctx, 0, 81, ++play.now_ns, addresses, 2), 0);
	fd_open(5, 81);
	judge_with_names();
	expect("SELECT culprit_function FROM finding", "open_relay");
}

Test(findings, standard_streams_are_meant_to_stay)
{
	open_many(1, 3, NO_STACK);
	play_judge();
	expect("SELECT group_concat(subject) FROM resource JOIN evidence ON resource.id = "
	       "resource_id",
	       "3");
}

Test(findings, what_a_shell_does_itself_is_left_out_and_counted)
{
	const uint64_t addresses[] = {0x7010, 0x7020};

	play_module("/usr/bin/bash", 0x7000, 0x8000);
	cr_assert_eq(play.sink->stack(play.sink->ctx, 0, 82, ++play.now_ns, addresses, 2), 0);
	open_many(5, 2, 82);
	play_judge();
	expect("SELECT count(*) FROM finding", "0");
	expect("SELECT weight || count FROM note WHERE name = 'shells'", "INFO2");
}

Test(findings, what_a_runtime_keeps_for_the_process_is_left_out_and_counted)
{
	const uint64_t addresses[] = {0x3010, 0x3020,
				      0x5010}; /* a library's, below a project's main */

	three_modules();
	cr_assert_eq(play.sink->stack(play.sink->ctx, 0, 83, ++play.now_ns, addresses, 3), 0);
	fd_open(5, 83);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	name_place("/usr/lib/libstdc++.so.6.0.30", 0x10, "uv__make_pipe");
	name_place("/usr/lib/libstdc++.so.6.0.30", 0x20, "uv_default_loop");
	name_place("/opt/bin/program", 0x10, "main");
	cr_assert_eq(analyze_findings(play.trace), 0);
	expect("SELECT count(*) FROM finding", "0");
	expect("SELECT weight || count FROM note WHERE name = 'lifelong'", "INFO1");
}

Test(findings, without_a_frame_of_the_project_the_runtime_is_the_culprit)
{
	const uint64_t addresses[] = {0x1010, 0x3010};

	three_modules();
	cr_assert_eq(play.sink->stack(play.sink->ctx, 0, 78, ++play.now_ns, addresses, 2), 0);
	fd_open(5, 78);
	judge_with_names();
	expect("SELECT culprit_function FROM finding", "std::thread");
}

Test(findings, stacks_of_one_function_are_one_finding_and_another_function_is_another)
{
	three_modules();
	three_frames(77, 0x5010);
	three_frames(78, 0x5020);
	three_frames(79, 0x5030);
	fd_open(5, 77);
	fd_open(6, 78);
	fd_open(7, 79);
	judge_with_names();
	expect("SELECT group_concat(culprit_function || count) FROM "
	       "(SELECT * FROM finding ORDER BY rank)",
	       "open_candidate2,open_relay1");
}

Test(findings, a_fingerprint_does_not_depend_on_where_a_module_lies)
{
	char first[32];

	three_modules();
	three_frames(77, 0x5010);
	fd_open(5, 77);
	judge_with_names();
	snprintf(first, sizeof(first), "%s", ask("SELECT fingerprint FROM finding"));
	cr_expect_eq(strlen(first), 16);
	play_close();
	play_begin();
	play_module("/usr/local/lib/libc.so.6", 0x1000, 0x2000);
	play_module("/usr/lib/libstdc++.so.6.0.30", 0x3000, 0x4000);
	play_module("/opt/bin/program", 0x15000, 0x16000);
	three_frames(99, 0x15020);
	fd_open(5, 99);
	judge_with_names();
	expect("SELECT fingerprint FROM finding", first);
}

Test(findings, judging_again_gives_the_same)
{
	open_many(5, 3, 0x10);
	play_judge();
	cr_assert_eq(analyze_findings(play.trace), 0);
	expect("SELECT count(*) FROM finding", "1");
	expect("SELECT count(*) FROM evidence", "3");
}

/* At mark i there are counts[i] more than before. */
static void sessions(const int *counts, int marks)
{
	uint64_t fd = 5;
	char text[32];

	for (int i = 0; i < marks; i++) {
		open_many(fd, counts[i], 0x10);
		fd += (uint64_t)counts[i];
		fd_open(1000, 0x20);
		fd_close(1000, 0x20);
		snprintf(text, sizeof(text), "session %d", i + 1);
		play_mark(text);
	}
}

Test(findings, what_rises_at_every_mark_grows_and_is_not_told_again)
{
	const int counts[] = {2, 3, 3, 3};

	sessions(counts, 4);
	play_judge();
	expect("SELECT count(*) FROM finding", "1");
	expect("SELECT rule || state || count || '/' || slope FROM finding",
	       "fd-leakgrowing11/3.0");
	expect("SELECT message FROM finding",
	       "UDP sockets: 3 more alive at every session (2, 5, 8, 11)");
	expect("SELECT count(*) FROM evidence", "11");
}

Test(findings, a_mark_after_the_end_does_not_say_that_nothing_grew)
{
	const int counts[] = {2, 3, 3, 3};

	sessions(counts, 4);
	play_end(COLLECT_END_EXIT);
	play_mark("session 5");
	play_judge();
	expect("SELECT message FROM finding",
	       "UDP sockets: 3 more alive at every session (2, 5, 8, 11)");
}

Test(findings, among_many_marks_one_may_bring_nothing)
{
	const int counts[] = {1, 1, 1, 0, 1, 1, 1};

	sessions(counts, 7);
	play_judge();
	expect("SELECT message FROM finding", "UDP sockets: about 0.833 more alive at almost every "
					      "session (1, 2, 3, 3, 4, ..., 6)");
}

Test(findings, what_fills_up_and_stays_is_no_growth)
{
	const int counts[] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0};

	sessions(counts, 10);
	play_judge();
	expect("SELECT rule || state FROM finding", "fd-leakat-exit");
}

Test(findings, what_just_filled_up_is_no_growth)
{
	const int counts[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0};

	sessions(counts, 11);
	play_judge();
	expect("SELECT rule || state FROM finding", "fd-leakat-exit");
}

Test(findings, what_rises_at_every_third_mark_to_the_end_grows)
{
	const int counts[] = {0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1};

	sessions(counts, 18);
	play_judge();
	expect("SELECT message FROM finding",
	       "UDP sockets: about 0.353 more alive with a session, on "
	       "average (0, 0, 1, 1, 1, ..., 6)");
}

Test(findings, what_is_made_now_and_then_is_no_growth)
{
	const int counts[] = {1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0};

	sessions(counts, 18);
	play_judge();
	expect("SELECT rule || state FROM finding", "fd-leakat-exit");
}

Test(findings, the_first_mark_may_be_warm_up)
{
	const int counts[] = {4, 0, 1, 2};

	sessions(counts, 4);
	play_judge();
	expect("SELECT message FROM finding",
	       "UDP sockets: about 1.5 more alive at every session (4, 5, 7)");
}

Test(findings, two_marks_or_a_pause_prove_no_growth)
{
	const int pause[] = {1, 1, 0, 1};

	sessions(pause, 2);
	play_judge();
	expect("SELECT rule || state FROM finding", "fd-leakat-exit");
	sessions(pause, 4);
	play_flush();
	cr_assert_eq(analyze_findings(play.trace), 0);
	expect("SELECT group_concat(DISTINCT rule || state) FROM finding", "fd-leakat-exit");
}

Test(findings, marks_of_different_texts_are_no_series)
{
	fd_open(5, 0x10);
	play_mark("start");
	fd_open(6, 0x10);
	play_mark("middle");
	fd_open(7, 0x10);
	play_mark("end");
	play_judge();
	expect("SELECT rule || state FROM finding", "fd-leakat-exit");
}

/* count of them live across the mark, and end before the next. */
static void across_mark(int count)
{
	open_many(100, count, 0x10);
	play_mark("session 1");
	for (int i = 0; i < count; i++)
		fd_close(100 + (uint64_t)i, 0x20);
}

Test(findings, more_that_are_late_at_every_mark_are_no_growth)
{
	for (int i = 0; i < 5; i++)
		across_mark(i);
	play_judge();
	expect("SELECT count(*) FROM finding", "0");
}

Test(findings, what_is_late_beside_does_not_hide_what_stays)
{
	for (int i = 0; i < 4; i++) {
		fd_open(20 + (uint64_t)i, 0x10);
		across_mark(2);
	}
	play_judge();
	expect("SELECT message FROM finding",
	       "UDP sockets: 1 more alive at every session (3, 4, 5, 6)");
}

Test(findings, detached_threads_that_grow_are_told)
{
	for (uint64_t i = 0; i < 3; i++) {
		thread_event(TRACK_OP_CREATE, i, TRACK_THREAD_DETACHED);
		play_mark("session 1");
	}
	play_judge();
	expect("SELECT rule || kind || message FROM finding",
	       "thread-leakthreadthreads: 1 more alive at every session (1, 2, 3)");
}

static void double_close(void)
{
	play_stack(0x10);
	play_stack(0x20);
	play_stack(0x30);
	fd_open(5, 0x10);
	fd_close(5, 0x20);
	fd_bad_close(5, 0x30);
}

Test(findings, a_double_close_is_broken_and_shows_all_three_places)
{
	double_close();
	play_judge();
	expect("SELECT rule || state || count || message FROM finding",
	       "double-closebroken11 UDP socket closed here had been closed before");
	expect("SELECT group_concat(role || ' ' || hash) FROM (SELECT * FROM evidence e "
	       "JOIN stack s ON s.id = e.stack_id ORDER BY position)",
	       "created at 16,closed first at 32,closed again at 48");
	expect("SELECT hash FROM finding f JOIN stack s ON s.id = f.stack_id", "48");
}

Test(findings, the_broken_come_before_the_growing_before_the_rest)
{
	const int counts[] = {1, 1, 1};

	double_close();
	sessions(counts, 3);
	thread_event(TRACK_OP_CREATE, 1, 0);
	play_end(COLLECT_END_EXIT);
	play_judge();
	expect("SELECT group_concat(state) FROM (SELECT * FROM finding ORDER BY rank)",
	       "broken,growing,at-exit");
}

Test(findings, a_forked_child_that_execs_may_close_twice)
{
	play_process(1, OTHER, 0, TRACK_ORIGIN_FORK);
	double_close();
	play_end(COLLECT_END_EXEC);
	play_judge();
	expect_no_findings();
}

Test(findings, a_sweep_is_no_double_close)
{
	fd_open(5, NO_STACK);
	fd_close(5, NO_STACK);
	for (uint64_t fd = 3; fd < 9; fd++)
		fd_bad_close(fd, 0x30);
	play_judge();
	expect_no_findings();
}

Test(findings, only_proof_fails_a_gate_unless_it_is_strict)
{
	cr_expect_eq(analyze_state_fails("broken", false), 1);
	cr_expect_eq(analyze_state_fails("growing", false), 1);
	cr_expect_eq(analyze_state_fails("leaked", false), 1);
	cr_expect_eq(analyze_state_fails("unclosed", false), 1);
	cr_expect_eq(analyze_state_fails("suspect", false), 0);
	cr_expect_eq(analyze_state_fails("suspect", true), 1);
	cr_expect_eq(analyze_state_fails("recheck", false), 0);
	cr_expect_eq(analyze_state_fails("recheck", true), 1);
	cr_expect_eq(analyze_state_fails("late", true), 0);
	cr_expect_eq(analyze_state_fails("at-exit", false), 0);
	cr_expect_eq(analyze_state_fails("at-exit", true), 1);
	cr_expect_eq(analyze_state_fails("inherited", true), 0);
}
