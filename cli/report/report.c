/* SPDX-License-Identifier: Apache-2.0 */
#include <base/u64map.h>
#include <errno.h>
#include <report/report.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "rows.h"

static const char notes_sql[] =
	"SELECT name, text, sum(count), weight = 'LOST' FROM note WHERE count >= ?1"
	" GROUP BY name, weight, text ORDER BY weight <> 'LOST', sum(count) DESC, name";
/* SQLite takes the columns beside min from its row. */
static const char strays_sql[] =
	"SELECT op, kind, sum(count), subject, stack_id, min(time_ns) FROM stray WHERE count >= ?1"
	" GROUP BY op, kind ORDER BY min(time_ns)";
static const char tallies_sql[] =
	"SELECT kind, sum(begun), sum(ended), sum(begun) - sum(ended), sum(folded) FROM"
	" (SELECT kind, count(*) AS begun, count(coalesce(death_ns, closed_ns)) AS ended, 0 AS "
	"folded"
	" FROM resource WHERE inherited = ?1 GROUP BY kind"
	" UNION ALL SELECT kind, sum(count), sum(count), sum(count)"
	" FROM lifetime_statistics GROUP BY kind) GROUP BY kind ORDER BY kind";
static const char counts_sql[] = "SELECT (SELECT count(DISTINCT pid) FROM process),"
				 " (SELECT count(*) FROM mark) WHERE ?1 = 0";
static const char end_sql[] = "SELECT max((SELECT coalesce(max(end_ns), 0) FROM process),"
			      " (SELECT coalesce(max(birth_ns), 0) FROM resource),"
			      " (SELECT coalesce(max(death_ns), 0) FROM resource),"
			      " (SELECT coalesce(max(last_death_ns), 0) FROM lifetime_statistics),"
			      /* What runs on was watched until the recording ended. */
			      " (SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta"
			      " WHERE key = 'ended_ns'"
			      " AND EXISTS (SELECT 1 FROM process WHERE end = 'running')))"
			      " WHERE ?1 = 0";

static void *append(struct arena *arena, void *items, size_t count, size_t size)
{
	void *grown;

	if (count && (count & (count - 1)))
		return items;
	grown = arena_allocate(arena, count ? 2 * count : 1, size);
	if (grown && count)
		memcpy(grown, items, count * size);
	return grown;
}

int rows_read_since(struct trace *trace, struct report *report, const char *sql, int64_t parameter,
		    uint64_t since_ns, size_t size, row_reader reader, struct rows *ret_rows)
{
	struct trace_query *query;
	struct rows rows = {0};
	int r = trace_query(trace, sql, &query);

	if (r < 0)
		return r;
	trace_query_bind_int(query, 1, parameter);
	trace_query_bind_int(query, 2, (int64_t)since_ns);
	while ((r = trace_query_step(query)) > 0) {
		rows.items = append(report->arena, rows.items, rows.count, size);
		r = rows.items ? reader(report, query, (char *)rows.items + rows.count * size)
			       : -ENOMEM;
		if (r < 0)
			break;
		rows.count++;
	}
	trace_query_destroy(query);
	if (r == 0)
		*ret_rows = rows;
	return r;
}

int rows_read(struct trace *trace, struct report *report, const char *sql, int64_t parameter,
	      size_t size, row_reader reader, struct rows *ret_rows)
{
	return rows_read_since(trace, report, sql, parameter, 0, size, reader, ret_rows);
}

int row_text(struct report *report, struct trace_query *query, int column, const char **ret_text)
{
	return arena_text(report->arena, trace_query_text(query, column), ret_text);
}

static int read_note(struct report *report, struct trace_query *query, void *item)
{
	struct report_note *note = item;
	int r = row_text(report, query, 0, &note->name);

	if (r == 0)
		r = row_text(report, query, 1, &note->text);
	note->count = (uint64_t)trace_query_int(query, 2);
	note->lost = trace_query_int(query, 3);
	if (note->lost)
		report->lost += note->count;
	return r;
}

struct stray_row {
	struct report_stray stray;
	int64_t stack_id;
};

static int read_stray(struct report *report, struct trace_query *query, void *item)
{
	struct stray_row *row = item;
	int r = row_text(report, query, 0, &row->stray.op);

	row->stray.count = (uint64_t)trace_query_int(query, 2);
	row->stray.subject = (uint64_t)trace_query_int(query, 3);
	row->stack_id = trace_query_int(query, 4);
	return r == 0 ? row_text(report, query, 1, &row->stray.kind) : r;
}

