/* SPDX-License-Identifier: Apache-2.0 */
#include <run/object.h>

#include "inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

TRACK_PLUMBING_FILE;

static struct registry {
	pthread_mutex_t lock; /* also of every object's references */
	struct object *first;
	unsigned count;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Noreturn void defect(const struct object *object, const char *holder, const char *what)
{
	fprintf(stderr, "dcstack: %s: %s by holder \"%s\"\n", object->class->name, what, holder);
	abort();
}

/* NULL: holds nothing. */
static struct object_holder *find_holder(struct object *object, const char *holder)
{
	for (size_t i = 0; i < OBJECT_HOLDERS; i++) {
		struct object_holder *at = &object->holders[i];

		if (at->refs && (at->name == holder || !strcmp(at->name, holder)))
			return at;
	}
	return NULL;
}

static struct object_holder *free_holder(struct object *object)
{
	for (size_t i = 0; i < OBJECT_HOLDERS; i++) {
		if (!object->holders[i].refs)
			return &object->holders[i];
	}
	return NULL;
}

static void retain(struct object *object, const char *holder, struct track_subject by)
{
	struct object_holder *at = find_holder(object, holder);

	track_retain(object, holder, by);
	if (!at)
		at = free_holder(object);
	if (!at)
		defect(object, holder, "one holder too many: retained");
	at->name = holder;
	at->refs++;
	object->refs++;
}

int object_init(struct object *object, const struct object_class *class, const char *holder)
{
	int error = token_take();

	if (error)
		return error;
	*object = (struct object){.class = class};
	pthread_mutex_lock(&registry.lock);
	track_object_create(object, class->name);
	library_keep(track_object(object));
	retain(object, holder, track_nobody());
	object->next = registry.first;
	if (object->next)
		object->next->previous = object;
	registry.first = object;
	registry.count++;
	pthread_mutex_unlock(&registry.lock);
	return 0;
}

void object_retain(struct object *object, const char *holder)
{
	object_retain_by(object, holder, track_nobody());
}

void object_retain_by(struct object *object, const char *holder, struct track_subject by)
{
	pthread_mutex_lock(&registry.lock);
	retain(object, holder, by);
	pthread_mutex_unlock(&registry.lock);
}

static void unregister(struct object *object)
{
	if (object->previous)
		object->previous->next = object->next;
	else
		registry.first = object->next;
	if (object->next)
		object->next->previous = object->previous;
	registry.count--;
}

void object_release(struct object *object, const char *holder)
{
	object_release_by(object, holder, track_nobody());
}

void object_release_by(struct object *object, const char *holder, struct track_subject by)
{
	struct object_holder *at;
	bool last;

	pthread_mutex_lock(&registry.lock);
	at = find_holder(object, holder);
	if (!at)
		defect(object, holder, "a reference that is not held was released");
	track_release(object, holder, by);
	at->refs--;
	last = !--object->refs;
	if (last)
		unregister(object);
	pthread_mutex_unlock(&registry.lock);
	if (!last)
		return;
	library_unkeep(track_object(object));
	track_object_destroy(object);
	object->class->destroy(object);
	token_drop();
}

unsigned object_refs(const struct object *object)
{
	unsigned refs;

	pthread_mutex_lock(&registry.lock);
	refs = object->refs;
	pthread_mutex_unlock(&registry.lock);
	return refs;
}

unsigned object_count(void)
{
	unsigned count;

	pthread_mutex_lock(&registry.lock);
	count = registry.count;
	pthread_mutex_unlock(&registry.lock);
	return count;
}

void object_visit(void (*visit)(const struct object *object, void *user), void *user)
{
	pthread_mutex_lock(&registry.lock);
	for (const struct object *object = registry.first; object; object = object->next)
		visit(object, user);
	pthread_mutex_unlock(&registry.lock);
}
