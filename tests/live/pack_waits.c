/* SPDX-License-Identifier: Apache-2.0 */
/* A module whose constructor waits for a thread, and that thread calls a library that is wrapped.
 */
#include <pthread.h>

#include "pack_library.h"

static int copy;

static void *work(void *unused)
{
	(void)unused;
	copy = packed_copy();
	return NULL;
}

__attribute__((constructor)) static void begin(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, NULL) == 0)
		pthread_join(thread, NULL);
}

int plugin_copy(void);
int plugin_copy(void)
{
	return copy;
}
