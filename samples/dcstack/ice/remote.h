/* SPDX-License-Identifier: Apache-2.0 */
/* The peer's candidates: told, named, or learned from its checks. */
#ifndef ICE_REMOTE_H
#define ICE_REMOTE_H

#include "check.h"

/* As agent_add_remote. */
int remote_add(struct agent *agent, const struct candidate *candidate);
/* The one that a request came from, a new peer-reflexive one if it is not known (RFC 8445 section
 * 7.3.1.3). NULL if there is no room. */
struct candidate *remote_learn(struct agent *agent, const struct candidate *local,
			       const struct packet *packet);
/* Ends the queries. */
void remote_finish(struct agent *agent);

#endif
