/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a connection and its channels tell their user: events, delivered one at a time and in order
 * on a strand of the pool. The executor collects those of a round and hands them over at once.
 */
#ifndef PEER_EVENTS_H
#define PEER_EVENTS_H

#include <run/object.h>
#include <run/pool.h>

struct event {
	struct event *next;
	void (*deliver)(struct event *event); /* may free it */
};

struct event_queue {
	struct event *first, **last;
};

struct events {
	struct object *owner; /* retained (holder "event") while events wait */
	struct strand strand;
	struct job job;
	pthread_mutex_t lock;
	struct event_queue waiting;
	bool scheduled;		  /* job is on its way or runs */
	struct event_queue round; /* on the executor only: not handed over yet */
};

void events_init(struct events *events, struct pool *pool, struct object *owner);
void events_finish(struct events *events); /* none waits */

/* On the executor. The owner outlives what is collected, which needs a flush. */
void events_collect(struct events *events, struct event *event);
void events_flush(struct events *events);
/* Any thread: at once, before what is only collected. The caller holds the owner. */
void events_push(struct events *events, struct event *event);

#endif
