/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include "association.h"
#include <errno.h>
#include <run/timer.h>
#include <stdlib.h>

/* A socket that was closed is gone after some ticks of the clock. */
enum { REST_MS = 1000 };

struct place {
	struct place *next; /* among those that rest, the longest first */
	uintptr_t address;
	uint64_t given_ns;
};

static struct {
	struct place *first, **last;
	uintptr_t count;
} places = {.last = &places.first};

static int place_create(struct place **ret_place)
{
	struct place *place = calloc(1, sizeof *place);

	if (!place)
		return -ENOMEM;
	place->address = ++places.count;
	usrsctp_register_address((void *)place->address);
	*ret_place = place;
	return 0;
}

int place_take(struct place **ret_place)
{
	struct place *place = places.first;

	if (!place || executor_clock_ns() - place->given_ns < TIMER_MS(REST_MS))
		return place_create(ret_place);
	places.first = place->next;
	if (!places.first)
		places.last = &places.first;
	*ret_place = place;
	return 0;
}

void place_give(struct place *place)
{
	place->next = NULL;
	place->given_ns = executor_clock_ns();
	*places.last = place;
	places.last = &place->next;
}

uintptr_t place_address(const struct place *place)
{
	return place->address;
}

void place_forget_all(void)
{
	struct place *next;

	for (struct place *place = places.first; place; place = next) {
		next = place->next;
		free(place);
	}
	places.first = NULL;
	places.last = &places.first;
	places.count = 0;
}
