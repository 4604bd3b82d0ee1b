/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signalling server between two ends, over TCP on 127.0.0.1: passes on what each says to the
 * other. It is late with one message of the second end, until it is told to let it go.
 */
#ifndef RELAY_H
#define RELAY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RELAY_FRAME_MAX = 2 + 65535 };

struct relay;

struct relay_way {
	struct relay *relay;
	int from, to;
	const char *held; /* the message that is held back; NULL: none */
	uint8_t frame[RELAY_FRAME_MAX];
};

struct relay {
	int nears[2];		  /* the ends' sockets; who takes one sets it to -1 */
	struct relay_way ways[2]; /* of what the first end says, and of what the second says */
	pthread_t threads[2];
	unsigned running;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_held, is_let_go;
};

/* held: "G", a goodbye; "C", that there are no more candidates; NULL. relay_finish must follow,
 * also after an error. */
int relay_start(struct relay *relay, const char *held);
/* Once it has the message, passes it on. */
void relay_let_go(struct relay *relay);
/* Breaks off what goes on. */
void relay_finish(struct relay *relay);

#endif
