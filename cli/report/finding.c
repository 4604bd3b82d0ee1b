/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <track/wire.h>

#include "filter.h"
#include "rows.h"

static const char findings_sql[] =
	"SELECT id, rule, state, kind, class, count, fingerprint, message, process_id, stack_id,"
	" culprit_function, culprit_file, culprit_line, culprit_module, slope,"
	" (SELECT count(*) FROM evidence e WHERE e.finding_id = finding.id),"
	" EXISTS (SELECT 1 FROM placeless p WHERE p.finding_id = finding.id)"
	" FROM finding WHERE id > ?1 ORDER BY rank, id";

/* A resource of the evidence directly, or through the act that was done to it. */
static const char evidence_sql[] =
	"SELECT e.role, e.stack_id, r.id, r.kind, r.class, r.subject, r.birth_call, r.birth_ns,"
	" r.death_ns, r.name, r.local_address, r.remote_address, r.out_count, r.in_count,"
	" r.last_use_ns, r.ending, r.tid, r.process_id, f.function, r.traits, r.refs, e.act_id,"
	" r.earlier"
	" FROM evidence e LEFT JOIN act a ON a.id = e.act_id"
	" LEFT JOIN resource r ON r.id = coalesce(e.resource_id, a.resource_id)"
	" LEFT JOIN frame f ON f.location_id = r.start_location AND f.position = 0"
	/* What was born too early is no member for this report; an act may be younger than it. */
	" WHERE e.finding_id = ?1 AND (?2 = 0 OR e.role <> 'created at' OR r.birth_ns >= ?2"
	" OR EXISTS (SELECT 1 FROM evidence x WHERE x.finding_id = ?1 AND x.act_id IS NOT NULL))"
	/* The first that is left tells where they were made, before why the first of all is alive.
	 */
	" ORDER BY ?2 = 0 OR e.position <> (SELECT min(y.position) FROM evidence y"
	" JOIN resource b ON b.id = y.resource_id WHERE y.finding_id = ?1 AND y.role = 'created at'"
	" AND b.birth_ns >= ?2), e.position LIMIT 48";

_Static_assert(REPORT_EVIDENCE_MAX == 48, "the limit in evidence_sql");

/* A row of the query before what needs further queries is filled in. */
struct finding_row {
	struct report_finding finding;
	int64_t id, stack_id;
};

struct evidence_row {
	struct report_evidence evidence;
	int64_t stack_id;
	bool act;
};

static int read_texts(struct report *report, struct trace_query *query,
		      struct report_finding *finding)
{
	struct {
		int column;
		const char **text;
	} texts[] = {
		{1, &finding->rule},
		{2, &finding->state},
		{3, &finding->kind},
		{4, &finding->class_name},
		{6, &finding->fingerprint},
		{7, &finding->message},
		{10, &finding->culprit_function},
		{11, &finding->culprit_file},
		{13, &finding->culprit_module},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int r = row_text(report, query, texts[i].column, texts[i].text);

		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_socket(const char *class_name)
{
	static const struct {
		const char *name, *group;
	} classes[] = {
	/* clang-format off */
#define TRACK_FD_CLASS(id, name_, text, group_) { name_, #group_ },
#include <track/fd_classes.def>
#undef TRACK_FD_CLASS
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcmp(classes[i].name, class_name) == 0)
			return strcmp(classes[i].group, "SOCKET") == 0;
	return false;
}

static bool is_minor(const struct report_finding *finding)
{
	return strcmp(finding->state, "at-exit") == 0 && strcmp(finding->kind, "fd") == 0 &&
	       !is_socket(finding->class_name);
}

static enum report_fails fails_by_state(const char *state)
{
	static const struct {
		const char *name;
		enum report_fails fails;
	} states[] = {
/* clang-format off */
#define TRACK_FINDING_STATE(id, name_, fails_, text) { name_, REPORT_FAILS_##fails_ },
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i].name, state) == 0)
			return states[i].fails;
	return REPORT_FAILS_NEVER;
}

static int read_finding(struct report *report, struct trace_query *query, void *item)
{
	struct finding_row *row = item;
	struct report_finding *finding = &row->finding;
	int r;

	row->id = finding->id = trace_query_int(query, 0);
	row->stack_id = trace_query_int(query, 9);
	finding->count = (uint64_t)trace_query_int(query, 5);
	finding->process = process_index(report, trace_query_int(query, 8));
	finding->culprit_line = (int)trace_query_int(query, 12);
	finding->slope = trace_query_real(query, 14);
	finding->evidence_total = (uint64_t)trace_query_int(query, 15);
	finding->placeless = trace_query_int(query, 16) != 0;
	r = read_texts(report, query, finding);
	if (r < 0)
		return r;
	finding->minor = is_minor(finding);
	finding->fails = fails_by_state(finding->state);
	return 0;
}

