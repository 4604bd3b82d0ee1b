/* SPDX-License-Identifier: Apache-2.0 */
#include "own_library.h"

#include <errno.h>

/* More than the peer accepts. */
static int send_too_much(struct pair *pair)
{
	static const char data[1 << 20];

	return dc_channel_send(pair->offerer.channel, DC_BINARY, data, sizeof(data));
}

/* A program's main: a send fails, and it returns. */
static int talk(struct scene *scene)
{
	struct pair pair;
	int error = dc_library_start(&own_library), cleanup_error;

	if (error)
		return error;
	error = pair_start(&pair, NULL);
	if (!error)
		error = send_too_much(&pair);
	pair_finish(&pair);
	if (error && scene_is_buggy(scene))
		return error;
	cleanup_error = own_library_cleanup();
	return error ? error : cleanup_error;
}

static int session(struct scene *scene, unsigned long number)
{
	int error = talk(scene);

	(void)number;
	return error == -EMSGSIZE ? 0 : error ? error : -EPROTO;
}

const struct play play_cleanup_skipped_on_error = {.session = session, .has_own_library = true};
