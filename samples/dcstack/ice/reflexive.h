/* SPDX-License-Identifier: Apache-2.0 */
/* Server-reflexive candidates (RFC 8445 section 5.1.1.2): a task for each base asks the STUN server
 * as whom it sees us. */
#ifndef ICE_REFLEXIVE_H
#define ICE_REFLEXIVE_H

#include "check.h"

/* Spawns the tasks. -EINVAL if stun_server is not "host", "host:port" or "[IPv6]:port". */
int reflexive_start(struct agent *agent);
/* false if it is no answer to one of the tasks. */
bool reflexive_read_answer(struct agent *agent, const struct packet *packet);
/* A timer's: until a pair is selected the bindings of NATs are kept (RFC 8445 section 5.1.1.4).
 * What the server answers is of no interest. */
void reflexive_keep(void *agent);
void reflexive_finish(struct agent *agent);

#endif
