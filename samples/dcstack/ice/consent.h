/* SPDX-License-Identifier: Apache-2.0 */
/* Consent to send on the selected pair (RFC 7675). */
#ifndef ICE_CONSENT_H
#define ICE_CONSENT_H

#include "checklist.h"

enum { CONSENT_OPEN_MAX = 8 }; /* requests of 30 s, one each 4 s at most */

struct consent {
	struct timer check, silence, expiry;
	struct transaction open[CONSENT_OPEN_MAX]; /* a ring */
	unsigned count;
};

void consent_init(struct agent *agent);
/* A pair was selected, or another: its last check was the first consent. */
void consent_start(struct agent *agent);
void consent_stop(struct agent *agent);
bool consent_has_asked(const struct agent *agent, const uint8_t id[STUN_TRANSACTION_SIZE]);
/* An answer, verified, came over the selected pair. */
void consent_renew(struct agent *agent);
/* The peer wants no more (RFC 7675 section 5.2). */
void consent_revoke(struct agent *agent);

#endif
