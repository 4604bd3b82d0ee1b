/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.inc.c"

TestSuite(marks, .init = fixture_start, .fini = fixture_stop);

static void append(const char *text)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/%s", folder, TRACK_MARKS_FILE);
	FILE *file = fopen(path, "a");
	fputs(text, file);
	fclose(file);
}

Test(marks, lines_arrive_once_they_are_complete)
{
	cr_assert(eq(int, collector_add(collector, folder), 0));
	append("100 7 one two\n200 8 th");
	fixture_poll();
	cr_assert(eq(str, record.text, "mark:7@100=one two "));
	append("ree\n");
	fixture_poll();
	fixture_poll();
	cr_assert(eq(str, record.text, "mark:7@100=one two mark:8@200=three "));
}

Test(marks, lines_that_are_no_marks_are_skipped)
{
	append("\n \nx 1 y\n99999999999999999999999 1 y\n1 4294967296 y\n1 -1 y\n1 2\n1 2 \n"
	       "5 6 good\n");
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	cr_assert(eq(str, record.text, "mark:6@5=good "));
}

Test(marks, a_line_without_end_does_not_hide_the_next)
{
	char *line = malloc(100001);
	memset(line, 'a', 100000);
	line[100000] = '\0';
	append("1 2 ");
	append(line);
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	append(line);
	append("\n5 6 good\n");
	fixture_poll();
	cr_assert(eq(str, record.text, "mark:6@5=good "));
	free(line);
}

/* It is longer than what is read at once, so that its rest begins like a line. */
Test(marks, the_rest_of_an_overlong_line_is_none)
{
	enum { AT_ONCE = 4 * (TRACK_NAME_BYTES_MAX + 64) };
	char *line = malloc(AT_ONCE + 1);
	memset(line, 'a', AT_ONCE);
	line[AT_ONCE] = '\0';
	append(line);
	append("1 2 no mark\n5 6 good\n");
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	cr_assert(eq(str, record.text, "mark:6@5=good "));
	free(line);
}
