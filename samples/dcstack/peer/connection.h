/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection. All that the protocols need lives on its executor; callers hand their wishes over
 * through the inbox, and what they may ask for at any time is atomic or under the lock.
 */
#ifndef PEER_CONNECTION_H
#define PEER_CONNECTION_H

#include "events.h"
#include "inbox.h"
#include "inflow.h"
#include "negotiation.h"
#include "outbox.h"
#include "table.h"
#include "transport.h"
#include <dcstack/dcstack.h>
#include <run/callback.h>
#include <run/object.h>
#include <stdatomic.h>

enum { PATH_TEXT_SIZE = 192, PATIENCE_MS = 10000 };

struct dc_connection {
	struct object object;
	struct executor *executor;
	struct dc_config config; /* with strings of our own */
	struct inbox inbox;
	struct events events;
	struct callback on_state, on_channel, on_closed;
	struct job start, close, destroy;

	/* Any thread. */
	pthread_mutex_t lock;
	char path[PATH_TEXT_SIZE]; /* under the lock */
	atomic_int state;
	atomic_bool closing;	   /* it ends, or was asked to */
	atomic_bool close_waits;   /* close is in the inbox */
	atomic_bool is_destroyed;  /* by its user */
	atomic_bool is_awaited;	   /* somebody waits for on_closed */
	atomic_bool is_ended;	   /* as the user was told */
	atomic_bool is_forgotten;  /* by a fault: nobody goes on with its end */
	atomic_size_t message_max; /* that the peer accepts */
	atomic_uint channel_count; /* opened here with DCEP, not yet closed */

	/* On the executor. */
	struct negotiation negotiation;
	struct transport transport;
	struct table table;
	struct outbox outbox;
	struct inflow inflow;
	struct dc_connection *next_listener, *previous_listener; /* on config.server */
	struct dc_channel *first, *last; /* all its channels, in the order of their birth */
	struct job settle;
	bool is_settling;     /* settle is deferred */
	bool is_up;	      /* the association was connected */
	unsigned patience_ms; /* with a channel's resets */
	enum { CONNECTION_ALIVE, CONNECTION_ENDING, CONNECTION_GONE } end;
	enum dc_state last_state; /* CLOSED or FAILED, once it ends */
	int error;		  /* why no description can be had */

	struct event ended, ended_late;
	atomic_bool ended_late_waits;
};

/* Any thread: -ENOTCONN for who asks something of one that ends; of one that is destroyed, only a
 * defect can. */
int connection_refuse(const struct dc_connection *connection);

/* On the executor. */

/* For the end of the round: send what there is to send, hand over events, go on with the end. */
void connection_settle(struct dc_connection *connection);
/* Tells it if it is another. */
void connection_set_state(struct dc_connection *connection, enum dc_state state);
/* Ends it: DC_CLOSED or DC_FAILED. The first end counts. error is for who waits for a description.
 */
void connection_end(struct dc_connection *connection, enum dc_state last_state, int error);
/* It has ended when this returns: not from within what is told of its transport. */
void connection_end_now(struct dc_connection *connection, enum dc_state last_state, int error);

#endif
