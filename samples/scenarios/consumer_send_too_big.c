/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <errno.h>

/* One byte more than a connection accepts that says nothing else. */
static const char data[262145];

static int session(struct scene *scene, unsigned long number)
{
	const struct request request = {
		.content = {.kind = DC_BINARY, .data = data, .size = sizeof(data)},
		.error = -EMSGSIZE};

	(void)number;
	return request_session(scene, &request);
}

const struct play play_consumer_send_too_big = {.session = session};
