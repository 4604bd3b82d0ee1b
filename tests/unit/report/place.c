/* SPDX-License-Identifier: Apache-2.0 */
/* Sees the room from inside. */
#include "../../../cli/report/place.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* "+PATH" if it is below the root, "-PATH" if not. */
static const char *placed(const char *file, const char *root)
{
	static char text[PATH_MAX + 1];
	struct place place;

	place_init(&place, file, NULL, root);
	text[0] = place.below ? '+' : '-';
	strcpy(text + 1, place.path);
	return text;
}

static const char *uri(const char *file, const char *root)
{
	static char text[PLACE_URI_BYTES];
	struct place place;

	place_init(&place, file, NULL, root);
	place_uri(&place, text);
	return text;
}

Test(place, what_lies_below_the_root_is_relative)
{
	cr_expect_str_eq(placed("/work/repo/src/a.c", "/work/repo"), "+src/a.c");
	cr_expect_str_eq(placed("/work/repo/src/a.c", "/work/repo/"), "+src/a.c");
	cr_expect_str_eq(placed("/work/repo2/a.c", "/work/repo"), "-/work/repo2/a.c");
	cr_expect_str_eq(placed("/work/repo", "/work/repo"), "-/work/repo");
	cr_expect_str_eq(placed("/a.c", "/"), "+a.c");
	cr_expect_str_eq(placed("/a.c", NULL), "-/a.c");
}

Test(place, dots_are_resolved)
{
	cr_expect_str_eq(placed("/work/repo/build/../src/./a.c", "/work/repo"), "+src/a.c");
	cr_expect_str_eq(placed("/work//repo/a.c", "/work/./repo"), "+a.c");
	cr_expect_str_eq(placed("/../../a.c", NULL), "-/a.c");
	cr_expect_str_eq(placed("a/b/../c.c", NULL), "+a/c.c");
	cr_expect_str_eq(placed("/", NULL), "-/");
}

Test(place, what_is_relative_lies_below_the_root)
{
	cr_expect_str_eq(placed("src/a.c", "/work/repo"), "+src/a.c");
	cr_expect_str_eq(placed("./a.c", NULL), "+a.c");
	cr_expect_str_eq(placed("../a.c", "/work/repo"), "-");
	cr_expect_str_eq(placed("a/b/../../../c.c", NULL), "-");
	cr_expect_str_eq(placed("..", NULL), "-");
	cr_expect_str_eq(placed("..src/a.c", NULL), "+..src/a.c");
}

Test(place, what_is_relative_in_a_library_from_elsewhere_has_no_place)
{
	struct place place;

	place_init(&place, "csu/libc-start.c", "/lib/x86_64-linux-gnu/libc.so.6", "/work/repo");
	cr_expect_str_eq(place.path, "");
	cr_expect_not(place.below);
	place_init(&place, "src/a.c", "/work/repo/build/app", "/work/repo");
	cr_expect_str_eq(place.path, "src/a.c");
	cr_expect(place.below);
	/* An installed program whose source is there. */
	place_init(&place, "unit/report/place.c", "/usr/bin/app", TEST_SOURCE_DIR);
	cr_expect(place.below);
	place_init(&place, "unit/report/nowhere.c", "/usr/bin/app", TEST_SOURCE_DIR);
	cr_expect_not(place.below);
}

Test(place, a_path_that_is_too_long_is_cut_and_stays_a_path)
{
	char *file = malloc(4 * PATH_MAX + 1);
	const char *got;

	for (size_t i = 0; i < 2 * PATH_MAX; i++)
		memcpy(file + 2 * i, "/x", 3);
	got = placed(file, "/x");
	cr_expect_leq(strlen(got), PATH_MAX);
	cr_expect_eq(strncmp(got, "+x/x", 4), 0);
	free(file);
}

Test(place, a_uri_is_percent_encoded)
{
	cr_expect_str_eq(uri("/r/a b/c.c", "/r"), "a%20b/c.c");
	cr_expect_str_eq(uri("/r/x:y.c", "/r"), "x%3Ay.c");
	cr_expect_str_eq(uri("/r/\xc3\xa9%.c", "/r"), "%C3%A9%25.c");
	cr_expect_str_eq(uri("/usr/include/a b.h", "/r"), "file:///usr/include/a%20b.h");
	cr_expect_str_eq(uri("http://evil/", "/r"), "http%3A/evil");
}
