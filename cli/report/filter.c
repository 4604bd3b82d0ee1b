/* SPDX-License-Identifier: Apache-2.0 */
#include "filter.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "rows.h"

/* What it is about, all that this belongs to, and where the program says nothing, the hints. */
static const char scopes_sql[] =
	"WITH RECURSIVE up(id) AS ("
	"SELECT coalesce(e.resource_id, a.resource_id) FROM evidence e"
	" LEFT JOIN act a ON a.id = e.act_id WHERE e.finding_id = ?1"
	" UNION SELECT coalesce(r.owner_id, r.hint_id) FROM up JOIN resource r ON r.id = up.id"
	" WHERE coalesce(r.owner_id, r.hint_id) IS NOT NULL)"
	" SELECT DISTINCT r.class FROM up JOIN resource r ON r.id = up.id"
	" WHERE r.kind = 'scope'";

static const char causes_sql[] = "SELECT rule FROM cause WHERE finding_id = ?1";

static const char rules_sql[] = "SELECT rule, count(*) FROM finding WHERE id > ?1 GROUP BY rule"
				" ORDER BY min(rank)";

static const char youngest_sql[] =
	"SELECT max(coalesce(r.birth_ns, 0), coalesce(a.time_ns, 0)) FROM evidence e"
	" LEFT JOIN act a ON a.id = e.act_id"
	" LEFT JOIN resource r ON r.id = coalesce(e.resource_id, a.resource_id)"
	" WHERE e.finding_id = ?1 ORDER BY 1 DESC LIMIT 1";

/* Acts of it, or where it is about none, those that it tells the birth of. */
static const char members_sql[] =
	"WITH acts(any) AS (SELECT count(act_id) FROM evidence WHERE finding_id = ?1)"
	" SELECT count(*), coalesce(sum(since), 0) FROM (SELECT DISTINCT e.act_id,"
	" CASE WHEN e.act_id IS NULL THEN e.resource_id END,"
	" coalesce(a.time_ns, r.birth_ns) >= ?2 AS since FROM acts, evidence e"
	" LEFT JOIN act a ON a.id = e.act_id LEFT JOIN resource r ON r.id = e.resource_id"
	" WHERE e.finding_id = ?1 AND CASE WHEN acts.any > 0 THEN e.act_id IS NOT NULL"
	" ELSE e.role = 'created at' END)";

static const char classes_sql[] =
	"SELECT class FROM resource WHERE kind = 'scope' AND id > ?1"
	" UNION SELECT class FROM lifetime_statistics WHERE kind = 'scope' ORDER BY class";

static const char mark_sql[] = "SELECT time_ns, text FROM mark WHERE id >= ?1 ORDER BY id";

static const char marks_sql[] = "SELECT text, count(*) OVER () FROM mark GROUP BY text"
				" ORDER BY min(id)";

#define MARKS_SHOWN 5

typedef bool (*row_judge)(struct trace_query *row, const void *ctx);

/* 1 if the judge takes a row of the query, 0 if none; -errno. */
static int any_row(struct trace *trace, const char *sql, int64_t parameter, row_judge judge,
		   const void *ctx)
{
	struct trace_query *query;
	int r = trace_query(trace, sql, &query);

	if (r < 0)
		return r;
	trace_query_bind_int(query, 1, parameter);
	while ((r = trace_query_step(query)) > 0)
		if (judge(query, ctx))
			break;
	trace_query_destroy(query);
	return r;
}

static bool is_of_class(struct trace_query *row, const void *ctx)
{
	const char *class_name = trace_query_text(row, 0);

	return class_name && fnmatch(ctx, class_name, 0) == 0;
}

static bool is_rule(struct trace_query *row, const void *ctx)
{
	const char *rule = trace_query_text(row, 0);

	return rule && strcmp(rule, ctx) == 0;
}

static bool is_born_since(struct trace_query *row, const void *ctx)
{
	return (uint64_t)trace_query_int(row, 0) >= *(const uint64_t *)ctx;
}

