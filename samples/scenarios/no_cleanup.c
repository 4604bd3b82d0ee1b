/* SPDX-License-Identifier: Apache-2.0 */
#include "own_library.h"

/* All objects are destroyed: the threads that they were on are still there. */
static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = dc_library_start(&own_library);

	(void)number;
	if (error)
		return error;
	error = pair_start(&pair, NULL);
	pair_finish(&pair);
	if (error || scene_is_buggy(scene))
		return error;
	return own_library_cleanup();
}

const struct play play_no_cleanup = {.session = session, .has_own_library = true};
