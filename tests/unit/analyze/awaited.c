/* SPDX-License-Identifier: Apache-2.0 */
/* What a process whose end is held back is held back for. */
#include "steps.inc.c"

enum { WORKER_SELF = 0x7400, WORKER = 174, FD = 7 };
#define GRACE 1000000000ull

TestSuite(awaited, .init = play_begin, .fini = play_close);

static bool awaits_at(uint64_t now_ns)
{
	return lifetimes_await(play.lifetimes, &(struct collect_held){.index = 0,
								      .tid = PID,
								      .since_ns = play.now_ns,
								      .seen_ns = now_ns});
}

/* A moment after the last step, and a moment after the grace time. */
static void expect_awaited(bool awaited)
{
	cr_expect_eq(awaits_at(play.now_ns + 1), awaited);
	cr_expect_not(awaits_at(play.now_ns + GRACE));
}

static void own(uint64_t subject, uint8_t kind, uint64_t owner)
{
	step((struct step){.op = TRACK_OP_OWN,
			   .kind = kind,
			   .subject = subject,
			   .other = owner,
			   .other_kind = TRACK_KIND_SCOPE});
}

static void connect_with(uint32_t traits)
{
	STEP(OPEN, SCOPE, CONNECTION, .arg = traits);
}

static void close_connection(void)
{
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
}

Test(awaited, a_socket_of_a_closed_connection)
{
	connect_with(0);
	fd_open(FD, NO_STACK);
	own(FD, TRACK_KIND_FD, CONNECTION);
	expect_awaited(false);
	close_connection();
	expect_awaited(true);
	fd_close(FD, NO_STACK);
	expect_awaited(false);
}

Test(awaited, a_thread_until_it_is_joined)
{
	connect_with(0);
	play_event((struct collect_event){.op = TRACK_OP_CREATE,
					  .kind = TRACK_KIND_THREAD,
					  .subject = WORKER_SELF,
					  .tid = WORKER});
	own(WORKER_SELF, TRACK_KIND_THREAD, CONNECTION);
	close_connection();
	expect_awaited(true);
	play_event((struct collect_event){.op = TRACK_OP_DONE,
					  .kind = TRACK_KIND_THREAD,
					  .subject = WORKER_SELF,
					  .tid = WORKER});
	expect_awaited(true);
	play_event((struct collect_event){.op = TRACK_OP_DESTROY,
					  .kind = TRACK_KIND_THREAD,
					  .subject = WORKER_SELF,
					  .call = TRACK_CALL_pthread_join});
	expect_awaited(false);
}

Test(awaited, a_task_of_an_object_of_a_destroyed_connection)
{
	connect_with(0);
	STEP(CREATE, OBJECT, AGENT);
	own(AGENT, TRACK_KIND_OBJECT, CONNECTION);
	STEP(CREATE, TASK, TASK);
	STEP(OWN, TASK, TASK, .other = AGENT, .other_kind = TRACK_KIND_OBJECT);
	STEP(DESTROY, SCOPE, CONNECTION);
	expect_awaited(true);
	STEP(DESTROY, OBJECT, AGENT);
	expect_awaited(true);
	STEP(DONE, TASK, TASK);
	expect_awaited(false);
}

Test(awaited, what_is_referred_to_by_what_is_over_alone)
{
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(CREATE, OBJECT, AGENT);
	retain(CANDIDATE, 0, AGENT, 0);
	retain(CANDIDATE, 0, CONNECTION, 0);
	STEP(DESTROY, OBJECT, AGENT);
	expect_awaited(true);
	STEP(CREATE, OBJECT, TASK);
	retain(CANDIDATE, 0, TASK, 0);
	expect_awaited(false);
	STEP(DESTROY, OBJECT, TASK);
	expect_awaited(true);
	release(CANDIDATE, 0, AGENT);
	release(CANDIDATE, 0, TASK);
	expect_awaited(false);
}

Test(awaited, a_handler_for_many_calls_not_before_its_owner_is_gone)
{
	connect_with(0);
	arm(0);
	own(CALLBACK, TRACK_KIND_CALLBACK, CONNECTION);
	close_connection();
	expect_awaited(false);
	STEP(DESTROY, SCOPE, CONNECTION);
	expect_awaited(true);
}