struct mark_search {
	const char *text;
	uint64_t *ret_time_ns;
};

static bool is_mark(struct trace_query *row, const void *ctx)
{
	const struct mark_search *search = ctx;
	const char *text = trace_query_text(row, 1);

	if (!text || strcmp(text, search->text) != 0)
		return false;
	*search->ret_time_ns = (uint64_t)trace_query_int(row, 0);
	return true;
}

int filter_since(struct trace *trace, const struct report *report,
		 const struct report_filter *filter, uint64_t *ret_since_ns)
{
	struct mark_search search = {.text = filter->since, .ret_time_ns = ret_since_ns};
	uint64_t start_ns = report->process_count ? report->processes[0].start_ns : 0;
	char *end;
	double seconds;
	int r;

	if (!filter->since)
		return 0;
	seconds = strtod(filter->since, &end);
	if (end != filter->since && (!*end || strcmp(end, "s") == 0) && seconds >= 0 &&
	    seconds < 1e9) {
		*ret_since_ns = start_ns + (uint64_t)(seconds * 1e9);
		return 0;
	}
	r = any_row(trace, mark_sql, 1, is_mark, &search);
	return r < 0 ? r : r ? 0 : -ESRCH;
}

int report_marks(struct trace *trace, char *ret_line, size_t capacity)
{
	struct trace_query *query;
	size_t length = 0;
	int64_t total = 0;
	int shown = 0, r = trace_query(trace, marks_sql, &query);

	if (r < 0)
		return r;
	while ((r = trace_query_step(query)) > 0 && shown < MARKS_SHOWN) {
		const char *text = trace_query_text(query, 0);

		total = trace_query_int(query, 1);
		if (shown == 0)
			length = (size_t)snprintf(ret_line, capacity, "there %s %" PRId64 ":",
						  total == 1 ? "is" : "are", total);
		if (length < capacity)
			length +=
				(size_t)snprintf(ret_line + length, capacity - length, "%s '%.60s'",
						 shown ? "," : "", text ? text : "");
		shown++;
	}
	trace_query_destroy(query);
	if (shown == 0)
		snprintf(ret_line, capacity, "it has no marks");
	else if (total > shown && length < capacity)
		snprintf(ret_line + length, capacity - length, " and %" PRId64 " more",
			 total - shown);
	return r < 0 ? r : 0;
}

int filter_members(struct trace *trace, uint64_t since_ns, int64_t finding_id,
		   struct filter_members *ret_members)
{
	struct trace_query *query;
	int r = trace_query(trace, members_sql, &query);

	if (r < 0)
		return r;
	trace_query_bind_int(query, 1, finding_id);
	trace_query_bind_int(query, 2, (int64_t)since_ns);
	r = trace_query_step(query);
	if (r > 0)
		*ret_members =
			(struct filter_members){.total = (uint64_t)trace_query_int(query, 0),
						.since = (uint64_t)trace_query_int(query, 1)};
	trace_query_destroy(query);
	return r < 0 ? r : 0;
}

/* A finding that is asked about, and by which filter. */
struct asked {
	struct trace *trace;
	const struct report_filter *filter;
	uint64_t since_ns;
	const struct report_finding *finding;
	int64_t finding_id;
};

static int wants_kind(const struct asked *asked)
{
	return strcmp(asked->filter->kind, asked->finding->kind) == 0;
}

static int wants_rule(const struct asked *asked)
{
	const char *rule = asked->filter->rule;

	return strcmp(rule, asked->finding->rule) == 0
		       ? 1
		       : any_row(asked->trace, causes_sql, asked->finding_id, is_rule, rule);
}

static int wants_scope(const struct asked *asked)
{
	return any_row(asked->trace, scopes_sql, asked->finding_id, is_of_class,
		       asked->filter->scope);
}

static int wants_since(const struct asked *asked)
{
	struct filter_members members = {0};
	int r = filter_members(asked->trace, asked->since_ns, asked->finding_id, &members);

	if (r < 0 || members.total)
		return r < 0 ? r : members.since > 0;
	return any_row(asked->trace, youngest_sql, asked->finding_id, is_born_since,
		       &asked->since_ns);
}