static int read_resource(struct report *report, struct trace_query *query,
			 struct report_resource *resource)
{
	int r = row_text(report, query, 3, &resource->kind);

	resource->subject = (uint64_t)trace_query_int(query, 5);
	resource->birth_ns = (uint64_t)trace_query_int(query, 7);
	resource->death_ns = (uint64_t)trace_query_int(query, 8);
	resource->has_traffic = !trace_query_null(query, 12);
	resource->out_count = (uint64_t)trace_query_int(query, 12);
	resource->in_count = (uint64_t)trace_query_int(query, 13);
	resource->last_use_ns = (uint64_t)trace_query_int(query, 14);
	resource->tid = (uint32_t)trace_query_int(query, 16);
	resource->earlier = trace_query_int(query, 22) != 0;
	resource->id = trace_query_int(query, 2);
	if (r == 0)
		r = row_text(report, query, 4, &resource->class_name);
	if (r == 0)
		r = row_text(report, query, 6, &resource->birth_call);
	if (r == 0)
		r = row_text(report, query, 9, &resource->name);
	if (r == 0)
		r = row_text(report, query, 10, &resource->local);
	if (r == 0)
		r = row_text(report, query, 11, &resource->remote);
	if (r == 0)
		r = row_text(report, query, 15, &resource->ending);
	if (r == 0)
		r = row_text(report, query, 18, &resource->start_routine);
	if (r == 0)
		r = row_text(report, query, 19, &resource->traits);
	resource->refs = trace_query_null(query, 20) ? -1 : trace_query_int(query, 20);
	return r;
}

static int read_evidence(struct report *report, struct trace_query *query, void *item)
{
	struct evidence_row *row = item;
	int r = row_text(report, query, 0, &row->evidence.role);

	row->stack_id = trace_query_int(query, 1);
	row->act = !trace_query_null(query, 21);
	row->evidence.process = SIZE_MAX;
	if (r < 0 || trace_query_null(query, 2))
		return r;
	row->evidence.process = process_index(report, trace_query_int(query, 17));
	row->evidence.resource = arena_allocate(report->arena, 1, sizeof(*row->evidence.resource));
	if (!row->evidence.resource)
		return -ENOMEM;
	return read_resource(report, query, row->evidence.resource);
}

/* Both say the same of one thing, each from a place of its own: two that hold it alike. */
static bool is_other_place(const struct evidence_row *one, const struct evidence_row *other)
{
	const struct report_resource *left = one->evidence.resource;
	const struct report_resource *right = other->evidence.resource;

	return !other->act && left && right && left->id == right->id && one->stack_id &&
	       other->stack_id && one->stack_id != other->stack_id;
}

/* Of many members one stack per role is enough to read: they were born alike. */
static bool is_fresh(const struct report_finding *finding, const struct evidence_row *items,
		     size_t index, bool *ret_repeated)
{
	*ret_repeated = false;
	for (size_t i = 0; i < index; i++) {
		if (strcmp(items[i].evidence.role, items[index].evidence.role) != 0 ||
		    is_other_place(&items[i], &items[index]))
			continue;
		*ret_repeated = true;
		if (finding->evidence[i].stack)
			return false;
	}
	return true;
}

/* Of what waits for a lock plumbing is a part: there it was taken. */
static bool is_about_locks(const struct report_finding *finding)
{
	return strcmp(finding->rule, "teardown-deadlock") == 0 ||
	       strcmp(finding->rule, "lock-order") == 0;
}

static int read_stack(struct trace *trace, struct report *report, int64_t stack_id,
		      const struct report_finding *finding, struct report_stack *ret_stack)
{
	int r = stack_read(trace, report, stack_id, ret_stack);

	for (size_t i = 0; r == 0 && is_about_locks(finding) && i < ret_stack->count; i++)
		ret_stack->frames[i].plumbing = false;
	return r;
}

static int fill_stack(struct trace *trace, struct report *report, int64_t stack_id,
		      const struct report_finding *finding, struct report_evidence *evidence)
{
	evidence->stack = arena_allocate(report->arena, 1, sizeof(*evidence->stack));
	if (!evidence->stack)
		return -ENOMEM;
	return read_stack(trace, report, stack_id, finding, evidence->stack);
}

