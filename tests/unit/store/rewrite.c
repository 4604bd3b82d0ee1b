/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of a trace with other texts. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <store/trace.h>
#include <string.h>

enum how { STAYS, WITH_BESIDE, COUNTED, FAILS };

static const char count_sql[] = "SELECT count(*) || ' marks' FROM original.mark";

/* What the callers of these tests make of texts. */
static int rewrite(void *ctx, struct trace *trace, int how, const char *text, const char *beside,
		   const char **ret_text)
{
	static char written[256];
	struct trace_query *query;

	++*(int *)ctx;
	snprintf(written, sizeof(written), "%s", text);
	if (how == FAILS)
		return -ENOMEM;
	if (how == WITH_BESIDE)
		snprintf(written, sizeof(written), "%s of %s", text, beside ? beside : "nothing");
	if (how == COUNTED) {
		cr_assert_eq(trace_query(trace, count_sql, &query), 0);
		cr_assert_eq(trace_query_step(query), 1);
		snprintf(written, sizeof(written), "%s", trace_query_text(query, 0));
		trace_query_destroy(query);
	}
	*ret_text = written;
	return 0;
}

struct names {
	char table[64], column[64];
};

/* Every column of texts stays, but for one. */
static int copy(struct trace *trace, const struct trace_column *column, struct trace **ret_copy)
{
	static struct names names[256];
	static struct trace_column columns[256];
	static const char texts_sql[] =
		"SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
		" WHERE m.type = 'table' AND c.type = 'TEXT'";
	int calls = 0, r;
	struct trace_rewriting rewriting = {.columns = columns, .rewrite = rewrite, .ctx = &calls};
	struct trace_query *query;
	unsigned char *bytes;
	size_t size, count = 0;

	columns[count++] = *column;
	cr_assert_eq(trace_query(trace, texts_sql, &query), 0);
	while (trace_query_step(query) > 0 && count < 256) {
		snprintf(names[count].table, 64, "%s", trace_query_text(query, 0));
		snprintf(names[count].column, 64, "%s", trace_query_text(query, 1));
		columns[count] = (struct trace_column){.table = names[count].table,
						       .name = names[count].column};
		count++;
	}
	trace_query_destroy(query);
	rewriting.column_count = count;
	cr_assert_eq(trace_image(trace, &bytes, &size), 0);
	r = trace_rewrite(bytes, size, &rewriting, ret_copy);
	free(bytes);
	return r;
}

static struct trace *make_trace(void)
{
	struct trace *trace;

	cr_assert_eq(trace_create(NULL, &trace), 0);
	cr_assert_eq(trace_set_meta(trace, "host", "here"), 0);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(trace_add_mark(trace, 42, 7, "a mark"), 0);
	return trace;
}

/* What the marks of a copy say. */
static const char *marks_of(const struct trace_column *column)
{
	static char texts[256];
	struct trace *trace = make_trace(), *other;
	struct trace_query *query;

	cr_assert_eq(copy(trace, column, &other), 0, "%s", trace_open_error());
	trace_close(trace);
	cr_assert_eq(trace_query(other, "SELECT group_concat(text) FROM mark", &query), 0);
	cr_assert_eq(trace_query_step(query), 1);
	snprintf(texts, sizeof(texts), "%s", trace_query_text(query, 0));
	trace_query_destroy(query);
	trace_close(other);
	return texts;
}

Test(rewrite, what_stays_is_as_it_was)
{
	cr_expect_str_eq(marks_of(&(struct trace_column){"mark", "text", STAYS, NULL}),
			 "a mark,a mark,a mark");
}

Test(rewrite, a_text_may_go_by_another_column_of_its_row)
{
	cr_expect_str_eq(marks_of(&(struct trace_column){"mark", "text", WITH_BESIDE, "pid"}),
			 "a mark of 42,a mark of 42,a mark of 42");
	cr_expect_str_eq(marks_of(&(struct trace_column){"mark", "text", WITH_BESIDE, NULL}),
			 "a mark of nothing,a mark of nothing,a mark of nothing");
}

Test(rewrite, what_was_before_can_be_asked_for)
{
	cr_expect_str_eq(marks_of(&(struct trace_column){"mark", "text", COUNTED, NULL}),
			 "3 marks,3 marks,3 marks");
}

Test(rewrite, what_fails_leaves_no_copy)
{
	struct trace_column fails = {"mark", "text", FAILS, NULL};
	struct trace *trace = make_trace(), *other = NULL;

	cr_expect_eq(copy(trace, &fails, &other), -ENOMEM);
	cr_expect_null(other);
	trace_close(trace);
}

Test(rewrite, what_is_no_trace_is_refused)
{
	static const unsigned char bytes[4096] = "no database";
	static const struct trace_rewriting nothing = {0};
	struct trace *other = NULL;

	cr_expect_lt(trace_rewrite(bytes, sizeof(bytes), &nothing, &other), 0);
	cr_expect_null(other);
}

Test(rewrite, a_copy_is_a_trace_that_may_be_written_and_rewritten)
{
	struct trace_column stays = {"mark", "text", STAYS, NULL};
	struct trace *trace = make_trace(), *other, *third;

	cr_assert_eq(copy(trace, &stays, &other), 0);
	trace_close(trace);
	cr_expect_eq(trace_add_mark(other, 42, 8, "another"), 0);
	cr_assert_eq(copy(other, &stays, &third), 0);
	cr_expect_str_eq(trace_meta(third, "host"), "here");
	trace_close(other);
	trace_close(third);
}
