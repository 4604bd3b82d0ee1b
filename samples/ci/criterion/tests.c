/* SPDX-License-Identifier: Apache-2.0 */
#include "leak_test.h"

Test(phone, hangs_up_after_each_call)
{
	assert_no_leak("hangs-up", (const char *[]){PHONE, "3", NULL});
}

/* It does not: that is the bug of phone.c. */
Test(phone, hangs_up_when_the_line_is_busy)
{
	assert_no_leak("busy-line", (const char *[]){PHONE, "3", "2", NULL});
}
