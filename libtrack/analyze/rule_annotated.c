/* SPDX-License-Identifier: Apache-2.0 */
/* What a program's annotations tell of: what outlived its owner, and more alive at every mark. */
#include "rule.h"

static int judge(struct judgement *judgement, enum rule rule)
{
	int error = judge_outlived(judgement, rule);

	return error != 0 ? error : judge_growth(judgement, rule);
}

int rule_ref_leak(struct judgement *judgement)
{
	return judge(judgement, RULE_REF_LEAK);
}

int rule_callback_unfired(struct judgement *judgement)
{
	return judge(judgement, RULE_CALLBACK_UNFIRED);
}

int rule_task_orphaned(struct judgement *judgement)
{
	return judge(judgement, RULE_TASK_ORPHANED);
}

/* What fired too late is graver than what only may. */
int rule_timer_leak(struct judgement *judgement)
{
	int error = judge_acts(judgement, RULE_TIMER_LEAK);

	return error != 0 ? error : judge(judgement, RULE_TIMER_LEAK);
}

int rule_ref_cycle(struct judgement *judgement)
{
	return judge_outlived(judgement, RULE_REF_CYCLE);
}

int rule_task_lost_waker(struct judgement *judgement)
{
	return judge_outlived(judgement, RULE_TASK_LOST_WAKER);
}
