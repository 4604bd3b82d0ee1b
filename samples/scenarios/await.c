/* SPDX-License-Identifier: Apache-2.0 */
#include "await.h"

#include <errno.h>
#include <time.h>

enum { PATIENCE_MS = 10000, BUGGY_PATIENCE_MS = 300 };

static int await_ms(sem_t *event, long ms)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_nsec += ms % 1000 * 1000000;
	deadline.tv_sec += ms / 1000 + deadline.tv_nsec / 1000000000;
	deadline.tv_nsec %= 1000000000;
	while (sem_timedwait(event, &deadline)) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int await(sem_t *event)
{
	return await_ms(event, PATIENCE_MS);
}

int await_unless_missed(const struct scene *scene, sem_t *event)
{
	int error;

	if (!scene_is_buggy(scene))
		return await(event);
	error = await_ms(event, BUGGY_PATIENCE_MS);
	if (error == -ETIMEDOUT)
		scene_missed(scene);
	return error == -ETIMEDOUT ? 0 : error;
}
