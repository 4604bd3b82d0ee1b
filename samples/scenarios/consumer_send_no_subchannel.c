/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <errno.h>

static const uint16_t listed[] = {REQUEST_NOT_SUBSCRIBED, REQUEST_NOT_SUBSCRIBED + 1};

static int session(struct scene *scene, unsigned long number)
{
	const struct request request = {.content = {.data = "word",
						    .size = 4,
						    .subchannels = listed,
						    .subchannel_count = 2},
					.error = -ENOENT};

	(void)number;
	return request_session(scene, &request);
}

const struct play play_consumer_send_no_subchannel = {.session = session};
