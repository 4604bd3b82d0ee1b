/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between the channels and SCTP: each channel has a queue, channels whose queue is not
 * empty take turns, message by message. On the executor only.
 */
#ifndef PEER_OUTBOX_H
#define PEER_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

struct dc_channel;
struct dc_connection;
struct message;

struct outbox {
	struct dc_channel *first, **last; /* channels in turn */
	struct message *current;	  /* which SCTP has begun to take */
	size_t offset;			  /* how far */
	bool blocked;			  /* until SCTP is writable */
};

/* A channel's part. */
struct outbox_queue {
	struct message *first, **last;
	struct dc_channel *next; /* in turn after this one */
	bool in_turn;
};

void outbox_init(struct outbox *outbox);
void outbox_queue_init(struct outbox_queue *queue);

/* These take message. It is not sent before its channel may send; it is forgotten where the channel
 * closes. */
void outbox_put(struct message *message);
void outbox_put_first(struct message *message);
/* The channel may send from now on: it has a stream. */
void outbox_start(struct dc_channel *channel);
/* Forgets what SCTP has not begun to take. */
void outbox_drop(struct dc_channel *channel);
/* Is nothing left of what the channel was given? */
bool outbox_is_drained(const struct dc_channel *channel);

/* Gives SCTP what it takes. */
void outbox_pump(struct dc_connection *connection);
/* SCTP is gone: forgets what it had begun to take. */
void outbox_finish(struct dc_connection *connection);

#endif
