/* SPDX-License-Identifier: Apache-2.0 */
#include <base/u64map.h>
#include <errno.h>
#include <string.h>

#include "rows.h"

static const char processes_sql[] =
	"SELECT id, pid, ppid, image, exe, command, start_ns, end_ns, realtime_ns, end, code,"
	" parent_id, origin, packs, held_ns FROM process WHERE id > ?1 ORDER BY start_ns, id";
static const char lost_sql[] = "SELECT process_id, sum(count) FROM note"
			       " WHERE weight = 'LOST' AND process_id >= ?1 GROUP BY process_id";
static const char parts_sql[] =
	"SELECT process_id, count(*) FROM (SELECT DISTINCT f.id,"
	" coalesce(r.process_id, f.process_id) AS process_id FROM finding f"
	" LEFT JOIN evidence e ON e.finding_id = f.id LEFT JOIN act a ON a.id = e.act_id"
	" LEFT JOIN resource r ON r.id = coalesce(e.resource_id, a.resource_id)"
	" WHERE f.id >= ?1) GROUP BY process_id";

static int read_process(struct report *report, struct trace_query *query, void *item)
{
	struct report_process *process = item;
	int r;

	process->id = trace_query_int(query, 0);
	process->pid = (int32_t)trace_query_int(query, 1);
	process->ppid = (int32_t)trace_query_int(query, 2);
	process->image = (uint32_t)trace_query_int(query, 3);
	process->start_ns = (uint64_t)trace_query_int(query, 6);
	process->end_ns = (uint64_t)trace_query_int(query, 7);
	process->realtime_ns = (uint64_t)trace_query_int(query, 8);
	process->code =
		trace_query_null(query, 10) ? INT32_MIN : (int32_t)trace_query_int(query, 10);
	process->parent_id = trace_query_int(query, 11);
	process->held_ns = (uint64_t)trace_query_int(query, 14);
	r = row_text(report, query, 4, &process->exe);
	if (r == 0)
		r = row_text(report, query, 5, &process->command);
	if (r == 0)
		r = row_text(report, query, 9, &process->end);
	if (r == 0)
		r = row_text(report, query, 12, &process->origin);
	return r == 0 ? row_text(report, query, 13, &process->packs) : r;
}

size_t process_index(const struct report *report, int64_t id)
{
	const uint64_t *index = u64map_get(report->process_by_id, (uint64_t)id);

	return index ? (size_t)*index : SIZE_MAX;
}

/*
 * An exec's parent is the image before, which may have been found after it. A
 * parent that does not come before its child is none: the file may be anybody's.
 */
static size_t find_parent(const struct report *report, const struct report_process *process,
			  const struct u64map *by_pid)
{
	const uint64_t *before = process->image ? u64map_get(by_pid, (uint64_t)process->pid) : NULL;

	if (before)
		return (size_t)*before;
	return process->parent_id ? process_index(report, process->parent_id) : SIZE_MAX;
}

static int find_parents(struct report *report)
{
	struct u64map by_pid = {0};
	int r = 0;

	report->process_by_id = arena_allocate(report->arena, 1, sizeof(*report->process_by_id));
	if (!report->process_by_id)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < report->process_count; i++) {
		struct report_process *process = &report->processes[i];

		process->parent = find_parent(report, process, &by_pid);
		/* What a log says of a process is no image of it. */
		if (!process->origin || strcmp(process->origin, "import") != 0)
			r = u64map_put(&by_pid, (uint64_t)process->pid, i);
		if (r == 0)
			r = u64map_put(report->process_by_id, (uint64_t)process->id, i);
	}
	u64map_finish(&by_pid);
	return r;
}

/* A number for one process: its id, then the number. */
static struct report_process *numbered(struct report *report, struct trace_query *query)
{
	size_t index = process_index(report, trace_query_int(query, 0));

	return index < report->process_count ? &report->processes[index] : NULL;
}

static int read_lost(struct report *report, struct trace_query *query, void *item)
{
	struct report_process *process = numbered(report, query);

	(void)item;
	if (process)
		process->lost = (uint64_t)trace_query_int(query, 1);
	return 0;
}

static int read_parts(struct report *report, struct trace_query *query, void *item)
{
	struct report_process *process = numbered(report, query);

	(void)item;
	if (process)
		process->findings = (uint64_t)trace_query_int(query, 1);
	return 0;
}

int processes_read(struct trace *trace, struct report *report)
{
	struct rows rows;
	int r = rows_read(trace, report, processes_sql, 0, sizeof(*report->processes), read_process,
			  &rows);

	if (r < 0)
		return r;
	report->processes = rows.items;
	report->process_count = rows.count;
	r = find_parents(report);
	if (r == 0)
		r = rows_read(trace, report, lost_sql, 1, 1, read_lost, &rows);
	return r == 0 ? rows_read(trace, report, parts_sql, 0, 1, read_parts, &rows) : r;
}
