/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <run/object.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRIES = 64 };

struct listener {
	struct object object;
	struct pair *pair;
};

static void destroy(struct object *object)
{
	free(object);
}

static const struct object_class listener_class = {.name = "listener", .destroy = destroy};

/* Until malloc gives out that address again. NULL: it does not, as where an allocator of tests
 * keeps back what is freed. */
static void *allocate_at(uintptr_t address, size_t size)
{
	void *tried[TRIES], *found = NULL;
	unsigned count = 0;

	while (!found && count < TRIES) {
		void *block = malloc(size);

		if (block && (uintptr_t)block == address)
			found = block;
		else
			tried[count++] = block;
	}
	while (count)
		free(tried[--count]);
	return found;
}

static int listen_with(struct listener *listener, struct pair *pair)
{
	int error;

	if (!listener)
		return -ENOMEM;
	error = object_init(&listener->object, &listener_class, "user");
	if (error) {
		free(listener);
		return error;
	}
	listener->pair = pair;
	object_release(&listener->object, "user");
	return 0;
}

/* One listener, and then another that cannot be told from the first by its address. */
static int listen_twice(struct pair *pair)
{
	struct listener *listener = malloc(sizeof(*listener));
	uintptr_t address = (uintptr_t)listener;
	int error = listen_with(listener, pair);

	if (error)
		return error;
	listener = allocate_at(address, sizeof(*listener));
	if (listener)
		return listen_with(listener, pair);
	puts("an address that was freed is not given out again here");
	return listen_with(malloc(sizeof(*listener)), pair);
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)scene, (void)number;
	if (!error)
		error = listen_twice(&pair);
	pair_finish(&pair);
	return error;
}

const struct play play_control_address_reuse = {.session = session};
