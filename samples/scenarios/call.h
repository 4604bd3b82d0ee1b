/* SPDX-License-Identifier: Apache-2.0 */
/* A pair whose ends found each other through a signalling server. */
#ifndef CALL_H
#define CALL_H

#include "relay.h"

#include <dcstack/signalling.h>
#include <pair/pair.h>

struct call;

struct call_end {
	struct call *call;
	struct dc_signalling *signalling;
	bool is_closed; /* the signalling; under the pair's lock */
};

struct call {
	struct pair pair;
	struct relay relay;
	struct call_end offerer, answerer;
};

/* They have talked. held: what the server holds back of the answerer's. call_finish must follow,
 * also after an error. */
int call_start(struct call *call, const char *held);
/* The end's signalling is closed, by whomever. */
void call_await_closed(struct call_end *end);
/* Closes both ends' signalling, then destroys channels, connections, signalling. */
void call_finish(struct call *call);

#endif
