/* SPDX-License-Identifier: Apache-2.0 */
/* A call on the number of a descriptor that was closed. */
#include <errno.h>

#include "rule.h"
#include "word.h"

/*
 * o owns the number, or was its last owner; r is the life that the call was
 * meant for: the same, or where the number is no socket's any more, the one before.
 */
static const char uses_sql[] =
	"SELECT a.id, a.process_id, a.kind, r.class, a.stack_id, r.id, r.birth_stack, "
	"r.death_stack, o.id, o.birth_stack, a.error, a.time_ns "
	"FROM act a JOIN resource o ON o.id = a.resource_id JOIN process p ON p.id = a.process_id "
	"JOIN resource r ON r.process_id = o.process_id AND r.subject = o.subject "
	"AND r.kind = o.kind AND r.generation = o.generation - (a.error = ?1) "
	"WHERE a.what = 'stale-use' AND r.ending = 'closed' AND r.inherited = 0 "
	"AND NOT (p.end = 'exec' AND p.origin = 'fork') ORDER BY a.time_ns, a.id";

static int add_evidence(struct finding *finding, struct trace_query *row)
{
	const struct finding_evidence evidence[] = {
		{.resource_id = trace_query_int(row, 5),
		 .stack_id = trace_query_int(row, 6),
		 .role = "created at"},
		{.resource_id = trace_query_int(row, 5),
		 .stack_id = trace_query_int(row, 7),
		 .role = "closed at"},
		{.resource_id = trace_query_int(row, 8),
		 .stack_id = trace_query_int(row, 9),
		 .role = "the number's next owner was opened at"},
		{.resource_id = trace_query_int(row, 5),
		 .act_id = trace_query_int(row, 0),
		 .stack_id = trace_query_int(row, 4),
		 .role = "used at"},
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]) && error == 0; i++)
		if (i != 2 || evidence[i].resource_id != evidence[0].resource_id)
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
	struct finding *finding;
	int error;

	if (member.kind == NULL || member.class_name == NULL)
		return -ENOMEM;
	if (trace_query_int(row, 10) == ENOTSOCK && !word_is_socket_name(member.class_name))
		return 0;
	error = judge_member(judgement, RULE_USE_AFTER_CLOSE, STATE_BROKEN, &member, &finding);
	if (error != 0)
		return error;
	finding_happened(finding, (uint64_t)trace_query_int(row, 11));
	finding->count++;
	return add_evidence(finding, row);
}

static int say(struct finding *finding)
{
	char noun[FINDING_NOUN_BYTES];

	finding_noun(finding, finding->count != 1, noun);
	if (finding->count == 1)
		return finding_say(finding, "1 %s used here had been closed before", noun);
	return finding_say(finding, "%llu calls here used %s that had been closed before",
			   (unsigned long long)finding->count, noun);
}

int rule_use_after_close(struct judgement *judgement, enum rule rule)
{
	struct trace_query *query;
	int more;
	int error = judge_index_subjects(judgement, "stale-use");

	if (error == 0)
		error = trace_query(judgement->trace, uses_sql, &query);
	if (error != 0)
		return error;
	trace_query_bind_int(query, 1, ENOTSOCK);
	while ((more = trace_query_step(query)) == 1) {
		more = add_member(judgement, query);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	for (size_t i = 0; i < judgement->findings.count && more == 0; i++)
		if (judgement->findings.items[i]->rule == rule)
			more = say(judgement->findings.items[i]);
	return more != 0 ? more : judge_acts(judgement, rule);
}
