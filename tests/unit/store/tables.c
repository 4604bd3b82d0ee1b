/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <store/trace.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static char path[128];

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/unit_tables_XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.db", folder);
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(tables, .init = make_folder, .fini = remove_folder);

static void make_trace(const char *sql)
{
	struct trace *trace;
	struct trace_query *query;

	cr_assert_eq(trace_create(path, &trace), 0, "%s", trace_open_error());
	while (*sql) {
		const char *end = strchr(sql, ';');
		char one[256];

		snprintf(one, sizeof(one), "%.*s", (int)(end - sql), sql);
		cr_assert_eq(trace_query(trace, one, &query), 0, "%s", trace_error(trace));
		cr_assert_geq(trace_query_step(query), 0, "%s", trace_error(trace));
		trace_query_destroy(query);
		sql = end + 1;
	}
	trace_close(trace);
}

/* Without an end: whoever asks it anything waits for ever. */
#define ENDLESS "AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n;"

static const enum trace_mode modes[] = {TRACE_READ, TRACE_WRITE, TRACE_COPY};

static void expect_refused(const char *name)
{
	char says[64];

	snprintf(says, sizeof(says), "its '%s' is no table", name);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct trace *trace = NULL;

		cr_expect_eq(trace_open(path, modes[i], &trace), -EBADMSG);
		cr_expect_not_null(strstr(trace_open_error(), says), "%s", trace_open_error());
	}
}

Test(tables, view_in_place_of_a_table_is_refused_and_not_run)
{
	make_trace("DROP TABLE mark; CREATE VIEW mark " ENDLESS);
	expect_refused("mark");
}

Test(tables, view_in_place_of_what_is_asked_first_is_refused_too)
{
	make_trace("DROP TABLE meta; CREATE VIEW Meta " ENDLESS);
	expect_refused("Meta");
}

Test(tables, views_that_people_add_are_their_own)
{
	struct trace *trace;

	make_trace("CREATE VIEW marks_of_mine " ENDLESS);
	cr_assert_eq(trace_open(path, TRACE_READ, &trace), 0, "%s", trace_open_error());
	trace_close(trace);
}
