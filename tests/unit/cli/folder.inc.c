/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of each test's own, gone with it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static char base[] = "/tmp/rtctrack-unit-XXXXXX";

static void setup(void)
{
	cr_assert_not_null(mkdtemp(base));
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", base);
	cr_assert_eq(system(command), 0);
}
