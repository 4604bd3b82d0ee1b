/* SPDX-License-Identifier: Apache-2.0 */
/* Two locks that threads take in both orders: each may come to hold the one that the other wants.
 */
#include <errno.h>
#include <string.h>

#include "rule.h"

/*
 * Both orders of a pair, by two threads at least, and no lock before both that only one can have.
 * A pair is told once per process and places; an address may have become another lock.
 */
static const char pairs_sql[] =
	"SELECT a.process_id, a.first, a.second, a.first_stack, a.second_stack, b.first_stack, "
	"b.second_stack, a.tid, b.tid, coalesce(s.name, ''), coalesce(t.name, ''), p.pid "
	"FROM lock_order a JOIN lock_order b ON b.process_id = a.process_id "
	"AND b.first = a.second AND b.second = a.first JOIN process p ON p.id = a.process_id "
	"LEFT JOIN resource s ON s.id = (SELECT max(r.id) FROM resource r WHERE r.process_id = "
	"p.id AND r.kind = 'thread' AND r.tid = a.tid) "
	"LEFT JOIN resource t ON t.id = (SELECT max(r.id) FROM resource r WHERE r.process_id = "
	"p.id AND r.kind = 'thread' AND r.tid = b.tid) "
	"WHERE a.first < a.second AND (a.tid <> b.tid OR a.many OR b.many) "
	"AND NOT coalesce(a.guard & b.guard, 0) "
	"ORDER BY a.process_id, a.rowid, b.rowid";

/* One order of a pair: the locks, where each was taken, and by whom. */
struct order {
	uint64_t first, second;
	int64_t first_stack, second_stack;
	uint32_t tid;
	const char *name; /* lives until the next row */
};

static int add(struct finding *finding, int64_t stack_id, const char *role)
{
	struct finding_evidence evidence = {.stack_id = stack_id, .role = role};

	return role != NULL ? finding_add_evidence(finding, &evidence) : -ENOMEM;
}

static int add_order(struct finding *finding, const struct order *order)
{
	bool named = order->name[0] != '\0';
	int error = add(finding, order->first_stack,
			finding_text(finding, "thread %u%s%.40s%s took the lock 0x%llx at",
				     order->tid, named ? " '" : "", order->name, named ? "'" : "",
				     (unsigned long long)order->first));

	return error != 0 ? error
			  : add(finding, order->second_stack,
				finding_text(finding, "and, with it in hand, the lock 0x%llx at",
					     (unsigned long long)order->second));
}

static int tell(struct finding *finding, const struct order *one, const struct order *other)
{
	int error = finding_say(finding,
				"the locks 0x%llx and 0x%llx are taken here in this order, and "
				"elsewhere in the other: two threads can come to wait for each "
				"other",
				(unsigned long long)one->first, (unsigned long long)one->second);

	if (error == 0)
		error = add_order(finding, one);
	return error != 0 ? error : add_order(finding, other);
}

/* In every run the same of both orders comes first, wherever the locks lie. */
static int sort(struct judgement *judgement, struct order *one, struct order *other,
		const struct culprit **ret_culprit)
{
	const struct culprit *second;
	int error = culprits_get_waiting(&judgement->culprits, one->second_stack, ret_culprit);

	if (error == 0)
		error = culprits_get_waiting(&judgement->culprits, other->second_stack, &second);
	if (error == 0 && second->frames_hash < (*ret_culprit)->frames_hash) {
		struct order first = *other;

		*other = *one;
		*one = first;
		*ret_culprit = second;
	}
	return error;
}

static const char *name_of(struct trace_query *row, int column, uint32_t tid)
{
	const char *name = trace_query_text(row, column);

	return name[0] == '\0' && tid == (uint32_t)trace_query_int(row, 11) ? "main" : name;
}

static int add_pair(struct judgement *judgement, enum rule rule, struct trace_query *row)
{
	struct order one = {
		.first = (uint64_t)trace_query_int(row, 1),
		.second = (uint64_t)trace_query_int(row, 2),
		.first_stack = trace_query_int(row, 3),
		.second_stack = trace_query_int(row, 4),
		.tid = (uint32_t)trace_query_int(row, 7),
	};
	struct order other = {
		.first = one.second,
		.second = one.first,
		.first_stack = trace_query_int(row, 5),
		.second_stack = trace_query_int(row, 6),
		.tid = (uint32_t)trace_query_int(row, 8),
	};
	struct finding_member member = {.kind = "lock", .class_name = "lock"};
	const struct culprit *culprit;
	struct finding *finding;
	int error;

	one.name = name_of(row, 9, one.tid);
	other.name = name_of(row, 10, other.tid);
	error = sort(judgement, &one, &other, &culprit);
	member.process_id = trace_query_int(row, 0);
	member.stack_id = one.second_stack;
	if (error == 0)
		error = findings_get(&judgement->findings, rule, STATE_POSSIBLE, &member, culprit,
				     &finding);
	if (error != 0)
		return error;
	return finding->count++ == 0 ? tell(finding, &one, &other) : 0;
}

int rule_lock_order(struct judgement *judgement, enum rule rule)
{
	struct trace_query *rows;
	int more = trace_query(judgement->trace, pairs_sql, &rows);

	if (more != 0)
		return more;
	while ((more = trace_query_step(rows)) == 1) {
		more = add_pair(judgement, rule, rows);
		if (more != 0)
			break;
	}
	trace_query_destroy(rows);
	return more;
}
