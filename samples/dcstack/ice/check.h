/* SPDX-License-Identifier: Apache-2.0 */
/* Connectivity checks that we send, and their answers (RFC 8445 sections 6.1.4, 7.2). */
#ifndef ICE_CHECK_H
#define ICE_CHECK_H

#include "checklist.h"

/* A STUN message as it came. */
struct packet {
	struct carrier *carrier;
	const struct address *from;
	const uint8_t *data;
	size_t size;
	struct stun_message message;
};

/* There may be something to check: goes on at the agent's pace, at once if it rested. */
void check_schedule(struct agent *agent);
/* The timer that sets the pace. */
void check_next(void *agent);
/* Now, beside the queue: RFC 8445 section 8.1.1's check that nominates, or an ordinary one. */
void check_start(struct pair *pair, bool use_candidate);
/* The request goes out once. -errno as carrier_send. */
int check_transmit(struct agent *agent, const struct pair *pair,
		   const struct transaction *transaction);
void check_read_answer(struct agent *agent, const struct packet *packet);
/* The pair's timer. */
void check_retransmit(void *pair);

#endif
