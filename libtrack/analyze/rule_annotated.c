/* SPDX-License-Identifier: Apache-2.0 */
/* What a program's annotations tell of: more alive at every mark. */
#include "rule.h"

int rule_ref_leak(struct judgement *judgement)
{
	return judge_growth(judgement, RULE_REF_LEAK);
}

int rule_callback_unfired(struct judgement *judgement)
{
	return judge_growth(judgement, RULE_CALLBACK_UNFIRED);
}

int rule_task_orphaned(struct judgement *judgement)
{
	return judge_growth(judgement, RULE_TASK_ORPHANED);
}

int rule_timer_leak(struct judgement *judgement)
{
	return judge_growth(judgement, RULE_TIMER_LEAK);
}

int rule_scope_unclosed(struct judgement *judgement)
{
	return judge_growth(judgement, RULE_SCOPE_UNCLOSED);
}
