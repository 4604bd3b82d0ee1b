/* SPDX-License-Identifier: Apache-2.0 */
/* The ring between the kernel's programs and us: read in the order in which places were taken. */
#ifndef PROBES_RING_H
#define PROBES_RING_H

#include "probe_event.h"

#include <stddef.h>

struct ring;
struct engine;

/* The event is gone when this returns. Not 0: stop after it. */
typedef int ring_handler(void *context, const struct probe_head *event);

/* map_fd stays the caller's. */
int ring_create(int map_fd, struct ring **ret_ring);
void ring_destroy(struct ring *ring);

/*
 * Hands on what is there, up to what is there when it begins. 0, or what stopped it.
 * ret_settled_ns: nothing older comes any more. It stays as it was while a program is still in the
 * middle of its record.
 */
int ring_drain(struct ring *ring, ring_handler *handler, void *context, uint64_t *ret_settled_ns);

/* As ring_drain, of the engine's own. */
int engine_drain(struct engine *engine, ring_handler *handler, void *context,
		 uint64_t *ret_settled_ns);

/* Readable when an urgent event is there, or much. For poll and epoll; -1 never. */
int engine_fd(const struct engine *engine);

#endif
