/* SPDX-License-Identifier: Apache-2.0 */
/* What ended, but more than the grace time after what it belongs to. For information. */
#include <errno.h>
#include <string.h>

#include "rule.h"

/*
 * The nearest owner decides: what belongs to a late one is late because of it. A scope was
 * over when its close returned, whatever became of its memory.
 */
static const char late_sql[] =
	"SELECT r.id, r.process_id, r.kind, r.class, r.birth_stack, r.death_stack, o.id, o.class, "
	"o.kind = 'scope' AND o.closed_ns IS NOT NULL, coalesce(o.close_stack, o.death_stack), "
	"r.death_ns - coalesce(o.closed_ns, o.death_ns), r.ending "
	"FROM resource r JOIN resource o ON o.id = r.owner_id "
	"WHERE r.death_ns > coalesce(o.closed_ns, o.death_ns) + ?1 AND r.kind <> 'scope' "
	"AND coalesce(r.ending, '') NOT IN ('done', 'exec', 'unseen') AND r.inherited = 0 "
	"AND (r.kind <> 'callback' OR ',' || coalesce(r.traits, '') || ',' LIKE '%,one-shot,%') "
	"AND ',' || coalesce(r.traits, '') || ',' NOT LIKE '%,process-life,%' ORDER BY r.id";

static bool is_timers(const struct finding *finding)
{
	return strcmp(finding->kind, "timer") == 0;
}

static int add_evidence(struct finding *finding, struct trace_query *row)
{
	bool closed = trace_query_int(row, 8) != 0;
	const char *owner = trace_query_text(row, 7), *ending = trace_query_text(row, 11);
	const struct finding_evidence evidence[] = {
		{.resource_id = trace_query_int(row, 0),
		 .stack_id = trace_query_int(row, 4),
		 .role = "created at"},
		{.resource_id = trace_query_int(row, 6),
		 .stack_id = trace_query_int(row, 9),
		 .role = finding_text(finding, closed ? "its %s was closed at" : "its %s ended at",
				      owner != NULL ? owner : "owner")},
		{.resource_id = trace_query_int(row, 0),
		 .stack_id = trace_query_int(row, 5),
		 .role = finding_text(finding, "%s %.2f s later at",
				      is_timers(finding) && ending != NULL ? ending : "ended",
				      (double)trace_query_int(row, 10) / 1e9)},
	};
	/* Of many the first tells how. */
	size_t steps = finding->count == 1 ? sizeof(evidence) / sizeof(evidence[0]) : 1;
	int error = 0;

	for (size_t i = 0; i < steps && error == 0; i++)
		error = evidence[i].role != NULL ? finding_add_evidence(finding, &evidence[i])
						 : -ENOMEM;
	return error;
}

static int add_member(struct judgement *judgement, struct trace_query *row)
{
	struct finding_member member = {
		.kind = trace_query_text(row, 2),
		.class_name = trace_query_text(row, 3),
		.process_id = trace_query_int(row, 1),
		.stack_id = trace_query_int(row, 4),
	};
	const struct culprit *culprit;
	struct finding *finding;
	int error = member.kind == NULL || member.class_name == NULL ? -ENOMEM : 0;

	if (error == 0)
		error = culprits_get(&judgement->culprits, member.stack_id, &culprit);
	if (error != 0 || culprit->lifelong ||
	    growth_find(&judgement->growth, finding_group(member.kind, member.class_name, culprit)))
		return error;
	error = findings_get(&judgement->findings, rule_of_kind(member.kind), STATE_LATE, &member,
			     culprit, &finding);
	if (error != 0 || finding->state != STATE_LATE)
		return error;
	finding->count++;
	return add_evidence(finding, row);
}

static int say(struct finding *finding)
{
	char noun[FINDING_NOUN_BYTES];
	const char *ended = "ended";

	finding_noun(finding, finding->count != 1, noun);
	if (is_timers(finding))
		ended = finding->count == 1 ? "fired or was cancelled" : "fired or were cancelled";
	return finding_say(finding, "%llu %s %s, but long after the end of %s",
			   (unsigned long long)finding->count, noun, ended,
			   finding->count == 1 ? "its owner" : "their owners");
}

int judge_late(struct judgement *judgement)
{
	struct trace_query *query;
	int more = trace_query(judgement->trace, late_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, (int64_t)judgement->leaks.grace_ns);
	while ((more = trace_query_step(query)) == 1) {
		more = add_member(judgement, query);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	for (size_t i = 0; i < judgement->findings.count && more == 0; i++)
		if (judgement->findings.items[i]->state == STATE_LATE &&
		    judgement->findings.items[i]->message == NULL)
			more = say(judgement->findings.items[i]);
	return more;
}
