/* SPDX-License-Identifier: Apache-2.0 */
#include "traces.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <string.h>

#include "folder.inc.c"

static void begin(void)
{
	setup();
	cr_redirect_stderr();
}

TestSuite(traces, .init = begin, .fini = teardown);

static const char *make_trace(const char *name)
{
	static char path[128];
	struct trace *trace;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	cr_assert_eq(trace_create(path, &trace), 0);
	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	cr_assert_eq(trace_set_meta(trace, "command", name), 0);
	trace_close(trace);
	return path;
}

/* `rtctrack report` of one word for an operand, or of none. */
static struct options options_of(char **words)
{
	struct options options;
	char error[256];

	cr_assert_eq(options_parse(&command_table[COMMAND_REPORT], words, &options, error,
				   sizeof(error)),
		     0, "%s", error);
	return options;
}

/* As the command has it, by no policy. */
static int read_traces(struct options *options, size_t first, size_t count,
		       struct reports *ret_reports)
{
	struct gate *gate;
	int r;

	options->policy_path = "none";
	cr_assert_eq(gate_open(options, POLICY_WITH_BASELINE, &gate), 0);
	r = traces_judge(options, first, count, gate, ret_reports);
	gate_close(gate);
	return r;
}

static void expect_said(const char *text)
{
	char said[1024];
	size_t size;

	fflush(stderr);
	size = fread(said, 1, sizeof(said) - 1, cr_get_redirected_stderr());
	said[size] = 0;
	cr_expect(strstr(said, text), "'%s' is not in: %s", text, said);
}

Test(traces, every_recording_of_a_folder_is_read)
{
	struct options options;
	struct reports reports;

	make_trace("a.db");
	make_trace("b.db");
	options = options_of((char *[]){base, NULL});
	cr_expect_eq(read_traces(&options, 0, 1, &reports), 0);
	cr_assert_eq(reports.count, 2);
	cr_expect_str_eq(reports.items[0]->command, "a.db");
	cr_expect_str_eq(reports.items[1]->command, "b.db");
	reports_finish(&reports);
}

Test(traces, some_of_the_operands_may_be_read)
{
	char a[128], b[128];
	struct options options;
	struct reports reports;

	snprintf(a, sizeof(a), "%s", make_trace("a.db"));
	snprintf(b, sizeof(b), "%s", make_trace("b.db"));
	options = options_of((char *[]){a, b, NULL});
	cr_expect_eq(read_traces(&options, 1, 1, &reports), 0);
	cr_assert_eq(reports.count, 1);
	cr_expect_str_eq(reports.items[0]->command, "b.db");
	reports_finish(&reports);
}

Test(traces, without_operands_the_command_is_asked_what_of)
{
	struct options options = options_of((char *[]){NULL});
	struct reports reports;

	cr_expect_eq(read_traces(&options, 0, 0, &reports), -EINVAL);
	expect_said("rtctrack: report of what?");
	reports_finish(&reports);
}

Test(traces, what_cannot_be_opened_is_said_and_ends_the_visit)
{
	struct options options = options_of((char *[]){"/nowhere/t.db", NULL});
	struct reports reports;

	cr_expect_eq(read_traces(&options, 0, 1, &reports), -ENOENT);
	expect_said("cannot open '/nowhere/t.db'");
	cr_expect_eq(reports.count, 0);
	reports_finish(&reports);
}

static int fail_second(struct trace *trace, const struct source *source,
		       const struct options *options, void *ctx)
{
	size_t *count = ctx;

	(void)trace, (void)source, (void)options;
	return ++*count == 2 ? -EIO : 0;
}

Test(traces, a_visitor_that_fails_is_the_last)
{
	struct options options;
	size_t count = 0;

	make_trace("a.db");
	make_trace("b.db");
	make_trace("c.db");
	options = options_of((char *[]){base, NULL});
	cr_expect_eq(traces_visit(&options, 0, 1, fail_second, &count, NULL), -EIO);
	cr_expect_eq(count, 2);
}
