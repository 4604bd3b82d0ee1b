/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <errno.h>

static const uint16_t required = REQUEST_NOT_SUBSCRIBED;

static int session(struct scene *scene, unsigned long number)
{
	const struct request request = {
		.content = {.data = "word", .size = 4, .required_subchannel = &required},
		.error = -EACCES};

	(void)number;
	return request_session(scene, &request);
}

const struct play play_consumer_send_required_subchannel = {.session = session};
