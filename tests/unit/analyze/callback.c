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
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FIRE_RETURNED(40));
	play_finish();
	cr_assert_str_eq(ask("SELECT fires FROM resource"), "42");
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
