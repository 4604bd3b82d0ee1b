/* SPDX-License-Identifier: Apache-2.0 */
#include "own_library.h"

#include <errno.h>
#include <stdlib.h>

/* Globals of a program: calls that nobody ends before it does. */
struct kept {
	struct pair pair;
	struct kept *next;
};

static int session(struct scene *scene, unsigned long number)
{
	struct kept *kept = calloc(1, sizeof(*kept));
	int error = kept ? dc_library_start(&own_library) : -ENOMEM, cleanup_error;

	(void)number;
	if (error) {
		free(kept);
		return error;
	}
	error = pair_start(&kept->pair, NULL);
	if (scene_is_buggy(scene)) {
		kept->next = scene->own;
		scene->own = kept;
	} else {
		pair_finish(&kept->pair);
		free(kept);
	}
	cleanup_error = own_library_cleanup_unless_held(scene);
	return error || scene_is_buggy(scene) ? error : cleanup_error;
}

const struct play play_cleanup_too_early = {.session = session, .has_own_library = true};
