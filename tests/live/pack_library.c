/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_library.h"

#include <stdatomic.h>
#include <stdlib.h>

#ifndef COPY
#define COPY 1
#endif

#define CALLS 8

struct packed {
	atomic_int count;
};

static atomic_int alive;
static struct {
	packed_simple *call;
	void *data;
} calls[CALLS];

int packed_copy(void)
{
	return COPY;
}

struct packed *packed_new(void)
{
	struct packed *thing = calloc(1, sizeof(*thing));

	if (!thing)
		abort();
	thing->count = 1;
	alive++;
	return thing;
}

void packed_ref(struct packed *thing)
{
	thing->count++;
}

void packed_unref(struct packed *thing)
{
	if (atomic_fetch_sub(&thing->count, 1) != 1)
		return;
	alive--;
	free(thing);
}

int packed_alive(void)
{
	return alive;
}

void packed_on(packed_simple *call, void *data)
{
	for (int i = 0; i < CALLS; i++) {
		if (calls[i].call)
			continue;
		calls[i].call = call;
		calls[i].data = data;
		return;
	}
}

int packed_off(packed_simple *call, void *data)
{
	for (int i = 0; i < CALLS; i++) {
		if (calls[i].call != call || calls[i].data != data)
			continue;
		calls[i].call = NULL;
		return 1;
	}
	return 0;
}

void packed_run(void)
{
	for (int i = 0; i < CALLS; i++)
		if (calls[i].call)
			calls[i].call(calls[i].data);
}

double packed_far(packed_wide *call, long number)
{
	struct packed_pair pair = {{number, number + 1, number + 2, number + 3, number + 4}};

	return call(1, 2.5, "three", 4, 5, 6.25f, 7, 8, pair, number);
}

void packed_send(void *scope)
{
	(void)scope;
}

void packed_shake(void *thing, void *scope)
{
	(void)thing;
	packed_send(scope);
}
