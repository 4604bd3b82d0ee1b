/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for what another thread does: never longer than a test may take. */
#include "../entries.inc.c"
#include "../errand.inc.c"

enum { CLEANUP_MS = AWAIT_MS };

/* false: it did not come. */
static inline bool await(sem_t *event)
{
	return await_within(event, AWAIT_MS);
}

static inline void nothing(void *user)
{
	(void)user;
}
