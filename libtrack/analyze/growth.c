/* SPDX-License-Identifier: Apache-2.0 */
#include "growth.h"

#include <base/fnv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "leaks.h"
#include "marks.h"
#include "rises.h"
#include "soak_trends.h"
#include "word.h"

/* Fewer points prove no trend. */
enum { MARKS_LEAST = 3, STEPS_PER_PAUSE = 5, RISES_LEAST = 5 };

/*
 * A thread that ended and waits to be joined still holds what it is made of. A scope is
 * over when its close returns, whoever keeps its memory.
 */
static const char lives_sql[] =
	"SELECT r.birth_ns, CASE WHEN r.closed_ns IS NOT NULL THEN r.closed_ns "
	"WHEN r.death_ns IS NULL OR r.ending IS 'done' THEN coalesce(p.end_ns, "
	"9223372036854775807) "
	/* What a stack lets go of is often freed a moment later: as good as gone at the mark. */
	"WHEN r.kind IN ('fd', 'thread') THEN r.death_ns ELSE max(r.birth_ns, r.death_ns - ?1) "
	"END, "
	"r.id, r.process_id, r.kind, r.class, r.birth_stack, "
	"instr(coalesce(r.traits, ''), 'told-by-pack'), "
	"r.kind = 'fd' AND instr(coalesce(r.traits, ''), '" WORD_TRAIT_PROCESS_LIFE "') "
	"FROM resource r JOIN process p ON p.id = r.process_id "
	/* When an unseen close happened is not known: such a life proves no growth. */
	"WHERE r.inherited = 0 AND r.earlier = 0 AND r.ending IS NOT 'unseen' "
	/* Each arm of a timer is a life. */
	"AND NOT (r.kind = 'timer' AND r.death_ns IS NOT NULL) "
	/* Its owner's number tells; a scope that was closed waits for its last reference. */
	"AND NOT (r.kind = 'callback' AND r.owner_id IS NOT NULL AND (r.traits IS NULL OR "
	"instr(r.traits, 'one-shot') = 0)) "
	"AND NOT (r.kind = 'scope' AND r.owner_id IS NOT NULL) "
	/* So does what keeps that of which the program gave back all it had. */
	"AND NOT (instr(coalesce(r.traits, ''), 'ends-with-owner') AND r.owner_id IS NOT NULL) "
	"AND NOT (instr(coalesce(r.traits, ''), 'told-by-pack') AND r.kind = 'object' AND "
	"r.refs = 0 AND r.death_ns IS NULL) "
	"ORDER BY r.id";

static void site_destroy(struct growth_site *site)
{
	if (site == NULL)
		return;
	free(site->kind);
	free(site->class_name);
	free(site->alive);
	free(site->stays);
	free(site->members);
	free(site);
}

static struct growth_site *site_create(const struct finding_member *member, uint64_t group,
				       const struct mark_series *series)
{
	struct growth_site *site = calloc(1, sizeof(*site));

	if (site == NULL)
		return NULL;
	*site = (struct growth_site){
		.group = group,
		.kind = strdup(member->kind),
		.class_name = strdup(member->class_name),
		.process_id = member->process_id,
		.stack_id = member->stack_id,
		/* One more than marks: what a life takes back at its end. */
		.alive = calloc(series->count + 1, sizeof(int64_t)),
		.stays = calloc(series->count + 1, sizeof(int64_t)),
		.trend = {.verdict = TREND_TOO_FEW},
		.marks = series->count,
		.sessions = series->sessions,
		.last_ns = series->times_ns[series->count - 1],
	};
	if (site->kind != NULL && site->class_name != NULL && site->alive != NULL &&
	    site->stays != NULL)
		return site;
	site_destroy(site);
	return NULL;
}

static int site_add_member(struct growth_site *site, int64_t resource_id, int64_t stack_id)
{
	size_t capacity = site->member_capacity != 0 ? site->member_capacity * 2 : 8;
	struct growth_member *members = site->members;

	if (site->member_count == site->member_capacity) {
		members = realloc(members, capacity * sizeof(*members));
		if (members == NULL)
			return -ENOMEM;
		site->members = members;
		site->member_capacity = capacity;
	}
	members[site->member_count++] = (struct growth_member){resource_id, stack_id};
	return 0;
}

