/* SPDX-License-Identifier: Apache-2.0 */
/* Host candidates (RFC 8445 section 5.1.1.1, RFC 6544 section 5.1). */
#ifndef ICE_GATHER_H
#define ICE_GATHER_H

struct agent;

/* Of all addresses, or of the carriers that are given. The error if there is none for that. */
int gather_hosts(struct agent *agent);

#endif
