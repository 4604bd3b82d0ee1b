/* SPDX-License-Identifier: Apache-2.0 */
#include <step_summary.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.inc.c"

TestSuite(step_summary, .init = setup, .fini = teardown);

static const struct report_style plain = {.folder = NULL};

/* Of a recording with a finding that fails. */
static void add_one(void)
{
	struct report_finding finding = {.rule = "fd-leak",
					 .state = "leaked",
					 .kind = "fd",
					 .class_name = "udp",
					 .fingerprint = "f00d",
					 .message = "it leaks",
					 .fails = REPORT_FAILS_ALWAYS,
					 .process = SIZE_MAX,
					 .count = 1};
	struct report report = {
		.finished = true, .findings = &finding, .finding_count = 1, .finding_total = 1};
	struct report *reports[] = {&report};

	step_summary_add(reports, 1, &plain);
}

/* Names the file that holds text, and so many bytes more. */
static const char *summary_file(const char *text, size_t bytes)
{
	static char path[64];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/summary", base);
	stream = fopen(path, "w");
	cr_assert_not_null(stream);
	fputs(text, stream);
	for (size_t i = 0; i < bytes; i++)
		fputc('x', stream);
	cr_assert_eq(fclose(stream), 0);
	cr_assert_eq(setenv("GITHUB_STEP_SUMMARY", path, 1), 0);
	return path;
}

static size_t size_of(const char *path)
{
	struct stat st;

	cr_assert_eq(stat(path, &st), 0);
	return (size_t)st.st_size;
}

Test(step_summary, it_is_added_to_what_is_there)
{
	static char text[65536];
	const char *path = summary_file("others\n", 0);
	FILE *stream;

	add_one();
	add_one();
	stream = fopen(path, "r");
	cr_assert_not_null(stream);
	cr_assert_gt(fread(text, 1, sizeof(text) - 1, stream), 0);
	fclose(stream);
	cr_expect_eq(strncmp(text, "others\n## rtctrack: 1 finding\n", 30), 0, "%s", text);
	cr_assert_not_null(strstr(text, "| fails | fd&#45;leak | leaked | it leaks | "));
	cr_expect_not_null(strstr(strstr(text, "| fails |") + 1, "| fails |"));
}

Test(step_summary, it_never_makes_the_file_larger_than_github_takes)
{
	const char *path = summary_file("", 1024 * 1024 - 4096 - 10);
	size_t before = size_of(path);

	add_one();
	cr_expect_gt(size_of(path), before);
	cr_expect_leq(size_of(path), 1024 * 1024);
	for (size_t bytes = 1024 * 1024 - 100; bytes <= 1024 * 1024 + 100; bytes += 200) {
		path = summary_file("", bytes);
		add_one();
		cr_expect_eq(size_of(path), bytes);
	}
}

Test(step_summary, without_the_variable_nothing_is_written)
{
	const char *path = summary_file("", 0);

	cr_assert_eq(unsetenv("GITHUB_STEP_SUMMARY"), 0);
	add_one();
	cr_expect_eq(size_of(path), 0);
	cr_assert_eq(setenv("GITHUB_STEP_SUMMARY", "", 1), 0);
	add_one();
}