static int read_strays(struct trace *trace, struct report *report)
{
	const struct stray_row *items;
	struct rows rows;
	int r = rows_read(trace, report, strays_sql, 1, sizeof(*items), read_stray, &rows);

	if (r < 0)
		return r;
	items = rows.items;
	report->strays = arena_allocate(report->arena, rows.count, sizeof(*report->strays));
	if (!report->strays)
		return -ENOMEM;
	report->stray_count = rows.count;
	for (size_t i = 0; r == 0 && i < rows.count; i++) {
		report->strays[i] = items[i].stray;
		if (items[i].stack_id)
			r = stack_read(trace, report, items[i].stack_id, &report->strays[i].stack);
	}
	return r;
}

static int read_tally(struct report *report, struct trace_query *query, void *item)
{
	struct report_tally *tally = item;

	tally->begun = (uint64_t)trace_query_int(query, 1);
	tally->ended = (uint64_t)trace_query_int(query, 2);
	tally->alive = (uint64_t)trace_query_int(query, 3);
	report->folded += (uint64_t)trace_query_int(query, 4);
	return row_text(report, query, 0, &tally->kind);
}

static int read_end(struct report *report, struct trace_query *query, void *item)
{
	(void)item;
	report->end_ns = (uint64_t)trace_query_int(query, 0);
	return 0;
}

static int read_counts(struct report *report, struct trace_query *query, void *item)
{
	(void)item;
	report->pid_count = (size_t)trace_query_int(query, 0);
	report->mark_count = (uint64_t)trace_query_int(query, 1);
	return 0;
}

static int read_meta(struct trace *trace, struct report *report)
{
	const char *finished = trace_meta(trace, "finished");
	const char *status = trace_meta(trace, "exit_status");
	int r;

	report->finished = finished && strcmp(finished, "1") == 0;
	report->exit_status = status ? atoi(status) : -1;
	r = arena_text(report->arena, trace_meta(trace, "timeout_s"), &report->timeout_s);
	if (r == 0)
		r = report_ending_read(trace, &report->ending);
	return r == 0 ? arena_text(report->arena, trace_meta(trace, "command"), &report->command)
		      : r;
}

static int read_tables(struct trace *trace, struct report *report)
{
	struct rows rows;
	int r = processes_read(trace, report);

	if (r < 0)
		return r;
	r = rows_read(trace, report, notes_sql, 1, sizeof(*report->notes), read_note, &rows);
	if (r < 0)
		return r;
	report->notes = rows.items;
	report->note_count = rows.count;
	r = soak_read(trace, report);
	if (r < 0)
		return r;
	r = report_read_threads(report, trace, 0);
	if (r < 0)
		return r;
	r = read_strays(trace, report);
	if (r < 0)
		return r;
	r = rows_read(trace, report, tallies_sql, 0, sizeof(*report->tallies), read_tally, &rows);
	if (r < 0)
		return r;
	report->tallies = rows.items;
	report->tally_count = rows.count;
	r = rows_read(trace, report, counts_sql, 0, 1, read_counts, &rows);
	return r < 0 ? r : rows_read(trace, report, end_sql, 0, 1, read_end, &rows);
}

static int read_all(struct trace *trace, struct report *report, const struct report_filter *filter)
{
	int r = read_meta(trace, report);

	if (r == 0)
		r = read_tables(trace, report);
	if (r < 0)
		return r;
	if (report->end_ns < filter->now_ns)
		report->end_ns = filter->now_ns;
	if (report->process_count && report->end_ns > report->processes[0].start_ns)
		report->duration_ns = report->end_ns - report->processes[0].start_ns;
	return findings_read(trace, report, filter);
}

static int read_image(struct trace *trace, struct report *report)
{
	int r = trace_index(trace);

	return r == 0 ? trace_image(trace, &report->image, &report->image_size) : r;
}

int report_read(struct trace *trace, const char *trace_path, const struct report_filter *filter,
		struct report **ret_report)
{
	struct report *report = calloc(1, sizeof(*report));
	int r = report ? arena_create(&report->arena) : -ENOMEM;

	if (r == 0)
		r = arena_text(report->arena, trace_path, &report->trace_path);
	if (r == 0)
		r = read_all(trace, report, filter);
	if (r == 0 && filter->with_image)
		r = read_image(trace, report);
	if (r < 0) {
		report_destroy(report);
		return r;
	}
	*ret_report = report;
	return 0;
}

void report_destroy(struct report *report)
{
	if (!report)
		return;
	if (report->process_by_id)
		u64map_finish(report->process_by_id);
	free(report->image);
	arena_destroy(report->arena);
	free(report);
}

bool report_is_birth(const struct report_evidence *evidence)
{
	return strcmp(evidence->role, "created at") == 0;
}

const struct report_process *report_program(const struct report *report)
{
	const struct report_process *last = report->process_count ? report->processes : NULL;

	for (size_t i = 1; i < report->process_count; i++)
		if (report->processes[i].pid == last->pid && report->processes[i].image)
			last = &report->processes[i];
	return last;
}

bool report_complete(const struct report *report)
{
	return report->finished && !report->lost;
}
