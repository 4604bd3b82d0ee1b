/* SPDX-License-Identifier: Apache-2.0 */
/* One session: two peers connect, one sends, the other acknowledges, both close. */
#ifndef LOOPBACK_SESSION_H
#define LOOPBACK_SESSION_H

#include "options.h"
#include <stdint.h>

/* What went over its channel, from the first message to the acknowledgement of all. */
struct result {
	uint64_t messages, bytes, time_ns;
};

/* Blocks. -errno: step says at what it stopped; everything is released then too. */
int session_run(const struct options *options, struct result *ret_result, const char **ret_step);

#endif
