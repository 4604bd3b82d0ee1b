/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between SCTP and the user. What he has not taken, channels too, is bounded: SCTP is
 * paused, its window closes and the peer waits. Until a channel's first on_message is set, its
 * messages are kept.
 */
#ifndef PEER_INFLOW_H
#define PEER_INFLOW_H

#include <dcstack/dcstack.h>
#include <run/executor.h>
#include <stdatomic.h>

/* Of a connection, for all its channels. */
struct inflow {
	atomic_size_t unread_bytes;
	bool paused; /* on the executor only */
	atomic_bool resuming;
	struct job resume;
};

struct incoming;

/* Of a channel. On the strand only. */
struct inflow_queue {
	struct incoming *first, **last;
};

void inflow_init(struct inflow *inflow);
void inflow_queue_init(struct inflow_queue *queue);

/* On the executor: something that takes so many bytes waits for the user. */
void inflow_charge(struct dc_connection *connection, size_t size);
/* Any thread: it does not any more. */
void inflow_discharge(struct dc_connection *connection, size_t size);

/* On the executor: an event with a copy. -ENOMEM. */
int inflow_put(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size);
/* On the strand: what was kept, if somebody listens now; or nobody ever will. */
void inflow_deliver_kept(struct dc_channel *channel);
void inflow_drop_kept(struct dc_channel *channel);

#endif
