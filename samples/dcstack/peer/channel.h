/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel. The connection holds it (holder "table") from its birth until its last event was
 * delivered, so that neither its messages nor its events need references of their own; the user
 * holds it until dc_channel_destroy.
 */
#ifndef PEER_CHANNEL_H
#define PEER_CHANNEL_H

#include "events.h"
#include "inflow.h"
#include "outbox.h"
#include <dcstack/dcstack.h>
#include <run/callback.h>
#include <run/object.h>
#include <run/timer.h>
#include <sctp/dcep.h>
#include <stdatomic.h>

enum channel_state {
	CHANNEL_WAITING, /* for the association */
	CHANNEL_OPENING, /* DATA_CHANNEL_OPEN is sent or queued */
	CHANNEL_OPEN,
	CHANNEL_CLOSING,   /* sends what it was given, then resets its stream */
	CHANNEL_RESETTING, /* until both sides have */
	CHANNEL_CLOSED,
};

struct dc_channel {
	struct object object;
	struct dc_connection *connection; /* retained (holder "channel") */

	/* From birth on. */
	const char *label, *protocol;
	size_t label_size, protocol_size;
	bool unordered, negotiated, incoming;
	int max_retransmits, max_lifetime_ms; /* -1: no limit */

	/* Any thread. */
	struct callback on_open, on_closed, on_message, on_low;
	atomic_int id; /* -ENOTCONN: none yet */
	atomic_bool sendable;
	atomic_bool listened; /* on_message was set once */
	atomic_size_t buffered, low_threshold;
	atomic_bool is_open, is_closed; /* as the user was told */

	/* On the executor. */
	enum channel_state state;
	bool acknowledged;     /* the peer knows of it */
	bool is_reset;	       /* our stream is */
	bool peer_reset;       /* and the peer's */
	struct timer patience; /* with the resets of both */
	struct outbox_queue queue;
	struct dc_channel *next, *previous; /* of the connection's */

	/* On the strand. */
	struct inflow_queue kept;

	struct job open, close, destroy;
	atomic_bool closing; /* close is on its way */
	struct event arrived, opened, low, late, gone;
	atomic_bool low_waits, late_waits; /* these two may come more than once */
	char text[];			   /* label and protocol, both terminated */
};

/* What DCEP says of a channel. References for holder "table" and, unless it is incoming, "user".
 * -ENOMEM, or of object_init. */
int channel_create(struct dc_connection *connection, const struct dcep_open *open, bool incoming,
		   struct dc_channel **ret_channel);

/* On the executor: these events are collected for the user. */
void channel_tell_arrived(struct dc_channel *channel);
void channel_tell_open(struct dc_channel *channel);
void channel_tell_low(struct dc_channel *channel);
void channel_tell_closed(struct dc_channel *channel); /* the last; ends the hold of the table */

#endif
