/* SPDX-License-Identifier: Apache-2.0 */
#include <run/late.h>

#include <stdatomic.h>
#include <stdio.h>

static atomic_uint count;

void late_use(const char *what)
{
	atomic_fetch_add(&count, 1);
	fprintf(stderr, "dcstack: too late: %s\n", what);
}

unsigned late_count(void)
{
	return atomic_load(&count);
}
