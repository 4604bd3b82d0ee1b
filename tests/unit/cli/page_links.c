/* SPDX-License-Identifier: Apache-2.0 */
/* Links to source files that lie in a repository, or do not. */
#include "page_links.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.inc.c"

static struct options options;
static struct page_links links;

/* In the top of a repository, as is /base/a.c, which is another one's. */
static void begin(void)
{
	setup();
	cr_assert_eq(chdir(base), 0);
	cr_assert_eq(mkdir(".git", 0700), 0);
	cr_redirect_stderr();
	options = (struct options){.source_url = "https://example.org/{file}"};
	links = (struct page_links){0};
}

TestSuite(page_links, .init = begin, .fini = teardown);

/* A recording of one frame in that file. */
static void look(const char *file)
{
	struct trace *trace;
	char sql[512];

	snprintf(sql, sizeof(sql),
		 "INSERT INTO frame (location_id, position, file) VALUES (1, 0, '%s')", file);
	cr_assert_eq(trace_create(NULL, &trace), 0);
	cr_assert_eq(trace_execute(trace, sql), 0, "%s", trace_error(trace));
	page_links_look(&links, &options, trace);
	trace_close(trace);
}

/* What is said of all that was looked at. */
static const char *said(void)
{
	static char text[4096];
	FILE *stream = cr_get_redirected_stderr();
	size_t length;

	page_links_say(&links, &options);
	fputs(".", stderr);
	fflush(stderr);
	length = fread(text, 1, sizeof(text) - 1, stream);
	text[length] = '\0';
	return text;
}

Test(page_links, to_files_that_lie_elsewhere_there_are_none_and_that_is_said)
{
	look("/elsewhere/a.c");
	cr_expect_not_null(strstr(said(), "no source file of the recording lies below"));
}

Test(page_links, where_one_of_many_recordings_has_some_nothing_is_said)
{
	char own[256];

	snprintf(own, sizeof(own), "%s/src/a.c", base);
	look("/elsewhere/a.c");
	look(own);
	look("/elsewhere/b.c");
	cr_expect_str_eq(said(), ".");
}

Test(page_links, all_files_lie_below_the_top_of_this_system)
{
	cr_assert_eq(chdir("/"), 0);
	look("/elsewhere/a.c");
	cr_expect_str_eq(said(), ".");
}

Test(page_links, a_folder_of_a_longer_name_is_another_one)
{
	char other[256];

	snprintf(other, sizeof(other), "%s2/a.c", base);
	look(other);
	cr_expect_str_neq(said(), ".");
}

Test(page_links, without_source_files_there_is_nothing_to_say)
{
	look("/usr/include/stdio.h");
	cr_expect_str_eq(said(), ".");
}

Test(page_links, an_editor_finds_files_wherever_they_lie)
{
	options.source_url = "vscode://file{file}:{line}";
	look("/elsewhere/a.c");
	cr_expect_str_eq(said(), ".");
}

Test(page_links, nobody_who_wants_no_links_hears_of_them)
{
	options.source_url = NULL;
	look("/elsewhere/a.c");
	cr_expect_str_eq(said(), ".");
}

Test(page_links, who_wants_quiet_has_it)
{
	options.quiet = true;
	look("/elsewhere/a.c");
	cr_expect_str_eq(said(), ".");
}
