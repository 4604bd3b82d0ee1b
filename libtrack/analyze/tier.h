/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good a culprit a frame of a stack is, by the tables of runtime.def and by what the trace
 * itself says. A frame of a perf map that names a source file is a script's: in its stack the
 * program that made the map is a runtime, whatever it is called.
 */
#ifndef ANALYZE_TIER_H
#define ANALYZE_TIER_H

#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

#include "culprit.h"

/* Names, and how many first frames of it make a fingerprint where no better tier is there. */
/* clang-format off */
#define TIERS(X) \
	X(NONE, 0)           /* not known */ \
	X(BASE, 1)           /* every program has it */ \
	X(RUNTIME, 1)        /* a language's, or a packed library */ \
	X(RUNTIME_SCRIPT, 8) /* a language's own scripts: they tell at least what was asked of it */ \
	X(INSTALLED, 8)      /* scripts of others, and what belongs to them */ \
	X(PLUMBING, 1)       /* the program's, but by its own word not to blame */ \
	X(PROJECT, 8)
/* clang-format on */

/* The higher, the better a culprit. */
enum tier {
#define TIER(id, frames) TIER_##id,
	TIERS(TIER)
#undef TIER
		TIER__COUNT
};

/* Of the row at hand of culprits->frames, which is in the module path. -ENOMEM. */
int tier_of_frame(struct culprits *culprits, const char *path, enum tier *ret_tier);
/* So many frames of it make a fingerprint. */
unsigned tier_frames(enum tier tier);

/* Whether one of the patterns, which end with NULL, is about the text; NULL is no text. */
static inline bool matches(char *const *patterns, const char *text)
{
	for (; text != NULL && patterns != NULL && *patterns != NULL; patterns++)
		if (fnmatch(*patterns, text, 0) == 0)
			return true;
	return false;
}

static inline const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

#endif
