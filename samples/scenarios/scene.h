/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scenario's file has to do with: its play, and the scene that it is played on. Both forms
 * play the same; the buggy one has the row's fault from scene_strike on, or asks scene_is_buggy
 * where the bug is the program's own.
 */
#ifndef SCENE_H
#define SCENE_H

#include "effect.h"
#include "scenario.h"

#include <pair/pair.h>

enum form { FORM_FIXED, FORM_BUGGY };

struct scene {
	const struct scenario *scenario;
	enum form form;
	unsigned long sessions;
	void *own; /* the play's, from begin to end */
};

struct play {
	/* Before the first session, and before things are counted; NULL: nothing. -errno. */
	int (*begin)(struct scene *scene);
	/* From 0. Messages flow before it strikes. -errno: the session did not work, which is not
	 * the bug. */
	int (*session)(struct scene *scene, unsigned long number);
	/* After things were counted again, even if begin failed; NULL: nothing. */
	void (*end)(struct scene *scene);
	/* The play starts and cleans up the library by itself; what is counted before counts
	 * without it. */
	bool has_own_library;
	unsigned executors; /* of the library that is started for it; 0: as usual */
};

bool scene_is_buggy(const struct scene *scene);
/* From here on the stack has the row's fault, if the form is the buggy one; and does not have it
 * any more. */
void scene_strike(const struct scene *scene);
void scene_calm(const struct scene *scene);

/* All of it: plays, waits until the grace time is over, judges. 0: the form did what it should; 1:
 * it did not, and standard output says why. */
int scene_run(const struct scenario *scenario, enum form form, unsigned long sessions,
	      unsigned long grace_ms);

#endif
