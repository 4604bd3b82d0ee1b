/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"
#include "own_library.h"

#include <errno.h>
#include <stdlib.h>

static int talk(const struct scene *scene)
{
	struct call *call = malloc(sizeof(*call));
	int error;

	if (!call)
		return -ENOMEM;
	error = call_start(call, NULL);
	scene_strike(scene);
	call_finish(call);
	scene_calm(scene);
	free(call);
	return error;
}

/* Connection and signalling hold each other, and each holds the library. */
static int session(struct scene *scene, unsigned long number)
{
	int error = dc_library_start(&own_library), cleanup_error;

	(void)number;
	if (error)
		return error;
	error = talk(scene);
	cleanup_error = own_library_cleanup_unless_held(scene);
	return error || scene_is_buggy(scene) ? error : cleanup_error;
}

const struct play play_cycle_blocks_cleanup = {.session = session, .has_own_library = true};
