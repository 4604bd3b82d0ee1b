/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of the test and of the collector alike: it stands still once a test has stopped it. */
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t stopped_ns; /* 0: it goes */

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (clock != CLOCK_MONOTONIC || !stopped_ns)
		return (int)syscall(SYS_clock_gettime, clock, ret_time);
	*ret_time = (struct timespec){.tv_sec = (time_t)(stopped_ns / 1000000000),
				      .tv_nsec = (long)(stopped_ns % 1000000000)};
	return 0;
}

static inline void clock_stop(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	stopped_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
