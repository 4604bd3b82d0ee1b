/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of sessions, judged as soaks. */
#include "steps.inc.c"

static void begin(void)
{
	play_begin();
	texts();
	play_stack(10);
	play_stack(20);
}

TestSuite(soak, .init = begin, .fini = play_close);

static void soak(enum soak_by by, uint64_t sessions, const char *class_name)
{
	cr_assert_eq(lifetimes_count_sessions(play.lifetimes, by, class_name), 0);
	cr_assert_eq(soak_begin(play.trace, by, sessions, "marks"), 0);
}

static void mark(int session)
{
	char text[32];

	snprintf(text, sizeof(text), "session %d", session);
	play_mark(text);
}

/* kept[i] of those that session i opens stay open; one more passes. */
static void play_sessions(const int *kept, int count)
{
	static uint64_t next;

	next = 100;
	for (int i = 0; i < count; i++) {
		for (int j = 0; j < kept[i]; j++)
			fd_open(next++, 10);
		fd_open(5, 20);
		fd_close(5, 20);
		mark(i + 1);
	}
}

#define expect_trends(text)                                                                        \
	expect("SELECT group_concat(verdict || ' ' || class || ' ' || first || ' ' || last, ', "   \
	       "') "                                                                               \
	       "FROM trend",                                                                       \
	       text)
#define expect_no_verdict(text) expect("SELECT value FROM meta WHERE key = 'no_verdict'", text)

Test(soak, what_grows_is_a_trend_and_a_finding)
{
	const int kept[] = {1, 1, 1, 1, 1, 1, 1, 1};

	soak(SOAK_BY_MARKS, 8, NULL);
	play_sessions(kept, 8);
	play_judge();
	expect_trends("growing udp 1 8");
	expect("SELECT slope || ' ' || slope_low || ' ' || slope_high || ' ' || warm_up FROM trend",
	       "1.0 1.0 1.0 0");
	expect("SELECT state || ' ' || slope FROM finding", "growing 1.0");
	expect_no_verdict("");
}

Test(soak, what_leaks_now_and_then_grows_where_marks_alone_tell_nothing)
{
	const int kept[] = {1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0};

	play_sessions(kept, 18);
	play_judge();
	expect("SELECT state FROM finding", "at-exit");
	expect_trends("");
	cr_assert_eq(soak_begin(play.trace, SOAK_BY_MARKS, 18, "marks"), 0);
	cr_assert_eq(analyze_findings(play.trace), 0);
	expect_trends("growing udp 1 6");
	expect("SELECT state FROM finding", "growing");
}

Test(soak, a_cache_is_no_finding_that_fails)
{
	const int kept[] = {0, 3, 0, 0, 0, 0, 0, 0, 0, 0};

	soak(SOAK_BY_MARKS, 10, NULL);
	play_sessions(kept, 10);
	play_judge();
	expect_trends("cache udp 0 3");
	expect("SELECT state FROM finding", "at-exit");
	expect_no_verdict("");
}

Test(soak, what_is_not_clear_gives_no_verdict)
{
	const int kept[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0};

	soak(SOAK_BY_MARKS, 20, NULL);
	play_sessions(kept, 20);
	play_judge();
	expect_trends("unclear udp 1 17");
	expect_no_verdict("whether 1 place grows is unclear; about 40 sessions would tell");
}

Test(soak, fewer_sessions_than_asked_for_give_no_verdict)
{
	const int kept[] = {0, 0, 0, 0, 0, 0, 0};

	soak(SOAK_BY_MARKS, 8, NULL);
	play_sessions(kept, 7);
	play_judge();
	expect_no_verdict("7 of 8 sessions were over at the end");
	expect("SELECT value FROM meta WHERE key = 'soak_over'", "7");
}

Test(soak, why_it_was_stopped_weighs_more)
{
	soak(SOAK_BY_MARKS, 8, NULL);
	cr_assert_eq(soak_stop(play.trace, "repetition 2 failed"), 0);
	play_judge();
	expect_no_verdict("repetition 2 failed");
}

Test(soak, of_few_sessions_a_trend_is_not_told)
{
	const int kept[] = {1, 1, 0, 1};

	soak(SOAK_BY_MARKS, 8, NULL);
	play_sessions(kept, 4);
	play_judge();
	expect("SELECT verdict || ' ' || (slope IS NULL) FROM trend", "too few 1");
}

