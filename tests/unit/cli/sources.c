/* SPDX-License-Identifier: Apache-2.0 */
/* Traces that are opened to be reported. */
#include "sources.h"

#include <analyze/analyze.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "road.h"

static char path[] = "/tmp/unit_sources_XXXXXX";

static int64_t add(struct trace *trace, const char *kind, int64_t owner, uint64_t closed_ns)
{
	struct trace_annotation annotation = {.refs = -1,
					      .fires = -1,
					      .cancelled = -1,
					      .woken = -1,
					      .close_ns = closed_ns,
					      .closed_ns = closed_ns};
	struct trace_resource row = {.process_id = 1,
				     .kind = kind,
				     .class_name = "udp",
				     .subject = 7,
				     .generation = 1,
				     .birth_ns = 1,
				     .birth_call = "",
				     .from_subject = -1,
				     .owner_id = owner,
				     .annotation = &annotation};

	cr_assert_eq(trace_put_resource(trace, &row), 0);
	return row.id;
}

/* A socket whose connection was closed three seconds before the end. */
static void begin(void)
{
	struct trace_process process = {.pid = 1,
					.origin = "start",
					.exe = "",
					.command = "",
					.end = "exit",
					.end_ns = 10000000000};
	struct trace *trace;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	unlink(path);
	cr_assert_eq(trace_create(path, &trace), 0);
	cr_assert_eq(trace_put_process(trace, &process), 0);
	add(trace, "fd", add(trace, "scope", 0, 7000000000), 0);
	cr_assert_eq(analyze_findings(trace), 0);
	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	trace_close(trace);
}

static void end(void)
{
	unlink(path);
}

TestSuite(sources, .init = begin, .fini = end);

static void expect_state(uint64_t grace_ns, const char *state)
{
	struct source source = {.path = path};
	struct symbol_search search = {0};
	struct trace_query *query;
	struct trace *trace;
	char error[512];

	cr_assert_eq(source_open(&source, &search, grace_ns, &trace, error, sizeof(error)), 0, "%s",
		     error);
	cr_assert_eq(trace_query(trace, "SELECT state FROM finding", &query), 0);
	cr_assert_eq(trace_query_step(query), 1);
	cr_expect_str_eq(trace_query_text(query, 0), state);
	trace_query_destroy(query);
	trace_close(trace);
}

Test(sources, another_grace_time_judges_a_copy_again)
{
	expect_state(ROAD_GRACE_UNSET, "leaked");
	expect_state(5000000000, "recheck");
	expect_state(ROAD_GRACE_UNSET, "leaked");
}
