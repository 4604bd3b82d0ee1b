/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: * stands for anything, also for nothing; nothing else is special in between. */
#ifndef POLICY_PATTERN_H
#define POLICY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct pattern {
	const char *text; /* the maker's */
	size_t length;
	bool from_start, to_end;
};

/* Fits whole texts. */
struct pattern pattern_whole(const char *text);

/*
 * As LeakSanitizer's: fits where it is found in a text; ^ at its beginning is the text's, $ at its
 * end the text's end. A $ in between is one of the text (Clang's names of lambdas have it).
 */
struct pattern pattern_part(const char *text, size_t length);

/* NULL and "" fit nothing, but for a pattern of * alone, which fits both. */
bool pattern_fits(const struct pattern *pattern, const char *text);

/* The same of a path, or of its last part. */
bool pattern_fits_path(const struct pattern *pattern, const char *path);

/* Nothing but *. */
bool pattern_is_anything(const struct pattern *pattern);

#endif
