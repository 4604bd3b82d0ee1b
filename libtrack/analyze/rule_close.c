/* SPDX-License-Identifier: Apache-2.0 */
/* A close of what was closed. */
#include <errno.h>

#include "rule.h"

/* Sweeps have another name; a child between fork and exec closes what it may not have. */
static const char closes_sql[] =
	"SELECT a.id, a.process_id, a.kind, r.class, a.stack_id, r.id, r.birth_stack, "
	"r.death_stack "
	"FROM act a JOIN resource r ON r.id = a.resource_id JOIN process p ON p.id = a.process_id "
	"WHERE a.what = 'bad-close' AND r.ending IN ('closed', 'unseen') AND r.inherited = 0 "
	"AND NOT (p.end = 'exec' AND p.origin = 'fork') ORDER BY a.time_ns, a.id";

static int add_evidence(struct finding *finding, struct trace_query *row)
{
	const struct finding_evidence evidence[] = {
		{.resource_id = trace_query_int(row, 5),
		 .stack_id = trace_query_int(row, 6),
		 .role = "created at"},
		{.resource_id = trace_query_int(row, 5),
		 .stack_id = trace_query_int(row, 7),
		 .role = "closed first at"},
		{.resource_id = trace_query_int(row, 5),
		 .act_id = trace_query_int(row, 0),
		 .stack_id = trace_query_int(row, 4),
		 .role = "closed again at"},
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]) && error == 0; i++)
		error = finding_add_evidence(finding, &evidence[i]);
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
	int error = culprits_get(&judgement->culprits, member.stack_id, &culprit);

	if (error == 0 && (member.kind == NULL || member.class_name == NULL))
		error = -ENOMEM;
	if (error == 0)
		error = findings_get(&judgement->findings, RULE_DOUBLE_CLOSE, STATE_BROKEN, &member,
				     culprit, &finding);
	if (error != 0)
		return error;
	finding->count++;
	return add_evidence(finding, row);
}

static int say(struct finding *finding)
{
	bool plural = finding->count != 1;
	char noun[FINDING_NOUN_BYTES];

	finding_noun(finding, plural, noun);
	return finding_say(finding, "%llu %s closed here had been closed before",
			   (unsigned long long)finding->count, noun);
}

int rule_double_close(struct judgement *judgement)
{
	struct trace_query *query;
	int more;
	int error = trace_query(judgement->trace, closes_sql, &query);

	if (error != 0)
		return error;
	while ((more = trace_query_step(query)) == 1) {
		more = add_member(judgement, query);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	for (size_t i = 0; i < judgement->findings.count && more == 0; i++)
		if (judgement->findings.items[i]->rule == RULE_DOUBLE_CLOSE)
			more = say(judgement->findings.items[i]);
	return more;
}
