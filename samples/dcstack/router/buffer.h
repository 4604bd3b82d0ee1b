/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a producer has taken in: parcels from the one that came first, of which some may have been
 * handed over. Any thread, but for who hands over: he is one.
 */
#ifndef ROUTER_BUFFER_H
#define ROUTER_BUFFER_H

#include "parcel.h"

#include <pthread.h>
#include <stdbool.h>

struct buffer {
	pthread_mutex_t lock;
	struct parcel *first, **last;
	struct parcel *next; /* to be handed over; those before it were */
	bool attended;	     /* somebody hands over, or is on his way to */
};

void buffer_init(struct buffer *buffer);
void buffer_finish(struct buffer *buffer); /* releases what is left */

/* Takes a reference that holder "buffer" has. true: nobody is there to hand it over, so the caller
 * has to see to it. */
bool buffer_put(struct buffer *buffer, struct parcel *parcel);

/* The next to be handed over, or NULL; it stays in the buffer until a reset. */
const struct parcel *buffer_next(struct buffer *buffer);
/* Releases what was handed over. */
void buffer_reset(struct buffer *buffer);
/* No more is handed over now; true: there is something to be handed over, go on. */
bool buffer_has_more(struct buffer *buffer);

#endif
