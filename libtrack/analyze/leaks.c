/* SPDX-License-Identifier: Apache-2.0 */
#include "leaks.h"

#include <analyze/analyze.h>
#include <errno.h>
#include <stdlib.h>

#include "closing.h"
#include "leak_cause.h"
#include "leak_family.h"

static const char first_mark_sql[] = "SELECT min(time_ns) FROM mark";

enum state leak_state(const struct leaks *leaks, const struct leak *leak)
{
	static const enum state states[] = {
		[FATE_OPEN] = STATE_AT_EXIT,	[FATE_FINE] = STATE_AT_EXIT,
		[FATE_AT_EXIT] = STATE_AT_EXIT, [FATE_RECHECK] = STATE_RECHECK,
		[FATE_SUSPECT] = STATE_SUSPECT, [FATE_LEAKED] = STATE_LEAKED,
	};

	return states[leaks_at(leaks, leak->head)->fate];
}

void leaks_take(struct leaks *leaks, size_t part)
{
	const struct links *links = &leaks->links;
	size_t done = leaks->held_count;

	for (size_t i = leaks->graph.first[part]; i < leaks->graph.first[part + 1]; i++) {
		leaks->held[leaks->held_count++] = leaks->graph.members[i];
		leaks->taken[leaks->graph.members[i]] = true;
	}
	for (; done < leaks->held_count; done++) {
		size_t keeper = leaks->held[done];

		for (size_t i = links->first_down[keeper]; i < links->first_down[keeper + 1]; i++) {
			size_t kept = links->down[i].kept;

			if (leaks->taken[kept] ||
			    !leak_graph_joins(&leaks->survivors, &links->down[i]))
				continue;
			leaks->taken[kept] = true;
			leaks->held[leaks->held_count++] = kept;
		}
	}
}

