/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <errno.h>

static int session(struct scene *scene, unsigned long number)
{
	const struct request request = {
		.content = {.data = "word", .size = 4}, .error = -ENOTCONN, .is_paused = true};

	(void)number;
	return request_session(scene, &request);
}

const struct play play_consumer_send_inactive = {.session = session};
