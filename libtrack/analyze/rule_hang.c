/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that will not go on, each hang as one finding; and what is no finding beside it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hang_story.h"
#include "rule.h"
#include "word.h"

static const struct wait_process *process_of(const struct hangs *hangs, const struct hang *hang)
{
	return wait_process_of(&hangs->graph, hang->chain[0]);
}

/* What else hangs in that process, and is told: what is vague may follow from it. */
static struct finding *find_told(const struct judgement *judgement, int64_t process_id)
{
	for (size_t i = 0; i < judgement->findings.count; i++)
		if (judgement->findings.items[i]->rule == RULE_TEARDOWN_DEADLOCK &&
		    judgement->findings.items[i]->process_id == process_id)
			return judgement->findings.items[i];
	return NULL;
}

static void add_causes(const struct hangs *hangs, const struct hang *hang,
		       const struct hang_verdict *verdict, struct finding *finding)
{
	bool closing = hang->closer != WAIT_NOBODY;

	for (size_t i = 0; i < hang->count; i++)
		closing |= wait_closing(&hangs->graph, hang->chain[i]) != NULL;
	if (closing)
		finding->causes |= 1ull << RULE_SCOPE_UNCLOSED;
	if (verdict->kept != SURVIVOR_NONE)
		finding->causes |= 1ull << RULE_REF_LEAK;
}

static int add_hang(struct judgement *judgement, enum rule rule, struct hang *hang,
		    const struct hang_verdict *verdict)
{
	const struct hangs *hangs = &judgement->hangs;
	const struct wait_thread *teller = hang_thread(hangs, verdict->teller);
	struct finding_member member = {
		.kind = verdict->kind,
		.class_name = verdict->class_name,
		.process_id = teller->process_id,
		.stack_id = teller->stack_id,
	};
	const struct culprit *culprit;
	struct finding *finding;
	int error = culprits_get_waiting(&judgement->culprits, teller->stack_id, &culprit);

	if (error == 0)
		error = findings_get(&judgement->findings, rule,
				     verdict->doubtful ? STATE_SUSPECT : STATE_BROKEN, &member,
				     culprit, &finding);
	if (error != 0)
		return error;
	finding->count++;
	finding_happened(finding, hang_begun_ns(hangs, hang));
	add_causes(hangs, hang, verdict, finding);
	return finding->count > 1 ? 0 : hang_tell(finding, hangs, hang, verdict, &judgement->leaks);
}

static int tell(struct judgement *judgement, enum rule rule, struct hang *hang, bool vague)
{
	struct hang_verdict verdict;
	struct finding *told;
	int error = hang_judge(&judgement->hangs, hang, &judgement->leaks, &verdict);

	if (error != 0 || hang_is_vague(&verdict) != vague)
		return error;
	told = find_told(judgement, process_of(&judgement->hangs, hang)->id);
	if (vague && told != NULL)
		return hang_tell_beside(told, &judgement->hangs, hang);
	return add_hang(judgement, rule, hang, &verdict);
}

int rule_teardown_deadlock(struct judgement *judgement, enum rule rule)
{
	int error = 0;

	for (int vague = 0; vague <= 1; vague++)
		for (size_t i = 0; i < judgement->hangs.count && error == 0; i++)
			error = tell(judgement, rule, &judgement->hangs.items[i], vague != 0);
	return error;
}

bool hangs_explain(const struct hangs *hangs, int64_t scope_id)
{
	for (size_t i = 0; i < hangs->graph.thread_count; i++) {
		const struct wait_thread *thread = hang_thread(hangs, i);

		for (size_t j = 0; hangs->told_by[i] != 0 && j < thread->call_count; j++) {
			const struct wait_call *call = &hangs->graph.calls[thread->first_call + j];

			if (call->closing && call->resource_id == scope_id)
				return true;
		}
	}
	return false;
}

int hangs_note(const struct hangs *hangs, struct u64map *since)
{
	int error = 0;

	for (size_t i = 0; i < hangs->count && error == 0; i++) {
		const struct wait_process *process = process_of(hangs, &hangs->items[i]);
		const uint64_t *known = u64map_get(since, (uint64_t)process->id);
		uint64_t begun_ns = hang_begun_ns(hangs, &hangs->items[i]);

		if (!process->ended_in_order && (known == NULL || *known > begun_ns))
			error = u64map_put(since, (uint64_t)process->id, begun_ns);
	}
	return error;
}

/* A process that hung was ended before it could have let go of what it had. */
static bool is_noise(const struct judgement *judgement, const struct finding *finding)
{
	uint64_t process, unused;
	size_t cursor = 0;

	if (finding->rule == RULE_TEARDOWN_DEADLOCK ||
	    (finding->state != STATE_AT_EXIT && finding->state != STATE_RECHECK))
		return false;
	while (u64map_next(&finding->processes, &cursor, &process, &unused))
		if (u64map_get(&judgement->hung_since, process) == NULL)
			return false;
	return true;
}

void judge_hung(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->findings.count; i++)
		judgement->findings.items[i]->is_left_out =
			is_noise(judgement, judgement->findings.items[i]);
}
