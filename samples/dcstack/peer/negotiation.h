/* SPDX-License-Identifier: Apache-2.0 */
/* Offer and answer (RFC 8829, in as much as data channels need it). */
#ifndef PEER_NEGOTIATION_H
#define PEER_NEGOTIATION_H

#include "events.h"
#include <run/callback.h>
#include <sdp/sdp.h>

struct dc_connection;

/* How far the callers have come. */
enum signaling {
	SIGNALING_NEW,
	SIGNALING_OFFERED,   /* by us */
	SIGNALING_OFFER_SET, /* the peer's */
	SIGNALING_DONE,
};

struct negotiation {
	enum signaling signaling; /* under the connection's lock */
	struct callback on_description, on_candidate;
	struct job describe;

	/* On the executor. */
	bool is_wanted; /* a description is to be made */
	bool is_gathered;
	bool has_remote;
	bool remote_is_lite;
	bool remote_is_complete; /* as was said before it was there */
	enum sdp_type type;	 /* of our description */
	struct sdp local;	 /* with the candidates found so far, until it is told */

	struct event described;
	char *text; /* NULL: error says why */
	int error;
};

void negotiation_init(struct negotiation *negotiation, struct track_subject owner);
void negotiation_destroy(struct negotiation *negotiation);

/* On the executor. */
void negotiation_found(struct dc_connection *connection, const struct candidate *candidate);
void negotiation_gathered(struct dc_connection *connection);
/* The connection ends: who waits for a description gets none. */
void negotiation_finish(struct dc_connection *connection, int error);

#endif
