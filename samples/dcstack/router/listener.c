/* SPDX-License-Identifier: Apache-2.0 */
#include "listener.h"

#include <errno.h>
#include <stdlib.h>

typedef void (*closed_fn)(void *user);
typedef void (*paused_fn)(bool paused, void *user);

void listener_list_init(struct listener_list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void take_out(struct listener_list *list, struct listener *listener)
{
	*listener->place = listener->next;
	if (listener->next)
		listener->next->place = listener->place;
	else
		list->last = listener->place;
}

/* Nobody has to tell it any more. */
static void destroy(struct listener *listener)
{
	callback_reset(&listener->on_producer_closed);
	callback_reset(&listener->on_producer_paused);
	callback_finish(&listener->on_producer_closed);
	callback_finish(&listener->on_producer_paused);
	object_release_by(listener->owner, "listener",
			  track_callback(&listener->on_producer_closed));
	free(listener);
}

int listener_add(struct listener_list *list, struct object *owner, struct track_subject of,
		 const struct listener_events *events, void *user, struct listener **ret_listener)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return -ENOMEM;
	callback_init(&listener->on_producer_closed, "on_producer_closed", CALLBACK_ONE_SHOT, of);
	callback_init(&listener->on_producer_paused, "on_producer_paused", CALLBACK_PERSISTENT, of);
	callback_set(&listener->on_producer_closed, (callback_fn)events->closed, user);
	callback_set(&listener->on_producer_paused, (callback_fn)events->paused, user);
	object_retain_by(owner, "listener", track_callback(&listener->on_producer_closed));
	listener->owner = owner;
	listener->place = list->last;
	*list->last = listener;
	list->last = &listener->next;
	*ret_listener = listener;
	return 0;
}

void listener_remove(struct listener_list *list, struct listener *listener)
{
	if (!listener)
		return;
	take_out(list, listener);
	destroy(listener);
}

void listener_list_tell_paused(struct listener_list *list, bool paused)
{
	for (struct listener *listener = list->first; listener; listener = listener->next)
		callback_fire(&listener->on_producer_paused, paused_fn, paused);
}

static void tell_closed(struct listener *listener)
{
	callback_fn fn;
	void *user;

	if (!callback_begin(&listener->on_producer_closed, &fn, &user))
		return;
	((closed_fn)fn)(user);
	callback_end(&listener->on_producer_closed);
}

void listener_list_tell_closed(struct listener_list *list)
{
	struct listener *listener;

	while ((listener = list->first)) {
		list->first = listener->next;
		if (list->first)
			list->first->place = &list->first;
		else
			list->last = &list->first;
		tell_closed(listener);
		destroy(listener);
	}
}
