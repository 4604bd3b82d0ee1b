/* SPDX-License-Identifier: Apache-2.0 */
/* Does what a pack's file says make sense? */
#ifndef PACK_CHECK_H
#define PACK_CHECK_H

#include <pack/pack.h>
#include <schema/errors.h>

/*
 * Adds whatever is wrong to errors, and finds the classes that acts name. name: what the pack is to
 * be called, NULL: anything.
 */
void check_pack(struct pack *pack, const char *name, struct schema_errors *errors);

/* Of check_act.c: one act of a function. */
void check_act(const struct pack *pack, const struct pack_function *function, struct pack_act *act,
	       struct schema_errors *errors);

/* Where a place is said, which decides what it may use. */
struct check_scene {
	const char *where; /* "a function of 2 arguments" */
	unsigned args;	   /* how many arguments there are */
	bool has_ret, has_callback;
};

void check_place(const struct pack_place *place, const struct check_scene *scene,
		 struct schema_errors *errors);

#endif
