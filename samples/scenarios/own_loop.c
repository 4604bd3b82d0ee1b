/* SPDX-License-Identifier: Apache-2.0 */
#include "own_loop.h"

#include <run/executor.h>

int own_loop_begin(struct scene *scene)
{
	struct executor *loop;
	int error = executor_create("own loop", &loop);

	if (!error)
		scene->own = loop;
	return error;
}

void own_loop_end(struct scene *scene)
{
	executor_destroy(scene->own);
}
