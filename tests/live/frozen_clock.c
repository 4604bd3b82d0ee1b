/* SPDX-License-Identifier: Apache-2.0 */
/* What libfaketime does, at its worst: every clock stands still. */
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	*time = (struct timespec){.tv_sec = 1};
	return 0;
}
