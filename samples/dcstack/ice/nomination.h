/* SPDX-License-Identifier: Apache-2.0 */
/* Which valid pair is selected: regular nomination where we control (RFC 8445 section 8.1.1), the
 * peer's word where it does. */
#ifndef ICE_NOMINATION_H
#define ICE_NOMINATION_H

#include "checklist.h"

/* Controlling: is it time to nominate a pair? */
void nomination_consider(struct agent *agent);
/* The timer: no better pair has come in time. */
void nomination_expire(void *agent);
/* Controlled: the peer has nominated a pair that is valid. */
void nomination_accept(struct agent *agent, struct pair *pair);

#endif
