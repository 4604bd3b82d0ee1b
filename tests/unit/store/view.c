/* SPDX-License-Identifier: Apache-2.0 */
/* What the views for people give. */
#include <criterion/criterion.h>
#include <store/trace.h>

static int64_t number(struct trace *trace, const char *sql)
{
	struct trace_query *query;
	int64_t value;

	cr_assert_eq(trace_query(trace, sql, &query), 0, "%s", trace_error(trace));
	cr_assert_eq(trace_query_step(query), 1);
	value = trace_query_int(query, 0);
	trace_query_destroy(query);
	return value;
}

/* A socket's descriptor may be there twice: where it was opened, and where it was last used. */
Test(view, a_leaked_socket_is_one_row_for_each_finding_however_often_that_tells_of_it)
{
	static const char *const rows[] = {
		"INSERT INTO process (id, pid, ppid, image, origin, exe, command, start_ns,"
		" realtime_ns, end, census_fds, census_threads)"
		" VALUES (1, 1, 0, 0, 'start', '', '', 1, 1, 'exit', 1, 1)",
		"INSERT INTO resource (id, process_id, kind, class, subject, generation, birth_ns,"
		" birth_tid, birth_call, inherited, earlier) VALUES"
		" (1, 1, 'fd', 'udp', 7, 1, 1, 1, 'socket', 0, 0),"
		" (2, 1, 'fd', 'udp', 8, 1, 1, 1, 'socket', 0, 0)",
		"INSERT INTO finding (id, rank, rule, state, kind, class, count, fingerprint,"
		" message, process_id) VALUES"
		" (1, 1, 'fd-leak', 'leaked', 'fd', 'udp', 2, 'a', 'm', 1),"
		" (2, 2, 'deadlock', 'blocked', 'thread', 'thread', 1, 'b', 'm', 1)",
		"INSERT INTO evidence (finding_id, position, resource_id, role) VALUES"
		" (1, 1, 1, 'created at'), (1, 2, 1, 'last used at'), (1, 3, 2, 'created at'),"
		" (2, 1, 2, 'waited for')",
	};
	struct trace *trace;

	cr_assert_eq(trace_create(NULL, &trace), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_assert_eq(trace_execute(trace, rows[i]), 0, "%s", trace_error(trace));
	cr_expect_eq(number(trace, "SELECT count(*) FROM leaked_sockets WHERE fd = 7"), 1);
	cr_expect_eq(number(trace, "SELECT count(*) FROM leaked_sockets WHERE fd = 8"), 2);
	trace_close(trace);
}
