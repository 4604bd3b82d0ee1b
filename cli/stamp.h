/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a recording has changed, by its files' dates and sizes: cheap. */
#ifndef CLI_STAMP_H
#define CLI_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "sources.h"

struct stamp {
	uint64_t hash; /* of what the file system says */
	bool in_use;   /* somebody writes to it */
	bool gone;     /* nothing is there, or nothing that may be read */
};

/* Of a file that is not there, too. */
struct stamp stamp_take(const struct source *source);

/*
 * It may be another one since before. Spools are written through memory: while they are in use, and
 * once more, they may be, whatever their dates.
 */
bool stamp_is_past(const struct source *source, const struct stamp *before,
		   const struct stamp *now);

#endif
