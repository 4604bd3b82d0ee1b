/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of what a program registered: in order, too late, or never. */
#include "steps.inc.c"

TestSuite(callback, .init = play_begin, .fini = play_close);

Test(callback, a_one_shot_callback_that_is_released_unfired_is_dropped)
{
	arm(TRACK_ONE_SHOT);
	STEP(DESTROY, CALLBACK, CALLBACK);
	play_finish();
	cr_assert_str_eq(act(), "dropped");
}

Test(callback, a_cancelled_or_fired_or_persistent_callback_is_not_dropped)
{
	arm(TRACK_ONE_SHOT);
	STEP(CANCEL, CALLBACK, CALLBACK);
	STEP(DESTROY, CALLBACK, CALLBACK);
	arm(TRACK_ONE_SHOT);
	STEP(FIRE, CALLBACK, CALLBACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_RETURNED);
	STEP(DESTROY, CALLBACK, CALLBACK);
	arm(0);
	STEP(DESTROY, CALLBACK, CALLBACK);
	play_finish();
	cr_assert_str_eq(act(), "");
	cr_assert_str_eq(ask("SELECT count(*) FROM resource"), "0");
}

Test(callback, a_one_shot_callback_that_fires_again_is_told)
{
	arm(TRACK_ONE_SHOT);
	STEP(FIRE, CALLBACK, CALLBACK);
	STEP(FIRE, CALLBACK, CALLBACK);
	play_finish();
	cr_assert_str_eq(act(), "fired-again");
}

Test(callback, calls_that_were_left_out_are_counted_with_the_others)
{
	arm(0);
	STEP(FIRE, CALLBACK, CALLBACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_RETURNED);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_AGAIN);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_RETURNED);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_WITH(40));
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_RETURNED);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_ONLY | TRACK_FIRE_WITH(3));
	/* Of what nobody was told to call there is nothing to say. */
	STEP(FIRE, CALLBACK, CALLBACK + 8, .arg = TRACK_FIRE_ONLY | TRACK_FIRE_WITH(3));
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_ONLY | TRACK_FIRE_WITH(3), .tid = 300);
	play_finish();
	cr_assert_str_eq(ask("SELECT fires FROM resource"), "45");
}

/* As that thread's call before them was: here one in order, then one that is late. */
Test(callback, calls_that_were_left_out_are_judged_with_the_one_before)
{
	STEP(OPEN, SCOPE, CONNECTION, .arg = TRACK_QUIET);
	arm(0);
	STEP(OWN, CALLBACK, CALLBACK, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	STEP(FIRE, CALLBACK, CALLBACK);
	STEP(FIRE, CALLBACK, CALLBACK, .tid = 300);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_WITH(1000));
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_WITH(20));
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_ONLY | TRACK_FIRE_WITH(7));
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_ONLY | TRACK_FIRE_WITH(500), .tid = 300);
	play_finish();
	cr_assert_str_eq(act(), "fired-late fired-late");
	cr_assert_str_eq(ask("SELECT sum(count) FROM act_more"), "27");
}

/* It began in a registration that is over: of the one at its place now it says nothing. */
Test(callback, a_call_told_for_what_happens_inside_of_it_is_no_call_of_another_life)
{
	arm(0);
	STEP(DESTROY, CALLBACK, CALLBACK);
	arm(TRACK_ONE_SHOT);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_AGAIN);
	STEP(DESTROY, CALLBACK, CALLBACK);
	play_finish();
	cr_assert_str_eq(act(), "dropped");
}

/* Far more than are kept in mind: those that were forgotten are in order. */
Test(callback, calls_of_many_callbacks_by_one_thread_are_in_order)
{
	for (uint64_t i = 0; i < 200; i++) {
		STEP(ARM, CALLBACK, CALLBACK + i);
		STEP(FIRE, CALLBACK, CALLBACK + i);
	}
	for (uint64_t i = 0; i < 200; i++)
		STEP(FIRE, CALLBACK, CALLBACK + i, .arg = TRACK_FIRE_ONLY | TRACK_FIRE_WITH(1));
	play_finish();
	cr_assert_str_eq(act(), "");
	cr_assert_str_eq(
		ask("SELECT count(*) || ' ' || (sum(fires) BETWEEN 216 AND 400) FROM resource"),
		"200 1");
}

/* It began before another thread ended the callback, and is told after. */
Test(callback, a_call_told_for_what_happens_inside_of_it_is_never_late)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm(0);
	STEP(CALL, SCOPE, CONNECTION);
	STEP(DESTROY, CALLBACK, CALLBACK, .tid = 300);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_AGAIN);
	fd_open(5, NO_STACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_RETURNED);
	fd_open(6, NO_STACK);
	play_finish();
	cr_assert_str_eq(act(), "");
	cr_assert_str_eq(ask("SELECT group_concat(subject || ' ' || (hint_id IS NOT NULL), ', ') "
			     "FROM (SELECT * FROM resource WHERE kind = 'fd' ORDER BY birth_ns)"),
			 "5 0, 6 1");
}

static void fire_after_close(uint64_t scope_traits, uint64_t traits)
{
	STEP(OPEN, SCOPE, CONNECTION, .arg = scope_traits);
	arm(traits);
	STEP(OWN, CALLBACK, CALLBACK, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(FIRE, CALLBACK, CALLBACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_RETURNED);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	cr_expect_str_eq(act(), "", "during the close");
	STEP(FIRE, CALLBACK, CALLBACK);
}

Test(callback, a_callback_of_a_quiet_scope_after_its_close_is_late)
{
	fire_after_close(TRACK_QUIET, 0);
	play_finish();
	cr_assert_str_eq(act(), "fired-late");
}

Test(callback, a_callback_of_a_scope_that_is_not_quiet_may_come_after_its_close)
{
	fire_after_close(0, 0);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(callback, a_notice_of_the_close_may_come_after_it)
{
	fire_after_close(TRACK_QUIET, TRACK_CLOSE_NOTICE);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(callback, a_callback_after_its_scopes_end_is_late)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm(TRACK_CLOSE_NOTICE);
	STEP(OWN, CALLBACK, CALLBACK, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, CALLBACK, CALLBACK);
	play_finish();
	cr_assert_str_eq(ask("SELECT a.what || ' ' || o.kind FROM act a JOIN resource o ON o.id = "
			     "a.other_id"),
			 "fired-late scope");
}