int leaks_add(struct leaks *leaks, const struct leak *leak)
{
	size_t capacity = leaks->capacity != 0 ? leaks->capacity * 2 : 16;
	struct leak *items = leaks->items;

	if (leaks->count == leaks->capacity) {
		items = realloc(items, capacity * sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		leaks->items = items;
		leaks->capacity = capacity;
	}
	items[leaks->count++] = *leak;
	return 0;
}

/* Whether something is left by which the task can be woken. */
static bool can_be_woken(const struct leaks *leaks, const struct survivor *task)
{
	bool any = false;

	if (task->woken != 0)
		return true;
	for (size_t i = 0; i < task->reference_count; i++) {
		const struct survivor_reference *reference =
			&leaks->survivors.references[task->first_reference + i];

		if (!reference->waker)
			continue;
		any = true;
		if (reference->holder == SURVIVOR_NONE ||
		    survivor_is_alive(leaks_at(leaks, reference->holder)))
			return true;
	}
	return !any && task->refs > 0;
}

/* Each task of the part is told: none waits for another's end. */
static int add_tasks(struct leaks *leaks, const struct leak *about, size_t part)
{
	int error = 0;

	for (size_t i = leaks->graph.first[part]; i < leaks->graph.first[part + 1] && error == 0;
	     i++) {
		struct leak leak = *about;

		leak.head = leak.root = leaks->graph.members[i];
		leak.rule = can_be_woken(leaks, leaks_at(leaks, leak.head)) ? RULE_TASK_ORPHANED
									    : RULE_TASK_LOST_WAKER;
		if (leaks_at(leaks, leak.head)->kind == TRACK_KIND_TASK)
			error = leaks_add(leaks, &leak);
	}
	return error;
}

static int add_as(struct leaks *leaks, struct leak leak, enum rule rule, size_t head)
{
	leak.rule = rule;
	leak.head = leak.root = head;
	return leaks_add(leaks, &leak);
}

/* What tells of a circle: an object of it, if there is one. */
static size_t first_of_circle(const struct leaks *leaks, size_t part)
{
	size_t object = leak_find_kind(leaks, part, TRACK_KIND_OBJECT), first = SURVIVOR_NONE;

	for (size_t i = leaks->graph.first[part]; i < leaks->graph.first[part + 1]; i++)
		if (leaks->graph.members[i] < first)
			first = leaks->graph.members[i];
	return object != SURVIVOR_NONE ? object : first;
}

/* A descriptor or a thread that has nothing to do with any other. */
static bool is_plain(const struct leaks *leaks, size_t index)
{
	const struct survivor *survivor = leaks_at(leaks, index);

	return survivor->fate == FATE_AT_EXIT && survivor->kind <= TRACK_KIND_THREAD &&
	       survivor->owner == SURVIVOR_NONE && !leaks->taken[index];
}

static int add_part(struct leaks *leaks, size_t part, enum cause cause)
{
	size_t root = leaks->graph.members[leaks->graph.first[part]];
	struct leak leak = {
		.root = root,
		.head = root,
		.first_held = leaks->held_count,
	};

	if (leaks->links.first_up[root] == leaks->links.first_up[root + 1] &&
	    leaks->links.first_down[root] == leaks->links.first_down[root + 1] &&
	    is_plain(leaks, root))
		return 0;
	leaks_take(leaks, part);
	leak.held_count = leaks->held_count - leak.first_held;
	leak.circle = cause == CAUSE_CIRCLE;
	switch (cause) {
	case CAUSE_TASK:
		return add_tasks(leaks, &leak, part);
	case CAUSE_TIMER:
		return add_as(leaks, leak, RULE_TIMER_LEAK,
			      leak_find_kind(leaks, part, TRACK_KIND_TIMER));
	case CAUSE_CALLBACK:
		return add_as(leaks, leak, RULE_CALLBACK_UNFIRED, root);
	case CAUSE_SCOPE:
		return add_as(leaks, leak, RULE_SCOPE_UNCLOSED, root);
	case CAUSE_CIRCLE:
		return add_as(leaks, leak, RULE_REF_CYCLE, first_of_circle(leaks, part));
	case CAUSE_OTHER:
		break;
	}
	return leak_family_add_siblings(leaks, &leak);
}

static int plan(struct leaks *leaks)
{
	int error = leak_family_add_untorn(leaks);

	for (enum fate fate = FATE_LEAKED; fate > FATE_FINE; fate--)
		for (enum cause cause = CAUSE_TASK; cause <= CAUSE_OTHER; cause++)
			for (size_t part = 0; part < leaks->graph.part_count && error == 0;
			     part++) {
				size_t any = leaks->graph.members[leaks->graph.first[part]];

				if (leaks_at(leaks, any)->fate == fate && !leaks->taken[any] &&
				    leak_graph_is_root(&leaks->graph, part) &&
				    leak_cause(leaks, part) == cause)
					error = add_part(leaks, part, cause);
			}
	return error;
}

/* What is proven explains all that it holds; what is merely alive, all but itself. */
static void explain(struct leaks *leaks)
{
	for (size_t i = 0; i < leaks->count; i++) {
		const struct leak *leak = &leaks->items[i];
		bool is_same = i > 0 && leaks->items[i - 1].first_held == leak->first_held;
		bool proven = leak_state(leaks, leak) == STATE_LEAKED;

		for (size_t j = 0; j < leak->held_count && !is_same; j++) {
			size_t held = leaks->held[leak->first_held + j];

			leaks->survivors.items[held].explained = proven || held != leak->head;
		}
	}
	/* A handler that may still come, a scope whose close was forgotten: they only stay with it.
	 */
	for (size_t i = 0; i < leaks->survivors.count; i++) {
		struct survivor *survivor = &leaks->survivors.items[i];

		if (survivor->fate == FATE_LEAKED &&
		    (survivor->kind == TRACK_KIND_SCOPE || survivor_is_persistent(survivor)))
			survivor->explained = true;
	}
	/* Several heads may share what they hold. */
	for (size_t i = 0; i < leaks->count; i++)
		if (leak_state(leaks, &leaks->items[i]) != STATE_LEAKED)
			leaks->survivors.items[leaks->items[i].head].explained = false;
}

/*
 * What belongs to a scope that nobody closed is explained by that, unless it was open all
 * the time: then what grows inside of it is another matter.
 */
static void explain_unclosed(struct leaks *leaks, uint64_t first_mark_ns)
{
	for (size_t i = 0; i < leaks->survivors.count; i++) {
		struct survivor *survivor = &leaks->survivors.items[i];
		size_t scope = survivor->unclosed;

		if (survivor->fate == FATE_FINE && scope != SURVIVOR_NONE &&
		    leaks_at(leaks, scope)->birth_ns > first_mark_ns)
			survivor->explained = true;
		else if (survivor->fate == FATE_FINE && scope == SURVIVOR_NONE &&
			 survivor_is_unclosed(survivor) && survivor->in_order)
			survivor->explained = true;
	}
}

static int read_first_mark(struct trace *trace, uint64_t *ret_time_ns)
{
	struct trace_query *query;
	int more = trace_query(trace, first_mark_sql, &query);

	if (more != 0)
		return more;
	more = trace_query_step(query);
	*ret_time_ns = more == 1 ? (uint64_t)trace_query_int(query, 0) : 0;
	trace_query_destroy(query);
	return more < 0 ? more : 0;
}

/* What a hang keeps from ending is no leak: what was one before it is. */
static void stop_at_hangs(struct leaks *leaks)
{
	for (size_t i = 0; i < leaks->survivors.count; i++) {
		struct survivor *survivor = &leaks->survivors.items[i];
		const uint64_t *since_ns =
			u64map_get(leaks->hung_since, (uint64_t)survivor->process_id);

		if (since_ns != NULL && *since_ns < survivor->judged_ns)
			survivor->judged_ns = *since_ns;
	}
}

int leaks_load(struct leaks *leaks, struct trace *trace, struct culprits *culprits)
{
	uint64_t first_mark_ns = 0;
	int error = survivors_load(&leaks->survivors, trace);

	leaks->trace = trace;
	leaks->culprits = culprits;
	leaks->grace_ns = analyze_grace_ns(trace);
	if (error != 0 || leaks->survivors.count == 0)
		return error;
	stop_at_hangs(leaks);
	leaks->held = calloc(leaks->survivors.count, sizeof(size_t));
	leaks->taken = calloc(leaks->survivors.count, sizeof(bool));
	error = leaks->held != NULL && leaks->taken != NULL ? 0 : -ENOMEM;
	if (error == 0)
		error = links_build(&leaks->links, &leaks->survivors);
	if (error == 0)
		error = fates_judge(&leaks->survivors, &leaks->links, leaks->grace_ns);
	if (error == 0)
		error = closings_judge(&leaks->survivors, &leaks->links, leaks->grace_ns);
	if (error == 0)
		error = leak_graph_build(&leaks->graph, &leaks->survivors, &leaks->links);
	if (error == 0)
		error = leak_family_sort(leaks);
	if (error == 0)
		error = plan(leaks);
	if (error == 0)
		error = read_first_mark(trace, &first_mark_ns);
	if (error != 0)
		return error;
	explain(leaks);
	explain_unclosed(leaks, first_mark_ns);
	return 0;
}

void leaks_finish(struct leaks *leaks)
{
	free(leaks->items);
	free(leaks->held);
	free(leaks->taken);
	free(leaks->by_outlived);
	free(leaks->with);
	leak_graph_finish(&leaks->graph);
	links_finish(&leaks->links);
	survivors_finish(&leaks->survivors);
	*leaks = (struct leaks){0};
}

const struct leak *leaks_find(const struct leaks *leaks, int64_t resource_id)
{
	for (size_t i = 0; i < leaks->count; i++)
		if (leaks_at(leaks, leaks->items[i].head)->id == resource_id)
			return &leaks->items[i];
	return NULL;
}

bool leaks_explain(const struct leaks *leaks, int64_t resource_id)
{
	size_t index = survivors_find(&leaks->survivors, resource_id);

	return index != SURVIVOR_NONE && leaks_at(leaks, index)->explained;
}

bool leaks_is_plain(const struct leaks *leaks, int64_t resource_id)
{
	size_t index = survivors_find(&leaks->survivors, resource_id);

	return index == SURVIVOR_NONE || is_plain(leaks, index);
}

uint64_t analyze_grace_ns(struct trace *trace)
{
	const char *text = trace_meta(trace, "grace_ns");
	char *end;
	unsigned long long grace_ns;

	if (text == NULL || *text < '0' || *text > '9')
		return ANALYZE_GRACE_NS;
	grace_ns = strtoull(text, &end, 10);
	return *end == '\0' && grace_ns <= INT64_MAX ? grace_ns : ANALYZE_GRACE_NS;
}
