/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who listens to a producer: a consumer, which each listener holds (holder "listener") as long as
 * it is in the producer's list. On the producer's strand only.
 */
#ifndef ROUTER_LISTENER_H
#define ROUTER_LISTENER_H

#include <run/callback.h>
#include <run/object.h>

struct listener {
	struct object *owner;
	struct callback on_producer_closed; /* one-shot */
	struct callback on_producer_paused;
	struct listener *next, **place; /* in the list; that which points to it */
};

struct listener_list {
	struct listener *first, **last;
};

struct listener_events {
	void (*closed)(void *user);
	void (*paused)(bool paused, void *user);
};

void listener_list_init(struct listener_list *list);

/* -ENOMEM. */
int listener_add(struct listener_list *list, struct object *owner,
		 const struct listener_events *events, void *user, struct listener **ret_listener);
/* Frees it; NULL: nothing. */
void listener_remove(struct listener_list *list, struct listener *listener);

void listener_list_tell_paused(struct listener_list *list, bool paused);
/* Removes each, then calls it; it is freed after that. */
void listener_list_tell_closed(struct listener_list *list);

#endif
