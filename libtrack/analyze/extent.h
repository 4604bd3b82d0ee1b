/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scopes whose calls a thread is inside of. What it makes there is taken for
 * the innermost one's: a hint. It ends where a callback of the user begins.
 */
#ifndef ANALYZE_EXTENT_H
#define ANALYZE_EXTENT_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thing;

/*
 * thing: a scope, or a callback, inside of which nothing is anybody's. adopts: NULL, or classes,
 * separated by commas: what of them is made meanwhile belongs to the scope; kept by the caller.
 * closing_ns: when it was called, if it is the scope's close; 0: another call.
 */
struct extent_step {
	struct thing *thing;
	const char *adopts;
	uint64_t closing_ns;
};
/* -ENOMEM. */
int extent_enter(struct u64map *extents, uint32_t tid, const struct extent_step *step);
/* The thread's calls, 0 is innermost. false: it is inside of no more. */
bool extent_step(const struct u64map *extents, uint32_t tid, size_t position,
		 struct extent_step *ret_step);
/* And out of all that it entered inside. Of one that was not entered: nothing. */
void extent_leave(struct u64map *extents, uint32_t tid, unsigned kind, uint64_t subject);
/* NULL: none. */
struct thing *extent_scope(const struct u64map *extents, uint32_t tid);
/* The same, if it adopts that class. */
struct thing *extent_adopter(const struct u64map *extents, uint32_t tid, const char *class_name);
/* When the oldest close began that did not return; 0: there is none. */
uint64_t extents_closing_ns(const struct u64map *extents);
/* The thread is over. */
void extent_forget(struct u64map *extents, uint32_t tid);
void extents_finish(struct u64map *extents);

#endif
