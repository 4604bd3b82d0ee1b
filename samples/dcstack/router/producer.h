/* SPDX-License-Identifier: Apache-2.0 */
/* A data producer: what comes goes through its buffer, and from there to all its consumers. */
#ifndef ROUTER_PRODUCER_H
#define ROUTER_PRODUCER_H

#include "buffer.h"
#include "listener.h"

#include <dcstack/router.h>
#include <run/object.h>
#include <run/pool.h>
#include <stdatomic.h>

struct dc_consumer;

struct dc_producer {
	struct object object;
	struct strand strand; /* its own and its consumers' */
	struct buffer buffer;
	struct dc_channel *channel; /* NULL: a direct one, or closed */
	bool is_direct;
	atomic_bool closing; /* it is closed, or was asked to be */

	/* On the strand. */
	struct listener_list listeners;
	struct dc_consumer *first, **last; /* which are not closed */
	bool is_paused, is_closed;
	struct job hand_over, close, destroy;
};

/* On the strand. */
void producer_enlist(struct dc_producer *producer, struct dc_consumer *consumer);
void producer_strike_off(struct dc_producer *producer, struct dc_consumer *consumer);

#endif