Test(awaited, what_is_to_live_as_long_as_the_process_never)
{
	connect_with(0);
	STEP(CREATE, OBJECT, AGENT, .arg = TRACK_PROCESS_LIFE);
	own(AGENT, TRACK_KIND_OBJECT, CONNECTION);
	close_connection();
	expect_awaited(false);
}

Test(awaited, nor_what_belongs_to_that)
{
	connect_with(TRACK_PROCESS_LIFE);
	STEP(CREATE, OBJECT, AGENT);
	own(AGENT, TRACK_KIND_OBJECT, CONNECTION);
	STEP(OPEN, SCOPE, CANDIDATE);
	STEP(OWN, SCOPE, CONNECTION, .other = CANDIDATE, .other_kind = TRACK_KIND_SCOPE);
	STEP(DESTROY, SCOPE, CANDIDATE);
	expect_awaited(false);
}

Test(awaited, what_a_hint_says_not)
{
	connect_with(0);
	STEP(CALL, SCOPE, CONNECTION);
	fd_open(FD, NO_STACK);
	STEP(CALL, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	close_connection();
	expect_awaited(false);
}

Test(awaited, a_close_that_another_thread_is_about_to_finish)
{
	connect_with(TRACK_MUST_CLOSE);
	STEP(CLOSE, SCOPE, CONNECTION, .tid = OTHER);
	expect_awaited(true);
	STEP(CLOSE, SCOPE, CONNECTION, .tid = OTHER, .arg = TRACK_RETURNED);
	expect_awaited(false);
}

Test(awaited, not_the_close_from_within_the_program_is_ended)
{
	connect_with(TRACK_MUST_CLOSE);
	STEP(CLOSE, SCOPE, CONNECTION);
	expect_awaited(false);
}

Test(awaited, what_a_refused_close_left)
{
	connect_with(0);
	fd_open(FD, NO_STACK);
	own(FD, TRACK_KIND_FD, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED | TRACK_REFUSED);
	expect_awaited(true);
}

Test(awaited, as_long_as_the_trace_says)
{
	cr_assert_eq(trace_set_meta(play.trace, "grace_ns", "5"), 0);
	connect_with(0);
	fd_open(FD, NO_STACK);
	own(FD, TRACK_KIND_FD, CONNECTION);
	close_connection();
	cr_expect(awaits_at(play.now_ns + 4));
	cr_expect_not(awaits_at(play.now_ns + 5));
}

Test(awaited, of_a_process_that_is_not_followed_nothing)
{
	connect_with(0);
	fd_open(FD, NO_STACK);
	own(FD, TRACK_KIND_FD, CONNECTION);
	close_connection();
	cr_expect_not(lifetimes_await(play.lifetimes,
				      &(struct collect_held){.index = 9, .seen_ns = play.now_ns}));
}

/* Whether the report says that it could not be held back. */
static const char *unheld(enum track_engine engine, const char *settle_ns)
{
	if (settle_ns)
		cr_assert_eq(trace_set_meta(play.trace, "settle_ns", settle_ns), 0);
	play.last.index = 1;
	play.last.pid = OTHER;
	play.last.engine = engine;
	play.process = 1;
	cr_assert_eq(play.sink->process(play.sink->ctx, &play.last), 0);
	connect_with(0);
	fd_open(FD, NO_STACK);
	own(FD, TRACK_KIND_FD, CONNECTION);
	close_connection();
	play_end(COLLECT_END_EXIT);
	play_flush();
	return ask("SELECT coalesce(sum(count), 0) FROM note WHERE name = 'unheld'");
}

Test(awaited, probes_hold_nobody_back_and_that_is_noted)
{
	cr_expect_str_eq(unheld(TRACK_ENGINE_PROBES, "1000000000"), "1");
}

Test(awaited, nothing_is_noted_that_nobody_wanted)
{
	cr_expect_str_eq(unheld(TRACK_ENGINE_PROBES, NULL), "0");
}

Test(awaited, nothing_is_noted_of_the_preloaded_library)
{
	cr_expect_str_eq(unheld(TRACK_ENGINE_SHIM, "1000000000"), "0");
}
