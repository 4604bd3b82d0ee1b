/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference-counted objects. Every reference belongs to a named holder ("checklist", "user"), so
 * that what is still alive can be asked who keeps it. An object keeps the library running: it
 * takes a token at its birth and gives it back after its destruction.
 */
#ifndef RUN_OBJECT_H
#define RUN_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <track/track.h>

struct object;

struct object_class {
	const char *name;
	void (*destroy)(struct object *object); /* frees the memory too; any thread */
};

enum { OBJECT_HOLDERS = 12 };

/* Embedded as the first member of what is counted. All fields belong to object.c. */
struct object {
	const struct object_class *class;
	unsigned refs;
	struct object_holder {
		const char *name;
		unsigned refs;
	} holders[OBJECT_HOLDERS];
	struct object *next, *previous;
};

/* One reference, held by holder (a string that lives for ever). Starts the library if it does not
 * run, and fails as library_start does. */
int object_init(struct object *object, const struct object_class *class, const char *holder);

/* Any thread. A release by a holder that holds nothing, and more than OBJECT_HOLDERS different
 * holders, are defects of the caller: the program is aborted. */
void object_retain(struct object *object, const char *holder);
void object_release(struct object *object, const char *holder);
/* The same, telling who watches which thing of the holder's has it. */
void object_retain_by(struct object *object, const char *holder, struct track_subject by);
void object_release_by(struct object *object, const char *holder, struct track_subject by);

unsigned object_refs(const struct object *object);

/* All objects alive, under the registry's lock: visit must not retain, release or create. */
void object_visit(void (*visit)(const struct object *object, void *user), void *user);

#endif
