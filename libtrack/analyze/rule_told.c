/* SPDX-License-Identifier: Apache-2.0 */
#include "rule.h"

/*
 * What a program's annotations tell of: an act that proves a defect is graver than what
 * outlived its owner, and that than what is more alive at every mark.
 */
int judge_told(struct judgement *judgement, enum rule rule)
{
	int error = judge_acts(judgement, rule);

	if (error == 0)
		error = judge_outlived(judgement, rule);
	return error != 0 ? error : judge_growth(judgement, rule);
}
