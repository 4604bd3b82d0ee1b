/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "arena.h"
#include "rows.h"

/* Of several who hold a lock to read, any. The first thread, then who waits for a lock or thread.
 */
static const char threads_sql[] =
	"SELECT s.tid, s.wait, s.timed, s.call, s.subject, s.since_ns, s.time_ns, s.stack_id,"
	" s.told_kind, s.told_text, t.name,"
	" (SELECT count(*) FROM held h WHERE h.standing_id = s.id),"
	" (SELECT stack_id FROM held h WHERE h.standing_id = s.id ORDER BY position DESC LIMIT 1),"
	" CASE WHEN s.wait = 'join' THEN g.tid ELSE h.tid END,"
	" CASE WHEN s.wait = 'join' THEN g.name ELSE o.name END,"
	" CASE WHEN s.wait = 'join' THEN NULL ELSE o.death_ns END,"
	" c.death_ns, c.death_stack, s.process_id, s.tid = p.pid"
	" FROM standing s JOIN process p ON p.id = s.process_id"
	" LEFT JOIN resource t ON t.id = s.thread_id"
	" LEFT JOIN resource g ON g.id = s.target_id"
	" LEFT JOIN standing h ON h.id = (SELECT x.standing_id FROM held x"
	" JOIN standing y ON y.id = x.standing_id WHERE y.process_id = s.process_id"
	" AND x.lock = s.subject AND s.wait IN ('mutex', 'read-lock', 'write-lock') LIMIT 1)"
	" LEFT JOIN resource o ON o.id = h.thread_id"
	" LEFT JOIN resource c ON s.wait = 'descriptor' AND s.target_id IS NULL"
	" AND c.id = (SELECT d.id FROM resource d WHERE d.process_id = s.process_id AND d.kind = "
	"'fd'"
	" AND d.subject = s.subject AND d.birth_ns <= s.since_ns AND d.death_ns > s.since_ns LIMIT "
	"1)"
	" WHERE CASE WHEN ?1 THEN p.id = (SELECT id FROM process WHERE pid = ?1"
	" ORDER BY start_ns DESC, id DESC LIMIT 1)"
	" ELSE 1 END"
	" ORDER BY p.start_ns, p.id, s.tid <> p.pid,"
	" s.wait IS NULL OR s.wait NOT IN ('mutex', 'read-lock', 'write-lock', 'join'), s.tid";
static const char told_sql[] =
	"SELECT 1 FROM finding WHERE rule = 'teardown-deadlock' AND id > ?1 LIMIT 1";

struct thread_row {
	struct report_thread thread;
	int64_t stack_id, held_stack_id, closed_stack_id;
};

static int read_texts(struct report *report, struct trace_query *query,
		      struct report_thread *thread)
{
	const struct {
		int column;
		const char **text;
	} texts[] = {
		{1, &thread->wait}, {3, &thread->call},	 {8, &thread->told_kind},
		{9, &thread->told}, {10, &thread->name}, {14, &thread->other_name},
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
	thread->has_subject = !trace_query_null(query, 4);
	thread->subject = (uint64_t)trace_query_int(query, 4);
	thread->since_ns = (uint64_t)trace_query_int(query, 5);
	thread->time_ns = (uint64_t)trace_query_int(query, 6);
	row->stack_id = trace_query_int(query, 7);
	thread->held = (uint64_t)trace_query_int(query, 11);
	row->held_stack_id = trace_query_int(query, 12);
	thread->other = (uint32_t)trace_query_int(query, 13);
	thread->other_ended = !trace_query_null(query, 15);
	thread->closed_ns = (uint64_t)trace_query_int(query, 16);
	row->closed_stack_id = trace_query_int(query, 17);
	thread->process = process_index(report, trace_query_int(query, 18));
	thread->first = trace_query_int(query, 19) != 0;
	return read_texts(report, query, thread);
}

static int read_told(struct report *report, struct trace_query *query, void *item)
{
	(void)query;
	(void)item;
	report->hang_told = true;
	return 0;
}

static int read_stacks(struct report *report, struct trace *trace, const struct thread_row *row,
		       struct report_thread *thread)
{
	const struct {
		int64_t id;
		struct report_stack *stack;
	} stacks[] = {
		{row->stack_id, &thread->stack},
		{row->held_stack_id, &thread->held_stack},
		{row->closed_stack_id, &thread->closed_stack},
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(stacks) / sizeof(*stacks); i++)
		if (stacks[i].id)
			r = stack_read(trace, report, stacks[i].id, stacks[i].stack);
	return r;
}

static bool was_killed(const struct report_process *process)
{
	return strcmp(process->end, "signal") == 0 || strcmp(process->end, "unknown") == 0;
}

/* By what it did itself, not by who told it to end. */
static bool has_crashed(const struct report_process *process)
{
	static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP};

	for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		if (strcmp(process->end, "signal") == 0 && process->code == crashes[i])
			return true;
	return false;
}

/* Whether it is asked where its threads stood: it did not end by itself. */
static bool was_ended(const struct report *report, size_t index)
{
	const struct report_process *program = report_program(report);
	const struct report_process *process =
		index < report->process_count ? &report->processes[index] : NULL;

	if (!process)
		return false;
	if (report->timeout_s)
		return process == program || was_killed(process) ||
		       strcmp(process->end, "running") == 0;
	return has_crashed(process) || (was_killed(program) && was_killed(process));
}

int report_read_threads(struct report *report, struct trace *trace, int32_t pid)
{
	const struct thread_row *items;
	struct rows rows;
	int r = rows_read(trace, report, told_sql, 0, 1, read_told, &rows);

	if (r == 0)
		r = rows_read(trace, report, threads_sql, pid, sizeof(*items), read_thread, &rows);
	if (r < 0)
		return r;
	items = rows.items;
	report->thread_count = 0;
	report->threads = arena_allocate(report->arena, rows.count, sizeof(*report->threads));
	if (!report->threads)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < rows.count; i++) {
		struct report_thread *thread = &report->threads[report->thread_count];

		if (!pid && !was_ended(report, items[i].thread.process))
			continue;
		*thread = items[i].thread;
		report->thread_count++;
		r = read_stacks(report, trace, &items[i], thread);
	}
	return r;
}