int filter_wants(struct trace *trace, const struct report_filter *filter, uint64_t since_ns,
		 const struct report_finding *finding, int64_t finding_id)
{
	const struct asked asked = {trace, filter, since_ns, finding, finding_id};
	int r = 1;

/* clang-format off */
#define WANTS_OTHER(member)
#define WANTS_LEAVES_OUT(member) \
	if (r > 0 && filter->member) \
		r = wants_##member(&asked);
#define REPORT_FILTER(where, field_type, member, effect, ...) WANTS_##effect(member)
#include <report/filters.def>
#undef REPORT_FILTER
	/* clang-format on */
	return r;
}

static bool matches(const char *pattern, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return path &&
	       (fnmatch(pattern, path, 0) == 0 || (slash && fnmatch(pattern, slash + 1, 0) == 0));
}

static bool has(const char *pattern, const struct report_frame *frame)
{
	return matches(pattern, frame->module) || matches(pattern, frame->file);
}

static bool is_mine(const struct report_filter *filter, const struct report_frame *frame)
{
	if (filter->mine)
		return has(filter->mine, frame);
	for (size_t i = 0; i < filter->more_mine_count; i++)
		if (has(filter->more_mine[i], frame))
			return true;
	return false;
}

/* Of a program that has all linked in, the module says little: plumbing comes last. */
static const struct report_frame *find_mine(const struct report_filter *filter,
					    const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (!stack->frames[i].plumbing && is_mine(filter, &stack->frames[i]))
			return &stack->frames[i];
	for (size_t i = 0; i < stack->count; i++)
		if (is_mine(filter, &stack->frames[i]))
			return &stack->frames[i];
	return NULL;
}

bool filter_blame(const struct report_filter *filter, struct report_finding *finding)
{
	const struct report_frame *frame = find_mine(filter, &finding->stack);

	if (!frame)
		return false;
	finding->culprit_function = frame->function;
	finding->culprit_file = frame->file;
	finding->culprit_line = frame->line;
	finding->culprit_module = frame->module[0] ? frame->module : NULL;
	return true;
}

static int read_scope(struct report *report, struct trace_query *query, void *item)
{
	return row_text(report, query, 0, item);
}

int filter_read_scopes(struct trace *trace, struct report *report, struct report_finding *finding)
{
	struct rows rows;
	int r = rows_read(trace, report, scopes_sql, finding->id, sizeof(*finding->scopes),
			  read_scope, &rows);

	if (r < 0)
		return r;
	finding->scopes = rows.items;
	finding->scope_count = rows.count;
	return 0;
}

int filter_check_scope(struct trace *trace, struct report *report,
		       const struct report_filter *filter)
{
	struct rows rows;
	int r;

	if (!filter->scope)
		return 0;
	r = rows_read(trace, report, classes_sql, 0, sizeof(*report->scopes), read_scope, &rows);
	if (r < 0)
		return r;
	report->scopes = rows.items;
	report->scope_count = rows.count;
	for (size_t i = 0; i < report->scope_count; i++)
		if (fnmatch(filter->scope, report->scopes[i], 0) == 0)
			return 0;
	return arena_text(report->arena, filter->scope, &report->absent_scope);
}

static int read_rule(struct report *report, struct trace_query *query, void *item)
{
	struct report_rule *rule = item;

	rule->count = (uint64_t)trace_query_int(query, 1);
	return row_text(report, query, 0, &rule->name);
}

int filter_list_rules(struct trace *trace, struct report *report,
		      const struct report_filter *filter)
{
	struct rows rows;
	int r;

	if (!filter->rule)
		return 0;
	r = rows_read(trace, report, rules_sql, 0, sizeof(*report->rules), read_rule, &rows);
	if (r < 0)
		return r;
	report->rules = rows.items;
	report->rule_count = rows.count;
	return arena_text(report->arena, filter->rule, &report->absent_rule);
}
