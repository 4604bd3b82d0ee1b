/* SPDX-License-Identifier: Apache-2.0 */
/* Where threads stand, with what else is known of them. */
#include "steps.inc.c"

enum { WORKER = 174, WORKER_SELF = 0x7400, MUTEX = 0x10, OTHER_MUTEX = 0x20, SCOPE = 0x600 };

static void begin(void)
{
	play_begin();
	texts();
	play_program((const uint64_t[]){0x5010, 0x5020}, 2);
}

TestSuite(standing, .init = begin, .fini = play_close);

static void worker_starts(void)
{
	play_event((struct collect_event){.op = TRACK_OP_CREATE,
					  .kind = TRACK_KIND_THREAD,
					  .subject = WORKER_SELF,
					  .tid = WORKER,
					  .stack = 0x5010});
}

static void worker_is_done(void)
{
	play_event((struct collect_event){.op = TRACK_OP_DONE,
					  .kind = TRACK_KIND_THREAD,
					  .subject = WORKER_SELF,
					  .tid = WORKER});
}

static void stand(const struct collect_standings *standings)
{
	cr_assert_eq(play.sink->standings(play.sink->ctx, play.process, standings), 0, "%s",
		     trace_error(play.trace));
}

/* Of one thread. */
static void stands(struct collect_standing thread)
{
	stand(&(struct collect_standings){
		.time_ns = ++play.now_ns, .threads = &thread, .thread_count = 1});
}

static void nobody_stands(void)
{
	stand(&(struct collect_standings){.time_ns = ++play.now_ns});
}

Test(standing, a_wait_for_a_lock_is_told_with_what_is_held)
{
	const struct track_held held[] = {
		{.lock = OTHER_MUTEX, .caller = 0x5044, .mode = TRACK_WAIT_MUTEX, .depth = 2},
		{.lock = 0x30, .since_ns = 7, .mode = TRACK_WAIT_READ, .depth = 1},
	};

	stands((struct collect_standing){.tid = PID,
					 .wait = TRACK_WAIT_MUTEX,
					 .flags = TRACK_STANDING_TIMED,
					 .call = TRACK_CALL_close,
					 .subject = MUTEX,
					 .other = 3,
					 .since_ns = 1001,
					 .stack = 0x5020,
					 .held = held,
					 .held_count = 2});
	expect("SELECT s.wait || ' ' || timed || ' ' || call || ' ' || subject || ' ' || other || "
	       "' ' || since_ns || ' ' || k.hash FROM standing s JOIN stack k ON k.id = s.stack_id "
	       "WHERE s.tid = 100 AND s.process_id = 1 AND thread_id IS NULL",
	       "mutex 1 close 16 3 1001 20512");
	expect("SELECT time_ns FROM standing", ask("SELECT max(time_ns) FROM standing"));
	expect("SELECT group_concat(position || ' ' || lock || ' ' || mode || ' ' || depth || ' ' "
	       "|| "
	       "coalesce(h.since_ns, '-') || ' ' || hex(addresses), ', ') "
	       "FROM held h LEFT JOIN stack k ON k.id = stack_id",
	       "0 32 mutex 2 - 4450000000000000, 1 48 read-lock 1 7 ");
}

Test(standing, a_caller_is_a_place_like_any_other)
{
	const struct track_held held = {.lock = 1, .caller = 0x5044, .mode = TRACK_WAIT_MUTEX};

	stands((struct collect_standing){.tid = PID, .held = &held, .held_count = 1});
	play_end(COLLECT_END_EXIT);
	play_judge();
	expect("SELECT l.path || ' ' || l.address FROM held JOIN stack_frame f USING (stack_id) "
	       "JOIN location l ON l.id = f.location_id",
	       "/opt/bin/program 68");
}

Test(standing, a_join_waits_for_a_thread_that_is_known)
{
	worker_starts();
	stands((struct collect_standing){
		.tid = PID, .wait = TRACK_WAIT_THREAD, .subject = WORKER_SELF});
	expect("SELECT r.kind || ' ' || r.tid FROM standing s JOIN resource r ON r.id = target_id",
	       "thread 174");
	expect("SELECT other FROM standing", "");
}

