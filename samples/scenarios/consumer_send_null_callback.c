/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

static int session(struct scene *scene, unsigned long number)
{
	const struct request request = {
		.content = {.data = "word", .size = 4}, .is_paused = true, .is_unanswered = true};

	(void)number;
	return request_session(scene, &request);
}

const struct play play_consumer_send_null_callback = {.session = session};
