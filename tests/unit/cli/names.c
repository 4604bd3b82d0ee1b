/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "road.h"
#include "symbolise.h"

#define ID "0123456789abcdef0123456789abcdef01234567"

static struct trace *from, *to;

static void begin(void)
{
	cr_assert_eq(trace_create(NULL, &from), 0);
	cr_assert_eq(trace_create(NULL, &to), 0);
}

static void end(void)
{
	trace_close(from);
	trace_close(to);
}

TestSuite(names, .init = begin, .fini = end);

/* Inlined into outer, which the compiler split. */
static void put_place(struct trace *trace, const char *build_id, uint64_t address)
{
	int64_t location;

	cr_assert_eq(trace_location(trace, "/gone/lib.so", build_id, address, &location), 0);
	cr_assert_eq(trace_add_frame(trace, location, 0, "inner", "in.c", 7), 0);
	cr_assert_eq(trace_add_frame(trace, location, 1, "outer", NULL, 0), 0);
	cr_assert_eq(trace_add_clone(trace, location, ".cold"), 0);
}

static const char *ask(const char *sql)
{
	static char answer[256];
	struct trace_query *query;
	const char *text;

	cr_assert_eq(trace_query(to, sql, &query), 0, "%s", trace_error(to));
	text = trace_query_step(query) == 1 ? trace_query_text(query, 0) : NULL;
	snprintf(answer, sizeof(answer), "%s", text ? text : "none");
	trace_query_destroy(query);
	return answer;
}

static const char all_sql[] =
	"SELECT group_concat(l.address || ':' || f.position || f.function || coalesce(f.file, '')"
	" || coalesce(f.line, '') || coalesce(c.suffix, ''), ' ')"
	" FROM location l JOIN frame f ON f.location_id = l.id LEFT JOIN clone c ON c.location_id "
	"= l.id";

Test(names, of_a_place_are_those_it_had)
{
	put_place(from, ID, 16);
	cr_assert_eq(names_copy(from, to), 0);
	cr_expect_str_eq(ask(all_sql), "16:0innerin.c7.cold 16:1outer.cold");
}

Test(names, are_the_same_after_a_second_time)
{
	put_place(from, ID, 16);
	put_place(from, ID, 32);
	cr_assert_eq(names_copy(from, to), 0);
	cr_assert_eq(names_copy(from, to), 0);
	cr_expect_str_eq(
		ask("SELECT count(*) || ' ' || (SELECT count(*) FROM location) FROM frame"), "4 2");
}

Test(names, of_a_file_that_may_be_another_one_by_now_are_left)
{
	put_place(from, "", 16);
	cr_assert_eq(names_copy(from, to), 0);
	cr_expect_str_eq(ask("SELECT count(*) FROM location"), "0");
}

/* A process that has the module, whose file is gone. */
static void put_module(void)
{
	struct trace_process process = {.pid = 2000000000,
					.origin = "start",
					.exe = "",
					.command = "",
					.end = "exit",
					.code = INT32_MIN};
	struct trace_module module = {.end = 1 << 20, .path = "/gone/lib.so", .build_id = ID};

	cr_assert_eq(trace_put_process(to, &process), 0);
	module.process_id = process.id;
	cr_assert_eq(trace_put_module(to, &module), 0);
}

Test(names, that_are_known_need_no_file)
{
	put_place(from, ID, 16);
	put_module();
	cr_assert_eq(road_judge(to, NULL, from), 0);
	cr_expect_str_eq(ask(all_sql), "16:0innerin.c7.cold 16:1outer.cold");
	cr_expect_str_eq(ask("SELECT symbols FROM module"), "ok");
}

Test(names, that_are_not_known_are_looked_up_as_ever)
{
	int64_t location;

	put_place(from, ID, 16);
	put_module();
	cr_assert_eq(trace_location(to, "/gone/lib.so", ID, 99, &location), 0);
	cr_assert_eq(road_judge(to, NULL, from), 0);
	cr_expect_str_eq(ask("SELECT symbols FROM module"), "deleted: no such file now");
}