Test(standing, a_receiver_waits_for_a_descriptor_that_is_known)
{
	fd_open(0, 0x5010);
	stands((struct collect_standing){.tid = PID, .wait = TRACK_WAIT_DESCRIPTOR});
	expect("SELECT r.kind || ' ' || r.subject || ' ' || s.subject FROM standing s JOIN "
	       "resource r ON r.id = target_id",
	       "fd 0 0");
	fd_close(0, 0x5010);
	stands((struct collect_standing){.tid = PID, .wait = TRACK_WAIT_DESCRIPTOR});
	expect("SELECT target_id FROM standing", "");
}

Test(standing, a_mutex_at_the_address_of_a_thread_is_no_thread)
{
	worker_starts();
	stands((struct collect_standing){
		.tid = PID, .wait = TRACK_WAIT_MUTEX, .subject = WORKER_SELF});
	expect("SELECT target_id FROM standing", "");
}

Test(standing, a_thread_is_known_by_its_tid_until_it_is_done)
{
	struct collect_standing waits = {.tid = WORKER, .wait = TRACK_WAIT_FUTEX, .subject = 1};

	worker_starts();
	stands(waits);
	expect("SELECT r.kind || ' ' || r.subject FROM standing s JOIN resource r ON r.id = "
	       "thread_id",
	       "thread 29696");
	worker_is_done();
	stands(waits);
	expect("SELECT thread_id FROM standing", "");
}

Test(standing, who_neither_waits_nor_holds_nor_is_inside_has_no_row)
{
	worker_starts();
	stands((struct collect_standing){.tid = WORKER});
	expect("SELECT count(*) FROM standing", "0");
	stands((struct collect_standing){
		.tid = WORKER, .flags = TRACK_STANDING_RUNNING, .stack = 0x5010});
	expect("SELECT coalesce(wait, '-') || ' ' || (stack_id IS NOT NULL) FROM standing", "- 1");
}

#define INSIDE                                                                                     \
	"SELECT group_concat(tid || ' ' || position || ' ' || kind || ' ' || closing, ', ') FROM " \
	"(SELECT s.tid, position, kind, closing FROM inside JOIN standing s ON s.id = "            \
	"standing_id JOIN resource r ON r.id = resource_id ORDER BY s.tid, position)"

Test(standing, the_calls_that_it_is_inside_of_are_told_innermost_first)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(OPEN, SCOPE, AGENT);
	STEP(ARM, CALLBACK, CALLBACK);
	STEP(CALL, SCOPE, CONNECTION, .tid = WORKER);
	STEP(FIRE, CALLBACK, CALLBACK, .tid = WORKER);
	STEP(CLOSE, SCOPE, CONNECTION, .tid = WORKER);
	STEP(CALL, SCOPE, AGENT);
	STEP(CALL, SCOPE, AGENT, .arg = TRACK_RETURNED);
	stands((struct collect_standing){
		.tid = WORKER, .wait = TRACK_WAIT_MUTEX, .subject = MUTEX});
	expect(INSIDE, "174 0 scope 1, 174 1 callback 0, 174 2 scope 0");
}

Test(standing, a_close_that_returned_is_none)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	nobody_stands();
	expect("SELECT count(*) FROM standing", "0");
}

Test(standing, a_call_of_which_there_is_no_record_but_that_one_is_inside_counts)
{
	STEP(ARM, CALLBACK, CALLBACK);
	STEP(FIRE, CALLBACK, CALLBACK, .tid = WORKER, .arg = TRACK_FIRE_AGAIN | TRACK_FIRE_WITH(5));
	nobody_stands();
	expect(INSIDE, "174 0 callback 0");
	expect("SELECT coalesce(wait, '-') || timed FROM standing", "-0");
}

#define TOLD                                                                                       \
	"SELECT told_kind || ' ' || told_subject || ' ' || coalesce(told_text, '-') || ' ' || "    \
	"coalesce(k.hash, '-') || ' ' || coalesce(r.kind, '-') FROM standing s LEFT JOIN stack k " \
	"ON k.id = told_stack LEFT JOIN resource r ON r.id = told_id WHERE s.tid = 100"

