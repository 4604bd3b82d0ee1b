/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <limits.h>

/* A channel is closed with its connection; the program's reference is not over by that, and it
 * keeps the connection too. */
static void hang_up(const struct scene *scene, struct pair *pair)
{
	if (scene_is_buggy(scene))
		pair->offerer.channel = NULL;
	pair_finish(pair);
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = dc_library_start(NULL);

	(void)number;
	if (error)
		return error;
	error = pair_start(&pair, NULL);
	hang_up(scene, &pair);
	return error ? error : dc_library_cleanup(UINT_MAX);
}

const struct play play_cleanup_waits_for_leaked = {.session = session, .has_own_library = true};
