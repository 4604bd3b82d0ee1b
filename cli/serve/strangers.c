/* SPDX-License-Identifier: Apache-2.0 */
#include "strangers.h"

#include <string.h>
#include <sys/socket.h>

void strangers_init(struct strangers *strangers)
{
	*strangers = (struct strangers){0};
	pthread_mutex_init(&strangers->lock, NULL);
}

void strangers_finish(struct strangers *strangers)
{
	pthread_mutex_destroy(&strangers->lock);
}

static void drop(struct strangers *strangers, size_t index)
{
	strangers->count--;
	memmove(strangers->sockets + index, strangers->sockets + index + 1,
		(strangers->count - index) * sizeof(*strangers->sockets));
}

void strangers_add(struct strangers *strangers, int socket)
{
	pthread_mutex_lock(&strangers->lock);
	/* Its thread closes it, as one whose browser went. */
	if (strangers->count == STRANGERS_MOST) {
		shutdown(strangers->sockets[0], SHUT_RDWR);
		drop(strangers, 0);
	}
	strangers->sockets[strangers->count++] = socket;
	pthread_mutex_unlock(&strangers->lock);
}

void strangers_remove(struct strangers *strangers, int socket)
{
	pthread_mutex_lock(&strangers->lock);
	for (size_t i = 0; i < strangers->count; i++)
		if (strangers->sockets[i] == socket) {
			drop(strangers, i);
			break;
		}
	pthread_mutex_unlock(&strangers->lock);
}
