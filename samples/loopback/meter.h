/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the sessions, some at a time, and adds up what they did. */
#ifndef LOOPBACK_METER_H
#define LOOPBACK_METER_H

#include "options.h"
#include "session.h"

/* -errno of the first session that failed; ret_total is what the others did. */
int meter_run(const struct options *options, struct result *ret_total, const char **ret_step);

#endif
