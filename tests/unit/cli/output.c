/* SPDX-License-Identifier: Apache-2.0 */
#include <output.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.inc.c"

TestSuite(output, .init = setup, .fini = teardown);

/* The root that reports have, in a folder of the test's. NULL: none. */
static const char *root_in(const char *folder, bool redact)
{
	static struct output_folders folders;
	struct options options = {.redact = redact};

	cr_assert_eq(chdir(folder), 0);
	return output_style(stderr, &options, &folders).root;
}

static const char *make_folder(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	cr_assert_eq(mkdir(path, 0700), 0);
	return path;
}

Test(output, the_root_is_the_top_of_the_repository)
{
	make_folder("repo");
	make_folder("repo/.git");
	make_folder("repo/build");
	cr_expect_str_eq(strrchr(root_in(make_folder("repo/build/deep"), false), '/'), "/repo");
}

Test(output, without_a_repository_it_is_the_folder)
{
	cr_expect_str_eq(strrchr(root_in(make_folder("alone"), false), '/'), "/alone");
}

Test(output, without_a_repository_it_may_be_the_workspace_of_github)
{
	char outer[256];

	snprintf(outer, sizeof(outer), "%s", make_folder("work"));
	make_folder("workshop");
	cr_assert_eq(setenv("GITHUB_WORKSPACE", outer, 1), 0);
	cr_expect_str_eq(root_in(make_folder("work/build"), false), outer);
	cr_expect_str_eq(strrchr(root_in(make_folder("workshop/build"), false), '/'), "/build");
	cr_assert_eq(setenv("GITHUB_WORKSPACE", ".", 1), 0);
	cr_expect_str_eq(strrchr(root_in(make_folder("work/other"), false), '/'), "/other");
	make_folder("work/other/.git");
	cr_assert_eq(setenv("GITHUB_WORKSPACE", outer, 1), 0);
	cr_expect_str_eq(strrchr(root_in(make_folder("work/other/deep"), false), '/'), "/other");
}

Test(output, redacted_there_is_none)
{
	cr_expect_null(root_in(make_folder("alone"), true));
}

static struct report_filter shown(bool redact, const char *since)
{
	struct output_folders folders;
	struct options options = {.redact = redact,
				  .filter = {.kind = "fd", .mine = "/home/anna/*", .since = since}};

	return output_style(stderr, &options, &folders).filter;
}

Test(output, a_page_is_told_what_was_asked_for)
{
	struct report_filter filter = shown(false, "call of anna");

	cr_expect_str_eq(filter.kind, "fd");
	cr_expect_str_eq(filter.mine, "/home/anna/*");
	cr_expect_str_eq(filter.since, "call of anna");
}

Test(output, redacted_it_is_told_no_folder_and_no_mark)
{
	struct report_filter filter = shown(true, "call of anna");

	cr_expect_str_eq(filter.kind, "fd");
	cr_expect_null(filter.mine);
	cr_expect_null(filter.since);
	cr_expect_str_eq(shown(true, "2.5").since, "2.5");
}
