/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections that have not shown the token. Anybody on this machine can open them, and keep them
 * open byte by byte: of more than so many the oldest one ends. Used by many threads.
 */
#ifndef SERVE_STRANGERS_H
#define SERVE_STRANGERS_H

#include <pthread.h>
#include <stddef.h>

enum { STRANGERS_MOST = 64 };

struct strangers {
	pthread_mutex_t lock;
	int sockets[STRANGERS_MOST]; /* the oldest first */
	size_t count;
};

void strangers_init(struct strangers *strangers);
void strangers_finish(struct strangers *strangers);
void strangers_add(struct strangers *strangers, int socket);
/* Before it is closed. Who is none is left alone. */
void strangers_remove(struct strangers *strangers, int socket);

#endif
