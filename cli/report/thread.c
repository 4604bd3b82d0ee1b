/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "arena.h"
#include "rows.h"

/* Of several who hold a lock to read, any. */
static const char threads_sql[] =
	"SELECT s.tid, s.wait, s.timed, s.call, s.subject, s.since_ns, s.time_ns, s.stack_id,"
	" coalesce(s.told_text, s.told_kind), t.name,"
	" (SELECT count(*) FROM held h WHERE h.standing_id = s.id),"
	" CASE WHEN s.wait = 'join' THEN g.tid ELSE h.tid END,"
	" CASE WHEN s.wait = 'join' THEN g.name ELSE o.name END"
	" FROM standing s LEFT JOIN resource t ON t.id = s.thread_id"
	" LEFT JOIN resource g ON g.id = s.target_id"
	" LEFT JOIN standing h ON h.id = (SELECT x.standing_id FROM held x"
	" JOIN standing y ON y.id = x.standing_id WHERE y.process_id = s.process_id"
	" AND x.lock = s.subject AND s.wait IN ('mutex', 'read-lock', 'write-lock') LIMIT 1)"
	" LEFT JOIN resource o ON o.id = h.thread_id"
	" WHERE s.process_id = (SELECT id FROM process WHERE pid = ?1"
	" ORDER BY start_ns DESC, id DESC LIMIT 1) ORDER BY s.tid";

struct thread_row {
	struct report_thread thread;
	int64_t stack_id;
};

static int read_texts(struct report *report, struct trace_query *query,
		      struct report_thread *thread)
{
	const struct {
		int column;
		const char **text;
	} texts[] = {
		{1, &thread->wait}, {3, &thread->call},	       {8, &thread->told},
		{9, &thread->name}, {12, &thread->other_name},
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(texts) / sizeof(*texts); i++)
		r = row_text(report, query, texts[i].column, texts[i].text);
	return r;
}

static int read_thread(struct report *report, struct trace_query *query, void *item)
{
	struct thread_row *row = item;
	struct report_thread *thread = &row->thread;

	thread->tid = (uint32_t)trace_query_int(query, 0);
	thread->timed = trace_query_int(query, 2) != 0;
	thread->subject = (uint64_t)trace_query_int(query, 4);
	thread->since_ns = (uint64_t)trace_query_int(query, 5);
	thread->time_ns = (uint64_t)trace_query_int(query, 6);
	row->stack_id = trace_query_int(query, 7);
	thread->held = (uint64_t)trace_query_int(query, 10);
	thread->other = (uint32_t)trace_query_int(query, 11);
	return read_texts(report, query, thread);
}

int report_read_threads(struct report *report, struct trace *trace, int32_t pid)
{
	const struct thread_row *items;
	struct rows rows;
	int r = rows_read(trace, report, threads_sql, pid, sizeof(*items), read_thread, &rows);

	if (r < 0)
		return r;
	items = rows.items;
	report->threads = arena_allocate(report->arena, rows.count, sizeof(*report->threads));
	if (!report->threads)
		return -ENOMEM;
	report->thread_count = rows.count;
	for (size_t i = 0; r == 0 && i < rows.count; i++) {
		report->threads[i] = items[i].thread;
		if (items[i].stack_id)
			r = stack_read(trace, report, items[i].stack_id, &report->threads[i].stack);
	}
	return r;
}
