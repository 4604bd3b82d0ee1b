/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks that threads take in orders that make a ring: each may come to hold the one that the next
 * wants.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"

/* So many locks in a ring; so many steps for the rings of a process: more is nobody's reading. */
enum { RING_MAX = 4, STEPS_MAX = 1 << 20, WHICH_BYTES = 128 };

static const char orders_sql[] =
	"SELECT o.process_id, o.first, o.second, o.first_birth, o.second_birth, "
	"o.first_stack, o.second_stack, "
	"coalesce(o.guard, 0), o.tid, o.many, o.tid = p.pid, f.location_id, g.location_id "
	"FROM lock_order o JOIN process p ON p.id = o.process_id "
	"LEFT JOIN stack_frame f ON f.stack_id = o.first_stack AND f.position = 0 "
	"LEFT JOIN stack_frame g ON g.stack_id = o.second_stack AND g.position = 0 "
	"ORDER BY o.process_id, o.first, o.second, o.rowid";

static const char name_sql[] = "SELECT name FROM resource WHERE process_id = ?1 AND kind = "
			       "'thread' AND tid = ?2 ORDER BY id DESC LIMIT 1";

/* A lock that was taken with another in hand: where each was taken, and by whom. */
struct order {
	int64_t process_id;
	uint64_t first, second;
	int64_t first_birth, second_birth;
	int64_t first_stack, second_stack;
	int64_t first_place, second_place; /* 0: not known */
	uint64_t guards; /* a bit for each lock that was held before both, each time */
	uint32_t tid;
	bool many, is_main;
	size_t told; /* locks of the ring in which it was told; 0 none */
};

struct search {
	struct judgement *judgement;
	enum rule rule;
	struct order *orders; /* by process, then first lock */
	size_t count;
	size_t begin, end;     /* of a process */
	size_t length;	       /* of the rings that are looked for */
	size_t ring[RING_MAX]; /* orders, while one is closed */
	size_t steps;
};

static int add(struct finding *finding, int64_t stack_id, const char *role)
{
	struct finding_evidence evidence = {.stack_id = stack_id, .role = role};

	return role != NULL ? finding_add_evidence(finding, &evidence) : -ENOMEM;
}

static const char *name_of(struct search *search, struct finding *finding,
			   const struct order *order)
{
	const char *name = order->is_main ? "main" : "";
	struct trace_query *query;

	if (trace_query(search->judgement->trace, name_sql, &query) != 0)
		return NULL;
	trace_query_bind_int(query, 1, order->process_id);
	trace_query_bind_int(query, 2, order->tid);
	if (trace_query_step(query) == 1 && !trace_query_null(query, 0))
		name = trace_query_text(query, 0);
	name = *name != '\0' ? finding_text(finding, " '%.40s'", name) : "";
	trace_query_destroy(query);
	return name;
}

static int add_order(struct search *search, struct finding *finding, const struct order *order)
{
	const char *name = name_of(search, finding, order);
	int error = name == NULL
			    ? -ENOMEM
			    : add(finding, order->first_stack,
				  finding_text(finding, "thread %u%s took the lock 0x%" PRIx64 "%s",
					       order->tid, name, order->first,
					       order->first_stack != 0 ? " at" : ""));

	return error != 0
		       ? error
		       : add(finding, order->second_stack,
			     finding_text(finding, "and, with it in hand, the lock 0x%" PRIx64 "%s",
					  order->second, order->second_stack != 0 ? " at" : ""));
}

static int say(struct search *search, struct finding *finding)
{
	char which[WHICH_BYTES] = "";
	size_t used = 0;

	for (size_t i = 0; i < search->length; i++)
		used += (size_t)snprintf(which + used, sizeof(which) - used, "%s0x%" PRIx64,
					 i == 0			  ? ""
					 : i + 1 < search->length ? ", "
								  : " and ",
					 search->orders[search->ring[i]].first);
	if (search->length == 2)
		return finding_say(finding,
				   "the locks %s are taken here in this order, and elsewhere in "
				   "the other: two threads can come to wait for each other",
				   which);
	return finding_say(finding,
			   "the locks %s are taken one with the other in hand, all around: %zu "
			   "threads can come to wait for each other",
			   which, search->length);
}

/* In every run the same of its orders comes first, wherever the locks lie. */
static int sort(struct search *search, const struct culprit **ret_culprit)
{
	struct culprits *culprits = &search->judgement->culprits;
	size_t ring[RING_MAX], best = 0;

	memcpy(ring, search->ring, sizeof(ring));
	for (size_t i = 0; i < search->length; i++) {
		const struct culprit *culprit;
		int error = culprits_get_waiting(culprits, search->orders[ring[i]].second_stack,
						 &culprit);

		if (error != 0)
			return error;
		if (i > 0 && culprit->frames_hash >= (*ret_culprit)->frames_hash)
			continue;
		*ret_culprit = culprit;
		best = i;
	}
	for (size_t i = 0; i < search->length; i++)
		search->ring[i] = ring[(best + i) % search->length];
	return 0;
}

static int tell(struct search *search)
{
	struct finding_member member = {.kind = "lock", .class_name = "lock"};
	size_t ring[RING_MAX];
	const struct culprit *culprit = NULL;
	struct finding *finding;
	int error;

	memcpy(ring, search->ring, sizeof(ring));
	error = sort(search, &culprit);
	member.process_id = search->orders[search->ring[0]].process_id;
	member.stack_id = search->orders[search->ring[0]].second_stack;
	if (error == 0)
		error = findings_get(&search->judgement->findings, search->rule, STATE_POSSIBLE,
				     &member, culprit, &finding);
	if (error == 0 && finding->count++ == 0) {
		error = say(search, finding);
		for (size_t i = 0; i < search->length && error == 0; i++)
			error = add_order(search, finding, &search->orders[search->ring[i]]);
	}
	for (size_t i = 0; i < search->length; i++)
		search->orders[ring[i]].told = search->length;
	memcpy(search->ring, ring, sizeof(ring));
	return error;
}