static int get_site(struct u64map *sites, const struct finding_member *member, uint64_t group,
		    const struct mark_series *series, struct growth_site **ret_site)
{
	const uint64_t *known = u64map_get(sites, group);
	struct growth_site *site;

	if (known != NULL) {
		*ret_site = (struct growth_site *)(uintptr_t)*known;
		return 0;
	}
	site = site_create(member, group, series);
	if (site == NULL || u64map_put(sites, group, (uintptr_t)site) != 0) {
		site_destroy(site);
		return -ENOMEM;
	}
	*ret_site = site;
	return 0;
}

/* Those alive at the last mark may stay. */
static void count_life(struct growth_site *site, size_t from, size_t to)
{
	bool stays = to - from > 1 || to == site->marks;

	site->alive[from]++;
	site->alive[to]--;
	site->stays[from] += stays;
	site->stays[to] -= stays;
}

/* Count one life at the marks that saw it alive. */
static int add_life(const struct growth *growth, struct u64map *sites,
		    const struct mark_series *series, struct culprits *culprits,
		    struct trace_query *life)
{
	size_t from =
		marks_before(series->times_ns, series->count, (uint64_t)trace_query_int(life, 0));
	size_t to =
		marks_before(series->times_ns, series->count, (uint64_t)trace_query_int(life, 1));
	struct finding_member member;
	const struct culprit *culprit;
	struct growth_site *site;
	uint64_t group;
	bool lifelong;
	int error;

	if (from >= to ||
	    (growth->leaks != NULL &&
	     leaks_explain(growth->leaks, trace_query_int(life, 2)) != growth->explained))
		return 0;
	member = (struct finding_member){
		.kind = trace_query_text(life, 4),
		.class_name = trace_query_text(life, 5),
		.process_id = trace_query_int(life, 3),
		.stack_id = trace_query_int(life, 6),
	};
	if (member.kind == NULL || member.class_name == NULL)
		return -ENOMEM;
	error = culprits_get(culprits, member.stack_id, &culprit);
	/* A pool that grows to its size is no leak, and yet takes up its part of what there is. */
	lifelong = error == 0 && (culprit->lifelong || trace_query_int(life, 8) != 0);
	if (error != 0 || (lifelong && !growth->by_process))
		return error;
	group = finding_group(member.kind, member.class_name, culprit);
	if (growth->by_process)
		group = fnv_bytes(group, &member.process_id, sizeof(member.process_id));
	error = get_site(sites, &member, group, series, &site);
	if (error != 0)
		return error;
	site->of_pack = trace_query_int(life, 7) != 0;
	count_life(site, from, to);
	return to == series->count
		       ? site_add_member(site, trace_query_int(life, 2), member.stack_id)
		       : 0;
}

/*
 * A rise at every mark; among many marks one in STEPS_PER_PAUSE may bring
 * nothing. Or a slow one: fewer rises, but evenly spread over all marks, so
 * that no pause is twice as long as the others. Either goes on to the end: what
 * fills up and stays is none, and what falls once is a cache.
 */
static bool rises_from(const int64_t *alive, size_t marks, size_t first)
{
	struct rises r;

	if (marks < first + MARKS_LEAST)
		return false;
	r = rises_count(alive + first, marks - first);
	if (r.falls)
		return false;
	if ((r.steps - r.rises) * STEPS_PER_PAUSE <= r.steps && r.last < 2)
		return true;
	return r.rises >= RISES_LEAST && r.longest * r.rises <= 2 * r.steps &&
	       r.last * r.rises <= r.steps;
}

static bool both_rise(const struct growth_site *site, size_t first)
{
	return rises_from(site->alive, site->marks, first) &&
	       rises_from(site->stays, site->marks, first);
}

/* From changes to sums. */
static void sum_up(struct growth_site *site)
{
	for (size_t i = 1; i < site->marks; i++) {
		site->alive[i] += site->alive[i - 1];
		site->stays[i] += site->stays[i - 1];
	}
}

/* The first mark may be warm-up. */
static bool grows(struct growth_site *site)
{
	site->first = both_rise(site, 0) ? 0 : 1;
	return both_rise(site, site->first);
}

/* Of those alive at the last session nobody knows whether they stay: before it nothing did. */
static bool nothing_stays(const struct growth_site *site)
{
	return site->marks >= 2 && site->stays[site->marks - 2] <= site->stays[0];
}

