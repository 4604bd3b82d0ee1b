/* SPDX-License-Identifier: Apache-2.0 */
#include "soak_trends.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"
#include "supply.h"

/* Places beyond that, the least of a kind, are as steady as those before. */
enum { TRENDS_MOST = 1000, WHY_BYTES = 256 };

static const char clear_sql[] = "DELETE FROM trend";
static const char insert_sql[] =
	"INSERT INTO trend (id, verdict, kind, class, process_id, stack_id, culprit_function, "
	"culprit_file, culprit_line, culprit_module, first, last, warm_up, slope, slope_low, "
	"slope_high, supply, capacity, sessions_left) VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0), "
	"?7, ?8, nullif(?9, 0), ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, nullif(?18, 0), ?19)";

static int compare(const void *left, const void *right)
{
	const struct growth_site *a = *(struct growth_site *const *)left;
	const struct growth_site *b = *(struct growth_site *const *)right;
	int64_t last_a = a->alive[a->marks - 1], last_b = b->alive[b->marks - 1];

	if (a->trend.verdict != b->trend.verdict)
		return a->trend.verdict < b->trend.verdict ? -1 : 1;
	if (a->trend.slope != b->trend.slope)
		return a->trend.slope > b->trend.slope ? -1 : 1;
	if (last_a != last_b)
		return last_a > last_b ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

/* When what all that grows in its process uses too will be used up. */
static int look_ahead(struct judgement *judgement, const struct growth *growth,
		      const struct growth_site *site, struct outlook *ret_outlook, bool *ret_ends)
{
	struct port_range range = supply_ports(judgement->trace);
	struct outlook outlook;
	int error =
		outlook_open(judgement->trace, site->process_id, site->last_ns, &range, &outlook);

	for (size_t i = 0; i < growth->count && error == 0; i++)
		if (growth->sites[i]->trend.verdict == TREND_GROWING &&
		    growth->sites[i]->process_id == site->process_id)
			error = outlook_add(judgement->trace, growth->sites[i], &range, &outlook);
	if (error != 0)
		return error;
	*ret_ends = outlook_ahead(&outlook, site->kind, site->class_name);
	*ret_outlook = outlook;
	return 0;
}

/* The column is REAL: SQLite makes a number of the text. */
static void bind_real(struct trace_query *query, int parameter, bool known, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.17g", value);
	trace_query_bind_text(query, parameter, known ? text : NULL);
}

static void bind_site(struct trace_query *query, const struct growth_site *site,
		      const struct culprit *culprit)
{
	bool known = site->trend.verdict != TREND_TOO_FEW;

	trace_query_bind_text(query, 2, trend_name(site->trend.verdict));
	trace_query_bind_text(query, 3, site->kind);
	trace_query_bind_text(query, 4, site->class_name);
	trace_query_bind_int(query, 5, site->process_id);
	trace_query_bind_int(query, 6, site->stack_id);
	trace_query_bind_text(query, 7, culprit->function);
	trace_query_bind_text(query, 8, culprit->file);
	trace_query_bind_int(query, 9, culprit->line);
	trace_query_bind_text(query, 10, culprit->module);
	trace_query_bind_int(query, 11, site->alive[0]);
	trace_query_bind_int(query, 12, site->alive[site->marks - 1]);
	trace_query_bind_int(query, 13, (int64_t)site->trend.first);
	bind_real(query, 14, known, site->trend.slope);
	bind_real(query, 15, known, site->trend.low);
	bind_real(query, 16, known, site->trend.high);
}

static int write_site(struct judgement *judgement, const struct growth *growth,
		      const struct growth_site *site, struct trace_query *query, int64_t *rank)
{
	const struct culprit *culprit;
	struct outlook outlook;
	bool ends = false;
	int error = culprits_get(&judgement->culprits, site->stack_id, &culprit);

	if (error != 0 || culprit_is_shell(culprit))
		return error;
	if (site->trend.verdict == TREND_GROWING)
		error = look_ahead(judgement, growth, site, &outlook, &ends);
	if (error != 0)
		return error;
	trace_query_bind_int(query, 1, ++*rank);
	bind_site(query, site, culprit);
	trace_query_bind_text(query, 17, ends ? supply_noun(outlook.first) : NULL);
	trace_query_bind_int(query, 18, ends ? (int64_t)outlook.capacity[outlook.first] : 0);
	bind_real(query, 19, ends, ends ? outlook.marks : 0);
	return trace_query_step(query);
}

static int write_sites(struct judgement *judgement, const struct growth *growth)
{
	struct trace_query *query;
	int64_t rank = 0;
	int error = trace_query(judgement->trace, insert_sql, &query);

	if (error != 0)
		return error;
	if (growth->count > 0)
		qsort(growth->sites, growth->count, sizeof(struct growth_site *), compare);
	for (size_t i = 0; i < growth->count && rank < TRENDS_MOST && error == 0; i++)
		error = write_site(judgement, growth, growth->sites[i], query, &rank);
	trace_query_destroy(query);
	return error;
}

/* The places of which it is not told whether they grow, and how many sessions would tell of all. */
struct unclear {
	size_t count;
	uint64_t wanted;
};

static int count_unclear(struct judgement *judgement, const struct growth *growth,
			 struct unclear *ret_unclear)
{
	int error = 0;

	for (size_t i = 0; i < growth->count && error == 0; i++) {
		const struct growth_site *site = growth->sites[i];
		const struct culprit *culprit;

		if (site->trend.verdict != TREND_UNCLEAR)
			continue;
		error = culprits_get(&judgement->culprits, site->stack_id, &culprit);
		if (error != 0 || culprit_is_shell(culprit))
			continue;
		ret_unclear->count++;
		if (site->trend.wanted > ret_unclear->wanted)
			ret_unclear->wanted = site->trend.wanted;
	}
	return error;
}

static void say_why(struct trace *trace, uint64_t sessions, struct unclear unclear, char *ret_why)
{
	const char *stopped = trace_meta(trace, "soak_stopped");
	const char *text = trace_meta(trace, "soak_sessions");
	uint64_t wanted = text != NULL ? strtoull(text, NULL, 10) : 0;

	ret_why[0] = '\0';
	if (stopped != NULL)
		snprintf(ret_why, WHY_BYTES, "%s", stopped);
	else if (sessions < wanted)
		snprintf(ret_why, WHY_BYTES,
			 "%" PRIu64 " of %" PRIu64 " sessions were over at the end", sessions,
			 wanted);
	else if (sessions < TREND_LEAST)
		snprintf(ret_why, WHY_BYTES, "fewer than %d sessions prove no trend", TREND_LEAST);
	else if (unclear.count > 0)
		snprintf(ret_why, WHY_BYTES,
			 "whether %zu place%s grow%s is unclear; about %" PRIu64
			 " sessions would tell",
			 unclear.count, unclear.count == 1 ? "" : "s",
			 unclear.count == 1 ? "s" : "", unclear.wanted);
}

static int write_why(struct judgement *judgement, const struct growth *growth, enum soak_by by)
{
	struct marks marks = {0};
	const struct mark_series *series;
	char why[WHY_BYTES], number[24];
	struct unclear unclear = {0};
	int error = count_unclear(judgement, growth, &unclear);

	if (error == 0)
		error = marks_load(&marks, judgement->trace);
	if (error != 0) {
		marks_finish(&marks);
		return error;
	}
	series = soak_series(&marks, by);
	say_why(judgement->trace, series != NULL ? series->count : 0, unclear, why);
	snprintf(number, sizeof(number), "%zu", series != NULL ? series->count : 0);
	marks_finish(&marks);
	error = trace_set_meta(judgement->trace, "soak_over", number);
	return error != 0 ? error : trace_set_meta(judgement->trace, "no_verdict", why);
}

int soak_judge(struct judgement *judgement)
{
	struct growth growth = {.all = true, .grace_ns = judgement->leaks.grace_ns};
	enum soak_by by;
	int error = trace_execute(judgement->trace, clear_sql);

	if (error != 0 || !soak_is(judgement->trace, &by))
		return error;
	error = growth_load(&growth, judgement->trace, &judgement->culprits);
	if (error == 0)
		error = write_sites(judgement, &growth);
	if (error == 0)
		error = write_why(judgement, &growth, by);
	growth_finish(&growth);
	return error;
}
