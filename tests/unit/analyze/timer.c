/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that fire, and whether what they belong to is there. */
#include "steps.inc.c"

TestSuite(timer, .init = play_begin, .fini = play_close);

enum { CONSENT = 0x600 };

/* A timer of the connection. */
static void arm_timer(void)
{
	STEP(ARM, TIMER, CONSENT);
	STEP(OWN, TIMER, CONSENT, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
}

Test(timer, one_that_fires_when_its_owner_is_gone_is_an_act)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm_timer();
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(ask("SELECT a.what || ' ' || r.kind || ' ' || r.ending || ' ' || o.kind "
			     "FROM act a JOIN resource r ON r.id = a.resource_id "
			     "JOIN resource o ON o.id = a.other_id"),
			 "fired-over timer fired scope");
}

/* Of a task of the connection. */
static void arm_in_task(void)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CREATE, TASK, TASK);
	STEP(OWN, TASK, TASK, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	STEP(ARM, TIMER, CONSENT);
	STEP(OWN, TIMER, CONSENT, .other = TASK, .other_kind = TRACK_KIND_TASK);
}

Test(timer, one_whose_task_outlives_its_scope_is_the_tasks)
{
	arm_in_task();
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(timer, one_that_fires_when_the_scope_of_its_task_is_gone_is_an_act)
{
	arm_in_task();
	STEP(DONE, TASK, TASK);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "fired-over");
}

Test(timer, one_that_fires_while_its_owner_is_there_is_in_order)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm_timer();
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	arm_timer();
	STEP(FIRE, TIMER, CONSENT);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(CREATE, TASK, TASK);
	STEP(ARM, TIMER, CONSENT);
	STEP(OWN, TIMER, CONSENT, .other = TASK, .other_kind = TRACK_KIND_TASK);
	STEP(DONE, TASK, TASK);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(timer, one_that_is_called_once_more_after_its_cancel_is_in_order)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm_timer();
	STEP(CANCEL, TIMER, CONSENT);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "");
}