/* Of what is merely late the number may rise: it counts as what stays does. */
static int find_trend(struct growth_site *site)
{
	struct trend stays;
	int error = trend_find(site->alive, site->marks, &site->trend);

	if (error == 0)
		error = trend_find(site->stays, site->marks, &stays);
	if (error == 0 && nothing_stays(site))
		stays.verdict = TREND_STEADY;
	if (error == 0 && site->trend.verdict <= TREND_UNCLEAR &&
	    stays.verdict > site->trend.verdict) {
		site->trend.verdict = stays.verdict;
		site->trend.wanted = stays.wanted;
	}
	site->first = site->trend.first;
	return error;
}

/* Over the sessions of a soak the trend tells, if they are enough. */
static int look_at(struct growth_site *site, const struct growth *growth, bool soaks,
		   bool *ret_wanted)
{
	int error = 0;

	sum_up(site);
	if (soaks)
		error = find_trend(site);
	if (error != 0)
		return error;
	if (growth->all)
		*ret_wanted = soaks;
	else
		*ret_wanted = site->trend.verdict != TREND_TOO_FEW
				      ? site->trend.verdict == TREND_GROWING
				      : grows(site);
	return 0;
}

static int keep(struct growth *growth, struct growth_site *site)
{
	size_t capacity = growth->capacity != 0 ? growth->capacity * 2 : 8;
	struct growth_site **sites = growth->sites;

	if (growth->count == growth->capacity) {
		sites = realloc(sites, capacity * sizeof(struct growth_site *));
		if (sites == NULL)
			return -ENOMEM;
		growth->sites = sites;
		growth->capacity = capacity;
	}
	if (u64map_put(&growth->by_group, site->group, (uintptr_t)site) != 0)
		return -ENOMEM;
	sites[growth->count++] = site;
	return 0;
}

/* Take over the sites that grow; free the others. */
static int sift(struct growth *growth, struct u64map *sites, size_t series, bool soaks)
{
	size_t cursor = 0;
	uint64_t group, value;
	int error = 0;

	while (u64map_next(sites, &cursor, &group, &value)) {
		struct growth_site *site = (struct growth_site *)(uintptr_t)value;
		bool wanted = false;

		site->series = series;
		if (error == 0 && growth_find(growth, group) == NULL)
			error = look_at(site, growth, soaks, &wanted);
		if (wanted)
			error = keep(growth, site);
		if (!wanted || error != 0)
			site_destroy(site);
	}
	u64map_finish(sites);
	return error;
}

static int load_series(struct growth *growth, struct trace *trace, struct culprits *culprits,
		       const struct marks *marks, size_t index, bool soaks)
{
	const struct mark_series *series = &marks->series[index];
	struct u64map sites = {0};
	struct trace_query *query;
	int more, error;

	more = trace_query(trace, lives_sql, &query);
	if (more != 0)
		return more;
	trace_query_bind_int(
		query, 1,
		(int64_t)(growth->leaks != NULL ? growth->leaks->grace_ns : growth->grace_ns));
	while ((more = trace_query_step(query)) == 1) {
		more = add_life(growth, &sites, series, culprits, query);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	error = sift(growth, &sites, index, soaks);
	return more != 0 ? more : error;
}

int growth_load(struct growth *growth, struct trace *trace, struct culprits *culprits)
{
	const struct mark_series *sessions = NULL;
	struct marks marks = {0};
	enum soak_by by;
	int error = marks_load(&marks, trace);

	if (error == 0 && soak_is(trace, &by))
		sessions = soak_series(&marks, by);
	for (size_t i = 0; i < marks.count && error == 0; i++) {
		bool soaks = &marks.series[i] == sessions;

		if (marks.series[i].count >= (soaks && growth->all ? 1 : MARKS_LEAST))
			error = load_series(growth, trace, culprits, &marks, i, soaks);
	}
	marks_finish(&marks);
	return error;
}

void growth_finish(struct growth *growth)
{
	for (size_t i = 0; i < growth->count; i++)
		site_destroy(growth->sites[i]);
	free(growth->sites);
	u64map_finish(&growth->by_group);
	*growth = (struct growth){0};
}

const struct growth_site *growth_find(const struct growth *growth, uint64_t group)
{
	const uint64_t *site = u64map_get(&growth->by_group, group);

	return site != NULL ? (const struct growth_site *)(uintptr_t)*site : NULL;
}

double growth_slope(const struct growth_site *site)
{
	int64_t rise = site->alive[site->marks - 1] - site->alive[site->first];

	if (site->trend.verdict != TREND_TOO_FEW)
		return site->trend.slope;
	return (double)rise / (double)(site->marks - 1 - site->first);
}