Test(soak, what_is_merely_late_does_not_grow)
{
	uint64_t next = 100;

	soak(SOAK_BY_MARKS, 12, NULL);
	for (int i = 1; i <= 12; i++) {
		for (int j = 0; j < i; j++)
			fd_open(next + (uint64_t)j, 10);
		mark(i);
		for (int j = 0; j < i; j++)
			fd_close(next + (uint64_t)j, 10);
	}
	play_judge();
	expect_trends("steady udp 1 12");
	expect_no_verdict("");
}

Test(soak, closes_of_scopes_are_sessions)
{
	soak(SOAK_BY_CLOSES, 6, "Cand*");
	for (uint64_t i = 0; i < 6; i++) {
		cr_expect_eq(lifetimes_sessions(play.lifetimes), i);
		STEP(OPEN, SCOPE, CONNECTION, .text = TEXT_CLASS);
		fd_open(100 + i, 10);
		STEP(CLOSE, SCOPE, CONNECTION);
		cr_expect_eq(lifetimes_sessions(play.lifetimes), i);
		STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
		STEP(DESTROY, SCOPE, CONNECTION);
	}
	cr_expect_eq(lifetimes_sessions(play.lifetimes), 6);
	play_judge();
	expect("SELECT group_concat(text) FROM mark WHERE id < 3",
	       "session 1 (closed),session 2 (closed)");
	expect("SELECT verdict || first || last FROM trend WHERE class = 'udp'", "growing16");
}

Test(soak, who_is_destroyed_without_a_close_is_over_too)
{
	soak(SOAK_BY_CLOSES, 6, "Candidate");
	STEP(OPEN, SCOPE, CONNECTION, .text = TEXT_CLASS);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(OPEN, SCOPE, AGENT, .text = TEXT_CHECKLIST);
	STEP(DESTROY, SCOPE, AGENT);
	cr_expect_eq(lifetimes_sessions(play.lifetimes), 1);
}

Test(soak, marks_of_repetitions_do_not_mix_with_those_of_the_program)
{
	char text[SOAK_MARK_BYTES];

	soak(SOAK_BY_REPETITIONS, 6, NULL);
	for (int i = 1; i <= 3; i++) {
		soak_mark_text(SOAK_BY_REPETITIONS, (uint64_t)i, text);
		play_mark(text);
		mark(2 * i);
		mark(2 * i + 1);
	}
	cr_expect_eq(lifetimes_sessions(play.lifetimes), 3);
	play_judge();
	expect_no_verdict("3 of 6 sessions were over at the end");
}

Test(soak, of_several_series_the_one_named_session_counts)
{
	soak(SOAK_BY_MARKS, 6, NULL);
	for (int i = 0; i < 9; i++)
		play_mark("round 1");
	cr_expect_eq(lifetimes_sessions(play.lifetimes), 9);
	mark(1);
	cr_expect_eq(lifetimes_sessions(play.lifetimes), 1);
}

Test(soak, threads_that_grow_reach_their_limit_too)
{
	soak(SOAK_BY_MARKS, 6, NULL);
	cr_assert_eq(trace_set_meta(play.trace, "thread_limit", "100"), 0);
	for (uint64_t i = 1; i <= 6; i++) {
		play_event((struct collect_event){.op = TRACK_OP_CREATE,
						  .kind = TRACK_KIND_THREAD,
						  .subject = i,
						  .tid = OTHER,
						  .stack = 10,
						  .call = TRACK_CALL_pthread_create});
		mark((int)i);
	}
	play_judge();
	expect("SELECT supply || ' ' || capacity || ' ' || sessions_left FROM trend",
	       "threads 100 94");
}

Test(soak, what_uses_up_descriptors_is_told_with_all_that_grows_beside)
{
	soak(SOAK_BY_MARKS, 6, NULL);
	play.last.fd_limit = 100;
	cr_assert_eq(play.sink->process(play.sink->ctx, &play.last), 0);
	for (uint64_t i = 0; i < 6; i++) {
		fd_open(100 + i, 10);
		fd_open_as(200 + i, 20, TRACK_FD_CLASS_PIPE, 0, -1);
		mark((int)i);
	}
	play_judge();
	expect("SELECT supply || ' ' || sessions_left FROM trend WHERE class = 'udp'",
	       "descriptors 44");
}

Test(soak, another_recording_has_no_trends)
{
	const int kept[] = {1, 1, 1, 1, 1, 1};

	play_sessions(kept, 6);
	play_judge();
	expect_trends("");
	expect("SELECT count(*) FROM meta WHERE key = 'no_verdict'", "0");
}
