/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <run/executor.h>
#include <run/library.h>
#include <run/object.h>
#include <stddef.h>
#include <stdlib.h>

/* What one thread makes, and another one is left with. */
struct parcel {
	struct object object;
	struct job job;
	char text[8];
};

static void destroy(struct object *object)
{
	free(object);
}

static const struct object_class parcel_class = {.name = "parcel", .destroy = destroy};

/* On an executor: the reference is the taker's from here on, and he releases it. */
static void take(struct job *job)
{
	struct parcel *parcel =
		(struct parcel *)(void *)((char *)job - offsetof(struct parcel, job));

	object_retain(&parcel->object, "taker");
	object_release(&parcel->object, "giver");
	object_release(&parcel->object, "taker");
}

static int hand_over(void)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel));
	int error;

	if (!parcel)
		return -ENOMEM;
	error = object_init(&parcel->object, &parcel_class, "giver");
	if (error) {
		free(parcel);
		return error;
	}
	parcel->job.run = take;
	executor_post(library_executor(), &parcel->job);
	return 0;
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)scene, (void)number;
	if (!error)
		error = hand_over();
	pair_finish(&pair);
	return error;
}

const struct play play_control_reference_handed_over = {.session = session};
