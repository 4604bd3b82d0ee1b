/* SPDX-License-Identifier: Apache-2.0 */
/* The peer's connectivity checks (RFC 8445 section 7.3). */
#ifndef ICE_ANSWER_H
#define ICE_ANSWER_H

#include "check.h"

void answer_request(struct agent *agent, const struct packet *packet);

#endif
