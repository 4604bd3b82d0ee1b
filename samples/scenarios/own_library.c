/* SPDX-License-Identifier: Apache-2.0 */
#include "own_library.h"

enum { CLEANUP_MS = 10000, CLEANUP_BUGGY_MS = 300 };

int own_library_start(void)
{
	static const struct dc_library_options options = {.executors = 1, .workers = 2};

	return dc_library_start(&options);
}

int own_library_cleanup(const struct scene *scene)
{
	return dc_library_cleanup(scene_is_buggy(scene) ? CLEANUP_BUGGY_MS : CLEANUP_MS);
}