/*
 * Two threads can be in both at once. Where both take their locks at the same two places, an
 * address may have become another lock, of an object that is gone.
 */
static bool can_meet(const struct order *one, const struct order *other)
{
	if (one->tid == other->tid && !one->many && !other->many)
		return false;
	return (one->guards & other->guards) == 0 &&
	       (one->first_place == 0 || one->first_place != other->first_place ||
		one->second_place == 0 || one->second_place != other->second_place);
}

/* By the same lock, not by another one that lay at its address. */
static bool leads_to(const struct order *order, const struct order *next)
{
	return order->second == next->first && order->second_birth == next->first_birth;
}

static bool fits(const struct search *search, size_t placed, const struct order *order)
{
	const struct order *start = &search->orders[search->ring[0]];
	bool closes = order->second == start->first;

	if (closes != (placed + 1 == search->length) || order->second < start->first ||
	    (closes && !leads_to(order, start)) ||
	    !leads_to(&search->orders[search->ring[placed - 1]], order))
		return false;
	for (size_t i = 0; i < placed; i++) {
		const struct order *before = &search->orders[search->ring[i]];

		if ((!closes && before->first == order->second) || !can_meet(before, order))
			return false;
	}
	return true;
}

/* The first of the process whose first lock is that, or the place where it would be. */
static size_t find_first(const struct search *search, uint64_t lock)
{
	size_t low = search->begin, high = search->end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (search->orders[middle].first < lock)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What was told in a smaller ring is told. */
static int place(struct search *search, size_t placed, size_t next)
{
	uint64_t lock;
	int error = 0;

	search->ring[placed++] = next;
	if (placed == search->length)
		return tell(search);
	lock = search->orders[next].second;
	for (size_t i = find_first(search, lock); i < search->end && error == 0; i++) {
		const struct order *order = &search->orders[i];

		if (order->first != lock || search->steps++ >= STEPS_MAX)
			break;
		if ((order->told == 0 || order->told == search->length) &&
		    fits(search, placed, order))
			error = place(search, placed, i); /* NOLINT(misc-no-recursion): RING_MAX */
	}
	return error;
}

static int search_process(struct search *search)
{
	int error = 0;

	search->steps = 0;
	for (search->length = 2; search->length <= RING_MAX; search->length++)
		for (size_t i = search->begin; i < search->end && error == 0; i++) {
			const struct order *order = &search->orders[i];

			if (order->second > order->first &&
			    (order->told == 0 || order->told == search->length))
				error = place(search, 0, i);
		}
	return error;
}

/* Unoptimized, the C++ library's functions are where each lock of the program is taken: nowhere. */
static int forget_place(struct search *search, int64_t *stack, int64_t *place)
{
	const struct culprit *culprit;
	int error = culprits_get_waiting(&search->judgement->culprits, *stack, &culprit);

	if (error == 0 && culprit->in_library && culprit->function != NULL)
		*stack = *place = 0;
	return error;
}

static int forget_places(struct search *search)
{
	int error = 0;

	for (size_t i = 0; i < search->count && error == 0; i++) {
		struct order *order = &search->orders[i];

		error = forget_place(search, &order->first_stack, &order->first_place);
		if (error == 0)
			error = forget_place(search, &order->second_stack, &order->second_place);
	}
	return error;
}

static int read_order(struct search *search, struct trace_query *row)
{
	struct order *grown =
		reallocarray(search->orders, search->count + 1, sizeof(*search->orders));

	if (grown == NULL)
		return -ENOMEM;
	search->orders = grown;
	grown[search->count++] = (struct order){
		.process_id = trace_query_int(row, 0),
		.first = (uint64_t)trace_query_int(row, 1),
		.second = (uint64_t)trace_query_int(row, 2),
		.first_birth = trace_query_int(row, 3),
		.second_birth = trace_query_int(row, 4),
		.first_stack = trace_query_int(row, 5),
		.second_stack = trace_query_int(row, 6),
		.guards = (uint64_t)trace_query_int(row, 7),
		.tid = (uint32_t)trace_query_int(row, 8),
		.many = trace_query_int(row, 9) != 0,
		.is_main = trace_query_int(row, 10) != 0,
		.first_place = trace_query_int(row, 11),
		.second_place = trace_query_int(row, 12),
	};
	return 0;
}

static int load(struct search *search)
{
	struct trace_query *rows;
	int more = trace_query(search->judgement->trace, orders_sql, &rows);

	if (more != 0)
		return more;
	while ((more = trace_query_step(rows)) == 1) {
		more = read_order(search, rows);
		if (more != 0)
			break;
	}
	trace_query_destroy(rows);
	return more;
}

int rule_lock_order(struct judgement *judgement, enum rule rule)
{
	struct search search = {.judgement = judgement, .rule = rule};
	int error = load(&search);

	if (error == 0)
		error = forget_places(&search);
	while (search.end < search.count && error == 0) {
		search.begin = search.end;
		while (search.end < search.count && search.orders[search.end].process_id ==
							    search.orders[search.begin].process_id)
			search.end++;
		error = search_process(&search);
	}
	free(search.orders);
	return error;
}
