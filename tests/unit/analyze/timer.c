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

/* Its owner is said once, and it is armed at every tick. */
Test(timer, one_that_is_armed_again_is_still_its_owners)
{
	static const uint8_t ways[] = {TRACK_OP_FIRE, TRACK_OP_CANCEL, TRACK_OP_USE};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		STEP(OPEN, SCOPE, CONNECTION);
		arm_timer();
		for (int j = 0; j < 3; j++) {
			step((struct step){
				.op = ways[i], .kind = TRACK_KIND_TIMER, .subject = CONSENT});
			STEP(ARM, TIMER, CONSENT);
		}
		STEP(DESTROY, SCOPE, CONNECTION);
		STEP(FIRE, TIMER, CONSENT);
	}
	play_finish();
	cr_assert_str_eq(act(), "fired-over fired-over fired-over");
}

Test(timer, one_that_is_armed_again_and_left_belongs_to_its_owner)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm_timer();
	STEP(ARM, TIMER, CONSENT);
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	play_finish();
	expect("SELECT r.subject = 0x600 AND o.kind = 'scope' FROM resource r JOIN resource o "
	       "ON o.id = r.owner_id WHERE r.kind = 'timer' AND r.death_ns IS NULL",
	       "1");
}

Test(timer, one_of_another_class_at_its_address_does_not_take_over_the_owner)
{
	texts();
	STEP(OPEN, SCOPE, CONNECTION);
	arm_timer();
	STEP(CANCEL, TIMER, CONSENT);
	STEP(ARM, TIMER, CONSENT, .text = TEXT_CLASS);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(timer, one_that_is_armed_again_for_another_owner_is_that_ones)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(OPEN, SCOPE, AGENT);
	arm_timer();
	STEP(CANCEL, TIMER, CONSENT);
	STEP(ARM, TIMER, CONSENT);
	STEP(OWN, TIMER, CONSENT, .other = AGENT, .other_kind = TRACK_KIND_SCOPE);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	/* After the end of the owner. */
	STEP(DESTROY, SCOPE, AGENT);
	STEP(ARM, TIMER, CONSENT);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(timer, one_left_armed_at_a_closed_owner_leaves_its_address_to_another)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm_timer();
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	STEP(ARM, TIMER, CONSENT);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(timer, one_restarted_while_its_closed_owner_is_there_is_no_leak)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm_timer();
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	STEP(ARM, TIMER, CONSENT);
	STEP(CANCEL, TIMER, CONSENT);
	STEP(DESTROY, SCOPE, CONNECTION);
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) FROM resource WHERE kind = 'timer' AND death_ns IS "
			     "NULL"),
			 "0");
}

/* Said while only the former thing at the owner's address was known. */
Test(timer, one_whose_owner_is_yet_to_be_born_is_not_its_predecessors)
{
	for (int i = 0; i < 3; i++) {
		arm_timer();
		STEP(OPEN, SCOPE, CONNECTION);
		for (int j = 0; j < 3; j++)
			STEP(ARM, TIMER, CONSENT);
		STEP(FIRE, TIMER, CONSENT);
		STEP(DESTROY, SCOPE, CONNECTION);
	}
	arm_timer();
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "");
	expect("SELECT count(*) FROM resource WHERE kind = 'timer' AND death_ns IS NULL", "0");
}

Test(timer, one_whose_owner_was_born_after_it_was_said_is_that_ones)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(DESTROY, SCOPE, CONNECTION);
	arm_timer();
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(ARM, TIMER, CONSENT);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(FIRE, TIMER, CONSENT);
	play_finish();
	cr_assert_str_eq(act(), "fired-over");
}
