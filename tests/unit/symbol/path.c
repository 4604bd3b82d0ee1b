/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../libtrack/symbol/path.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void expect(const char *path, const char *expected)
{
	char *tidy = path_tidy(NULL, path);

	cr_assert_not_null(tidy);
	cr_expect_str_eq(tidy, expected);
	free(tidy);
}

Test(path, a_tidy_path_stays)
{
	expect("/src/ice/agent.c", "/src/ice/agent.c");
	expect("agent.c", "agent.c");
	expect("/", "/");
}

Test(path, dots_and_double_slashes_go)
{
	expect("/src/./ice//agent.c", "/src/ice/agent.c");
	expect("./agent.c", "agent.c");
	expect("/src/agent/.", "/src/agent");
	expect("/src/.hidden/...", "/src/.hidden/...");
}

Test(path, two_dots_take_the_folder_before_away)
{
	expect("/build/../src/agent.c", "/src/agent.c");
	expect("/a/b/c/../../agent.c", "/a/agent.c");
	expect("build/../agent.c", "agent.c");
	expect("/a/..", "/");
}

Test(path, two_dots_at_the_root_stay_there)
{
	expect("/../../agent.c", "/agent.c");
}

Test(path, leading_two_dots_of_a_relative_path_stay)
{
	expect("../../agent.c", "../../agent.c");
	expect("../a/../../agent.c", "../../agent.c");
}

Test(path, a_hostile_path_is_clean)
{
	expect("/a\n/\xff.c", "/a /\xef\xbf\xbd.c");
}

Test(path, a_path_to_nowhere_is_none)
{
	cr_expect_null(path_tidy(NULL, ""));
	cr_expect_null(path_tidy(NULL, "."));
	cr_expect_null(path_tidy(NULL, "a/.."));
}

Test(path, a_relative_path_is_joined_with_an_absolute_folder)
{
	char *joined = path_tidy("/build/obj", "../src/agent.c");
	char *absolute = path_tidy("/build/obj", "/src/agent.c");
	char *unknown = path_tidy("obj", "agent.c");

	cr_expect_str_eq(joined, "/build/src/agent.c");
	cr_expect_str_eq(absolute, "/src/agent.c");
	cr_expect_str_eq(unknown, "agent.c");
	cr_expect_null(path_tidy("/build", ""));
	free(joined);
	free(absolute);
	free(unknown);
}
