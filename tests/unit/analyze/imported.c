/* SPDX-License-Identifier: Apache-2.0 */
/* What a log says, beside what was recorded. */
#include <analyze/imported.h>
#include <errno.h>
#include <stdlib.h>

#include "rows.inc.c"

static int64_t query(const char *sql)
{
	struct trace_query *rows;
	int64_t value;

	cr_assert_eq(trace_query(trace, sql, &rows), 0, "%s", trace_error(trace));
	cr_assert_eq(trace_query_step(rows), 1);
	value = trace_query_int(rows, 0);
	trace_query_destroy(rows);
	return value;
}

static int64_t add_process(int32_t pid, const char *origin, const char *end)
{
	struct trace_process row = {
		.pid = pid,
		.ppid = 1,
		.origin = origin,
		.exe = "/opt/other",
		.command = "other",
		.start_ns = 5,
		.end_ns = END,
		.end = end,
		.code = INT32_MIN,
	};

	cr_assert_eq(trace_put_process(trace, &row), 0);
	return row.id;
}

/* An object of the log, alive, with two references of which one is left. */
static int64_t put_logged(int64_t of, uint64_t subject)
{
	int64_t recorded = process, id;
	struct trace_reference reference = {
		.tag = "hold", .retained = 2, .released = 1, .first_ns = 7, .last_ns = 8};

	process = of;
	id = put(
		(struct row){.kind = "object", .class_name = "Pad", .subject = subject, .refs = 1});
	process = recorded;
	reference.resource_id = id;
	cr_assert_eq(trace_put_reference(trace, &reference), 0);
	return id;
}

Test(imported, the_only_process_wrote_the_log_and_an_exec_is_none, .init = rows_begin,
     .fini = rows_end)
{
	struct imported_from from;

	add_process(200, "start", "exec");
	cr_assert_eq(imported_find(trace, 0, &from), 0);
	cr_assert_eq(from.pid, 100);
	cr_assert_eq(from.id, process);
	cr_assert_eq(from.end_ns, END);
	cr_assert_str_eq(from.exe, "/opt/program");
	free(from.exe);
}

Test(imported, of_several_processes_the_pid_tells, .init = rows_begin, .fini = rows_end)
{
	int64_t last;
	struct imported_from from;

	add_process(200, "start", "exec");
	last = add_process(200, "start", "exit");
	cr_assert_eq(imported_find(trace, 0, &from), -ENOTUNIQ);
	cr_assert_eq(imported_find(trace, 300, &from), -ESRCH);
	cr_assert_eq(imported_find(trace, 200, &from), 0);
	cr_assert_eq(from.id, last);
	free(from.exe);
}

Test(imported, a_log_that_is_there_is_no_process, .init = rows_begin, .fini = rows_end)
{
	struct imported_from from;

	add_process(100, "import", "exit");
	cr_assert_eq(imported_find(trace, 0, &from), 0);
	cr_assert_eq(from.id, process);
	free(from.exe);
}

Test(imported, the_log_ends_as_its_process_did, .fini = rows_end)
{
	int64_t log;

	rows_begin_as("signal");
	log = add_process(100, "start", "exit");
	cr_assert_eq(imported_join(trace, process), 0);
	cr_assert_eq(query("SELECT end = 'signal' AND origin = 'import' AND parent_id = 1 "
			   "FROM process WHERE id = 2"),
		     1);
	cr_assert_eq(log, 2);
}

Test(imported, what_both_know_has_the_references_of_the_log, .init = rows_begin, .fini = rows_end)
{
	struct trace_reference told = {.tag = "told", .retained = 5, .first_ns = 1, .last_ns = 1};
	int64_t log;

	told.resource_id = put(
		(struct row){.kind = "object", .class_name = "GstPad", .subject = 0x77, .refs = 5});
	cr_assert_eq(trace_put_reference(trace, &told), 0);
	log = add_process(100, "start", "exit");
	put_logged(log, 0x77);
	put_logged(log, 0x88);
	cr_assert_eq(imported_join(trace, process), 0);
	cr_assert_eq(query("SELECT count(*) FROM resource WHERE subject = 0x77"), 1);
	cr_assert_eq(query("SELECT refs FROM resource WHERE subject = 0x77"), 1);
	cr_assert_eq(query("SELECT count(*) FROM reference f JOIN resource r ON r.id = "
			   "f.resource_id WHERE r.subject = 0x77 AND f.tag = 'hold'"),
		     1);
	cr_assert_eq(query("SELECT count(*) FROM reference WHERE tag = 'told'"), 0);
	cr_assert_eq(query("SELECT count(*) FROM resource WHERE subject = 0x88"), 1);
}

Test(imported, what_was_destroyed_or_is_a_number_is_another_thing, .init = rows_begin,
     .fini = rows_end)
{
	int64_t log;

	put((struct row){.kind = "object", .class_name = "Old", .subject = 0x77, .died = CLOSED});
	put((struct row){.kind = "fd", .class_name = "udp", .subject = 0x88});
	log = add_process(100, "start", "exit");
	put_logged(log, 0x77);
	put_logged(log, 0x88);
	cr_assert_eq(imported_join(trace, process), 0);
	cr_assert_eq(query("SELECT count(*) FROM resource WHERE class = 'Pad'"), 2);
}

Test(imported, what_outlived_its_scope_is_leaked_with_the_places_of_the_log, .init = rows_begin,
     .fini = rows_end)
{
	int64_t scope = put((struct row){
		.kind = "scope", .class_name = "Agent", .close = CLOSED - 1, .closed = CLOSED});
	int64_t log;

	put((struct row){.kind = "object",
			 .class_name = "GstPad",
			 .subject = 0x77,
			 .owner = scope,
			 .made_in = "make",
			 .refs = -1});
	log = add_process(100, "start", "exit");
	put_logged(log, 0x77);
	cr_assert_eq(imported_join(trace, process), 0);
	cr_assert_eq(analyze_findings(trace), 0);
	cr_assert_eq(query("SELECT count(*) FROM finding"), 1);
	cr_assert_eq(query("SELECT count(*) FROM finding WHERE rule = 'ref-leak' AND state = "
			   "'leaked' AND message LIKE '%1 reference never released (hold 1)%'"),
		     1);
}
