/* SPDX-License-Identifier: Apache-2.0 */
#include "own_library.h"

enum { CLEANUP_MS = 10000, CLEANUP_BUGGY_MS = 300 };

const struct dc_library_options own_library = {.executors = 1, .workers = 2};

int own_library_cleanup(void)
{
	return dc_library_cleanup(CLEANUP_MS);
}

int own_library_cleanup_unless_held(const struct scene *scene)
{
	return dc_library_cleanup(scene_is_buggy(scene) ? CLEANUP_BUGGY_MS : CLEANUP_MS);
}
