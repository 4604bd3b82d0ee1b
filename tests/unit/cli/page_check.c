/* SPDX-License-Identifier: Apache-2.0 */
#include "page_check.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <viewer/page.h>

/* In the place of the built one. */
const unsigned char viewer_page[] = "page";
static size_t page_size;
size_t viewer_page_size(void)
{
	return page_size;
}

static struct options options;

static const struct report_format *format_of(const char *name)
{
	const struct report_format *format = report_formats;

	while (format->name && strcmp(format->name, name) != 0)
		format++;
	return format;
}

static void begin(void)
{
	cr_redirect_stderr();
	cr_redirect_stdout();
	page_size = 4;
	options = (struct options){.format = format_of("html")};
}

TestSuite(page_check, .init = begin);

/* What was said has this. */
static void expect_said(const char *part)
{
	static char said[4096];
	FILE *stream = cr_get_redirected_stderr();
	size_t length;

	fflush(stderr);
	length = fread(said, 1, sizeof(said) - 1, stream);
	said[length] = 0;
	cr_expect_not_null(strstr(said, part), "'%s' is not in: %s", part, said);
}

Test(page_check, a_page_of_a_recording_needs_a_file)
{
	cr_expect_lt(page_check_file(&options), 0);
	expect_said("--report-file report.html");
	options.report_path = "report.html";
	cr_expect_eq(page_check_file(&options), 0);
}

Test(page_check, a_page_may_go_to_stdout_that_is_no_terminal)
{
	cr_expect_eq(page_check_stdout(&options), 0);
}

Test(page_check, without_the_page_it_is_said_how_to_get_it)
{
	page_size = 0;
	options.report_path = "report.html";
	cr_expect_lt(page_check_file(&options), 0);
	cr_expect_lt(page_check_stdout(&options), 0);
	expect_said("install npm");
	options.format = format_of("text");
	cr_expect_eq(page_check_file(&options), 0);
	cr_expect_eq(page_check_stdout(&options), 0);
}

Test(page_check, links_are_for_pages)
{
	options.source_url = "https://example.org/{file}";
	cr_expect_eq(page_check_stdout(&options), 0);
	options.format = format_of("text");
	cr_expect_lt(page_check_stdout(&options), 0);
	expect_said("add --format html");
}

Test(page_check, links_need_folders)
{
	options.source_url = "https://example.org/{file}";
	options.redact = true;
	cr_expect_lt(page_check_stdout(&options), 0);
	expect_said("leave one of them out");
}

Test(page_check, a_trace_that_no_browser_opens_is_refused)
{
	struct report small = {.trace_path = "small.db", .image_size = 1000};
	struct report large = {.trace_path = "large.db", .image_size = (size_t)2 << 30};
	struct report *reports[] = {&small, &large};

	cr_expect_eq(page_check_size(&options, reports, 1), 0);
	cr_expect_lt(page_check_size(&options, reports, 2), 0);
	expect_said("'large.db' has 2048 MB");
}

Test(page_check, that_a_page_opens_slowly_is_said)
{
	struct report large = {.trace_path = "large.db", .image_size = (size_t)300 << 20};
	struct report *report = &large;

	cr_expect_eq(page_check_size(&options, &report, 1), 0);
	expect_said("300 MB: browsers open it slowly");
}
