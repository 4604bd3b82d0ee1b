/* SPDX-License-Identifier: Apache-2.0 */
/* A stream socket that carries messages: a letter and a text each, framed as in RFC 4571. */
#ifndef SIGNALLING_WIRE_H
#define SIGNALLING_WIRE_H

#include <net/framing.h>
#include <pthread.h>

enum {
	WIRE_MESSAGE_MAX = 16384,  /* the letter included */
	WIRE_WAITING_MAX = 262144, /* what the other end has not taken yet */
};

struct wire {
	int fd; /* does not block; whose it is closes it */
	struct deframer deframer;
	pthread_mutex_t lock; /* of what waits */
	uint8_t *waiting;
	size_t size;
};

void wire_init(struct wire *wire, int fd);
void wire_finish(struct wire *wire);

/* Any thread: for the next flush. -EMSGSIZE, -ENOBUFS, -ENOMEM. */
int wire_put(struct wire *wire, char letter, const char *text);
/* What the socket takes now. */
void wire_flush(struct wire *wire);

/* Calls deliver for each message that has come, until it returns -errno. -EAGAIN: there is no more
 * for now; 0: there may be; else what ended it: -EPROTO, -ECONNRESET, -ENOMEM, deliver's. */
int wire_read(struct wire *wire, int (*deliver)(void *user, char letter, const char *text),
	      void *user);

#endif
