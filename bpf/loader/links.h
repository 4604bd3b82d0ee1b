/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of files, probed in whatever process runs them; only the followed ones are told of. */
#ifndef PROBES_LINKS_H
#define PROBES_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;
struct link;

enum link_program {
	LINK_ENTER,  /* at a function's first instruction: PROBE_ENTER, and keeps for the return */
	LINK_RETURN, /* at each of its `ret`, and of those that it jumps to: PROBE_RETURN */
	LINK_ANNOTATION, /* at the nop of a probe of track.h: PROBE_ANNOTATION */
	LINK__COUNT
};

/*
 * offsets: in the file. cookies: row numbers; NULL: all 0. All or nothing: -errno, and nothing is
 * attached. ret_link belongs to the caller and lives not longer than the engine.
 */
int link_functions(struct engine *engine, enum link_program program, const char *path,
		   const uint64_t *offsets, const uint64_t *cookies, size_t count,
		   struct link **ret_link);

/* NULL is taken. Of many at once it takes about as long as of one. */
void link_destroy(struct link *link);
void links_destroy(struct link *const *links, size_t count);

/* Does one link hold many functions here? Else each costs a while to detach. */
bool links_are_cheap(const struct engine *engine);

#endif
