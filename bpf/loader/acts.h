/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call of a pack's function says, as records. What is said when, and in which order, is as
 * the pack's wrappers have it (libtrack/pack/generate_act.c).
 */
#ifndef PROBES_ACTS_H
#define PROBES_ACTS_H

#include "rows.h"
#include "telling.h"
#include "told.h"

/*
 * Are the calls of a registered function seen, if it was registered at that time? Then it is told
 * that it is. how: struct row_act's registered.
 */
typedef bool acts_follow_fn(void *context, int how, uint64_t function, uint64_t time_ns);

struct acts_scene {
	struct telling telling;
	struct told *told;
	bool is_inner;	   /* the library calls itself */
	uint64_t entry_ns; /* when the function was entered */
	acts_follow_fn *follow;
	void *follow_context;
};

/* When it begins. */
void acts_enter(struct acts_scene *scene, const struct row *row, const struct row_hit *hit);

/* When it has returned. */
void acts_return(struct acts_scene *scene, const struct row *row, const struct row_hit *hit);

#endif
