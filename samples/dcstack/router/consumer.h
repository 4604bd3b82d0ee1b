/* SPDX-License-Identifier: Apache-2.0 */
/* A data consumer: decides whether a message goes on, and sends it. */
#ifndef ROUTER_CONSUMER_H
#define ROUTER_CONSUMER_H

#include "checker.h"
#include "listener.h"
#include "parcel.h"
#include "producer.h"
#include "queued.h"

#include <dcstack/router.h>
#include <run/callback.h>
#include <stdatomic.h>

struct subchannels {
	uint16_t *list;
	size_t count;
};

struct dc_consumer {
	struct object object;
	struct dc_producer *producer; /* retained (holder "consumer") */
	struct callback on_message, on_closed;
	atomic_bool is_told; /* that its producer closed it; for who sets on_closed afterwards */
	atomic_bool late_waits;

	/* On the strand. */
	struct checker *checker; /* of its channel; NULL: a direct one, or closed */
	bool is_direct;
	struct subchannels subscribed;
	bool is_paused, is_producer_paused, is_closed;
	struct listener *listener;	   /* in its producer's list */
	struct dc_consumer *next, **place; /* likewise */
	struct job join, destroy, late;
};

/* On the strand. Takes queued, and tells it once; it may be NULL. */
void consumer_send(struct dc_consumer *consumer, const struct parcel *parcel,
		   struct queued *queued);

#endif
