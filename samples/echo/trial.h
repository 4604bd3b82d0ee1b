/* SPDX-License-Identifier: Apache-2.0 */
/* A first connection, to nobody: what would fail all others shows before the server is there. */
#ifndef ECHO_TRIAL_H
#define ECHO_TRIAL_H

#include <dcstack/dcstack.h>

/* Binds what a connection binds, and lets go of it. Asks no STUN server. -errno of what failed. */
int trial_run(const struct dc_config *config);

#endif