Test(standing, what_the_program_says_that_it_waits_for_is_told)
{
	STEP(ARM, TIMER, TASK);
	STEP(BLOCK, TIMER, TASK, .text = TEXT_CHECKLIST, .stack = 0x5020);
	uint64_t begun_ns = play.now_ns;

	stands((struct collect_standing){.tid = PID, .wait = TRACK_WAIT_CONDITION, .subject = 1});
	expect(TOLD, "timer 1280 checklist 20512 timer");
	expect("SELECT count(*) FROM standing", "1");
	cr_expect_eq((uint64_t)strtoull(ask("SELECT told_ns FROM standing"), NULL, 10), begun_ns);
	STEP(UNBLOCK, TIMER, TASK);
	nobody_stands();
	expect("SELECT count(*) FROM standing", "0");
}

Test(standing, what_it_waits_for_is_known_also_when_it_is_over)
{
	STEP(ARM, TIMER, TASK);
	STEP(FIRE, TIMER, TASK, .tid = WORKER);
	STEP(BLOCK, TIMER, TASK);
	nobody_stands();
	expect("SELECT ending || ' ' || death_tid FROM standing s JOIN resource r ON r.id = "
	       "told_id",
	       "fired 174");
	worker_starts();
	STEP(BLOCK, THREAD, WORKER_SELF);
	nobody_stands();
	expect(TOLD, "thread 29696 - - thread");
}

Test(standing, of_waits_within_each_other_the_innermost_is_told)
{
	STEP(BLOCK, LOCK, 1);
	STEP(BLOCK, OBJECT, 2);
	STEP(BLOCK, OBJECT, 3, .tid = WORKER);
	STEP(UNBLOCK, OBJECT, 1);
	STEP(UNBLOCK, LOCK, 2);
	nobody_stands();
	expect(TOLD, "object 2 - - -");
	STEP(UNBLOCK, OBJECT, 2);
	nobody_stands();
	expect(TOLD, "lock 1 - - -");
	expect("SELECT count(*) FROM standing", "2");
}

Test(standing, of_too_many_waits_the_outermost_are_forgotten)
{
	for (uint64_t i = 1; i <= 40; i++)
		STEP(BLOCK, OBJECT, i);
	nobody_stands();
	expect(TOLD, "object 40 - - -");
	for (uint64_t i = 40; i > 25; i--)
		STEP(UNBLOCK, OBJECT, i);
	nobody_stands();
	expect(TOLD, "object 25 - - -");
	STEP(UNBLOCK, OBJECT, 25);
	nobody_stands();
	expect("SELECT count(*) FROM standing", "0");
}

Test(standing, a_thread_that_is_over_waits_for_nothing)
{
	worker_starts();
	STEP(BLOCK, OBJECT, 1, .tid = WORKER);
	worker_is_done();
	nobody_stands();
	expect("SELECT count(*) FROM standing", "0");
}

Test(standing, who_woke_last_and_in_which_order_locks_were_taken_is_told)
{
	const struct track_waker waker = {
		.subject = 5, .caller = 0x5050, .time_ns = 6, .tid = WORKER, .count = 7};
	const struct track_lock_order orders[] = {
		{.first = 1,
		 .second = 2,
		 .first_birth = 8,
		 .second_birth = 9,
		 .first_caller = 0x5010,
		 .second_caller = 0x5020,
		 .guard = 3,
		 .tid = PID,
		 .flags = TRACK_LOCK_ORDER_MANY},
		{.first = 2, .second = 1, .tid = WORKER},
	};

	stand(&(struct collect_standings){.time_ns = ++play.now_ns,
					  .wakers = &waker,
					  .waker_count = 1,
					  .orders = orders,
					  .order_count = 2});
	expect("SELECT subject || ' ' || tid || ' ' || w.time_ns || ' ' || count || ' ' || "
	       "hex(addresses) FROM waker w JOIN stack k ON k.id = stack_id",
	       "5 174 6 7 5050000000000000");
	expect("SELECT group_concat(first_birth || ' ' || second_birth, ', ') FROM lock_order",
	       "8 9, 0 0");
	expect("SELECT group_concat(first || ' ' || second || ' ' || coalesce(a.hash, '-') || ' ' "
	       "|| "
	       "coalesce(b.hash, '-') || ' ' || coalesce(guard, '-') || ' ' || tid || ' ' || many, "
	       "', ') FROM lock_order LEFT JOIN stack a ON a.id = first_stack LEFT JOIN stack b ON "
	       "b.id = second_stack",
	       "1 2 20496 20512 3 100 1, 2 1 - - - 174 0");
}

