/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/wire.h>

#define OURS "RTCTRACK_"

static bool shim_reads(const char *name)
{
	for (const struct environment_row *row = environment_table; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row->reader != ENVIRONMENT_COMMAND;
	return false;
}

/* The names in the lines `#define TRACK_ENV_X "NAME"` of wire.h, each between newlines. */
static void read_wire(char *ret_names, size_t capacity)
{
	FILE *stream = fopen(TEST_SOURCE_DIR "/../libtrack/include/track/wire.h", "r");
	char line[256], name[64];
	size_t used = 1;

	cr_assert_not_null(stream);
	snprintf(ret_names, capacity, "\n");
	while (fgets(line, sizeof(line), stream))
		if (sscanf(line, "#define TRACK_ENV_%*s \"%63[^\"]\"", name) == 1)
			used += (size_t)snprintf(ret_names + used, capacity - used, "%s\n", name);
	fclose(stream);
	cr_assert_gt(used, 1);
}

Test(environment, every_variable_of_the_wire_has_a_row)
{
	char names[2048], *rest = names, *name;

	read_wire(names, sizeof(names));
	while ((name = strsep(&rest, "\n")))
		cr_expect(!name[0] || shim_reads(name), "%s", name);
}

Test(environment, every_row_of_ours_that_the_shim_reads_is_on_the_wire)
{
	char names[2048], between[128];

	read_wire(names, sizeof(names));
	for (const struct environment_row *row = environment_table; row->name; row++) {
		if (row->reader == ENVIRONMENT_COMMAND ||
		    strncmp(row->name, OURS, strlen(OURS)) != 0)
			continue;
		snprintf(between, sizeof(between), "\n%s\n", row->name);
		cr_expect_not_null(strstr(names, between), "%s", row->name);
	}
}

Test(environment, the_defaults_are_those_of_the_wire)
{
	for (const struct environment_row *row = environment_table; row->name; row++) {
		if (strcmp(row->name, TRACK_ENV_CAP) == 0)
			cr_expect_eq(strtoull(row->fallback, NULL, 10), TRACK_CAP_BYTES_DEFAULT);
		if (strcmp(row->name, TRACK_ENV_STACK) == 0)
			cr_expect_eq(strtoul(row->fallback, NULL, 10), TRACK_STACK_DEPTH_DEFAULT);
	}
}

Test(environment, every_row_says_what_it_means)
{
	for (const struct environment_row *row = environment_table; row->name; row++)
		cr_expect(row->text[0], "%s", row->name);
}