static int fill_evidence(struct trace *trace, struct report *report, const struct finding_row *row,
			 uint64_t since_ns, struct report_finding *finding)
{
	const struct evidence_row *items;
	struct rows rows;
	int r = rows_read_since(trace, report, evidence_sql, row->id, since_ns, sizeof(*items),
				read_evidence, &rows);

	if (r < 0)
		return r;
	items = rows.items;
	finding->evidence_count = rows.count;
	finding->evidence = arena_allocate(report->arena, rows.count, sizeof(*finding->evidence));
	if (!finding->evidence)
		return -ENOMEM;
	for (size_t i = 0; i < rows.count; i++) {
		bool fresh;

		finding->evidence[i] = items[i].evidence;
		fresh = is_fresh(finding, items, i, &finding->evidence[i].repeated);
		if (!items[i].stack_id || !fresh)
			continue;
		finding->stack_in_evidence |= items[i].stack_id == row->stack_id;
		r = fill_stack(trace, report, items[i].stack_id, finding, &finding->evidence[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Of acts in a loop the first have a row: what has none came later. */
static uint64_t without_row(const struct report_finding *finding, uint64_t members)
{
	return finding->count > members ? finding->count - members : 0;
}

/* What is older is not counted; the sentence is about all of them, and says so. */
static int count_since(struct trace *trace, struct report *report, const struct finding_row *row,
		       uint64_t since_ns, struct report_finding *finding)
{
	struct filter_members members = {0};
	int r = since_ns ? filter_members(trace, since_ns, row->id, &members) : 0;
	size_t capacity = strlen(finding->message) + 48;
	char *message;

	if (r < 0 || members.since == members.total)
		return r;
	finding->count = members.since + without_row(finding, members.total);
	message = arena_allocate(report->arena, capacity, 1);
	if (!message)
		return -ENOMEM;
	snprintf(message, capacity, "(%" PRIu64 " since then) %s", finding->count,
		 finding->message);
	finding->message = message;
	return 0;
}

static int fill(struct trace *trace, struct report *report, const struct report_filter *filter,
		uint64_t since_ns, const struct finding_row *row, struct report_finding *finding)
{
	int r = 0;

	*finding = row->finding;
	if (row->stack_id)
		r = read_stack(trace, report, row->stack_id, finding, &finding->stack);
	if (r == 0 && (filter->mine || filter->more_mine_count) && filter_blame(filter, finding))
		report->absent_mine = NULL;
	if (r == 0 && filter->for_gate)
		return filter_read_scopes(trace, report, finding);
	if (r == 0)
		r = count_since(trace, report, row, since_ns, finding);
	return r == 0 ? fill_evidence(trace, report, row, since_ns, finding) : r;
}

/* Those that are minor, or those that are not, in their order. */
static int fill_part(struct trace *trace, struct report *report, const struct report_filter *filter,
		     uint64_t since_ns, const struct rows *rows, bool minor)
{
	const struct finding_row *items = rows->items;

	for (size_t i = 0; i < rows->count; i++) {
		int r;

		if (items[i].finding.minor != minor)
			continue;
		r = filter_wants(trace, filter, since_ns, &items[i].finding, items[i].id);
		if (r < 0)
			return r;
		if (!r) {
			report->finding_others++;
			continue;
		}
		report->finding_total++;
		if (filter->top && report->finding_count == filter->top)
			continue;
		r = fill(trace, report, filter, since_ns, &items[i],
			 &report->findings[report->finding_count]);
		if (r < 0)
			return r;
		report->finding_count++;
	}
	return 0;
}

int findings_read(struct trace *trace, struct report *report, const struct report_filter *filter)
{
	uint64_t since_ns = 0;
	struct rows rows;
	int r = rows_read(trace, report, findings_sql, 0, sizeof(struct finding_row), read_finding,
			  &rows);

	if (r == 0)
		r = filter_since(trace, report, filter, &since_ns);
	if (r == 0)
		r = filter_check_scope(trace, report, filter);
	if (r == 0 && rows.count)
		r = arena_text(report->arena, filter->mine, &report->absent_mine);
	if (r < 0)
		return r;
	report->findings = arena_allocate(report->arena, rows.count, sizeof(*report->findings));
	if (!report->findings)
		return -ENOMEM;
	r = fill_part(trace, report, filter, since_ns, &rows, false);
	if (r == 0)
		r = fill_part(trace, report, filter, since_ns, &rows, true);
	return r == 0 && !report->finding_total ? filter_list_rules(trace, report, filter) : r;
}