Test(standing, a_later_look_replaces_what_an_earlier_one_saw)
{
	const struct track_held held = {.lock = MUTEX, .mode = TRACK_WAIT_MUTEX};

	stands((struct collect_standing){.tid = PID, .held = &held, .held_count = 1});
	play_process(1, OTHER, 0, TRACK_ORIGIN_START);
	stands((struct collect_standing){.tid = OTHER, .wait = TRACK_WAIT_CHILD});
	play.process = 0;
	stands((struct collect_standing){.tid = PID, .wait = TRACK_WAIT_BARRIER, .subject = 1});
	expect("SELECT group_concat(process_id || ' ' || wait, ', ') FROM standing",
	       "2 child, 1 barrier");
	expect("SELECT count(*) FROM held", "0");
}

static void look(void)
{
	stand(&(struct collect_standings){.time_ns = ++play.now_ns, .goes_on = true});
}

#define KEPT "SELECT group_concat(tag || ' ' || retained || ' ' || released, ', ') FROM reference"

Test(standing, who_looks_in_the_middle_sees_what_is_held_by_whom)
{
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(CREATE, OBJECT, AGENT);
	retain(CANDIDATE, TEXT_CHECKLIST, AGENT, 0x5010);
	retain(AGENT, TEXT_SELECTED, 0, 0x5010);
	nobody_stands();
	expect(KEPT, "");
	look();
	expect("SELECT h.subject FROM reference JOIN resource h ON h.id = holder_id", "512");
	expect("SELECT count(*) FROM resource WHERE death_ns IS NULL", "2");
	retain(CANDIDATE, TEXT_CHECKLIST, AGENT, 0x5010);
	release(AGENT, TEXT_SELECTED, 0);
	STEP(DESTROY, OBJECT, AGENT);
	look();
	expect(KEPT, "checklist 2 0");
	play_end(COLLECT_END_EXIT);
	expect(KEPT, "checklist 2 0");
}

Test(standing, of_an_image_that_is_not_followed_nothing_is_told)
{
	play_end(COLLECT_END_EXIT);
	nobody_stands();
	expect("SELECT count(*) FROM standing", "0");
}

static uint64_t pending(void)
{
	struct lifetimes_status status;

	lifetimes_status(play.lifetimes, &status);
	return status.pending_ns;
}

Test(standing, the_oldest_close_that_goes_on_is_in_the_status)
{
	uint64_t begun_ns;

	STEP(OPEN, SCOPE, CONNECTION);
	STEP(OPEN, SCOPE, AGENT);
	STEP(CALL, SCOPE, AGENT);
	cr_expect_eq(pending(), 0);
	STEP(CLOSE, SCOPE, CONNECTION);
	begun_ns = play.now_ns;
	STEP(CLOSE, SCOPE, AGENT, .tid = WORKER);
	cr_expect_eq(pending(), begun_ns);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	cr_expect_eq(pending(), begun_ns + 1);
	STEP(CLOSE, SCOPE, AGENT, .tid = WORKER, .arg = TRACK_RETURNED);
	cr_expect_eq(pending(), 0);
}

Test(standing, that_a_program_began_to_end_is_in_the_status_and_its_row)
{
	play.last.exit_begun_ns = 1500;
	play.last.exit_tid = WORKER;
	cr_assert_eq(play.sink->process(play.sink->ctx, &play.last), 0);
	cr_expect_eq(pending(), 1500);
	expect("SELECT exit_begun_ns || ' ' || exit_tid FROM process", "1500 174");
	play_end(COLLECT_END_EXIT);
	cr_expect_eq(pending(), 0);
}
