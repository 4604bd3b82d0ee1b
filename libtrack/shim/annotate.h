/* SPDX-License-Identifier: Apache-2.0 */
/* What track/track.h finds with dlsym: the annotations of a program become records. */
#ifndef SHIM_ANNOTATE_H
#define SHIM_ANNOTATE_H

#include <stdint.h>

/*
 * what: op, kind of subject << 8, kind of other << 16. text: NULL, or a literal,
 * but of a name. The function that calls this is left out of stacks. What a newer header says and
 * this shim does not know is ignored.
 */
void track_shim_annotate(uint64_t what, uint64_t subject, uint64_t arg, uint64_t other,
			 const char *text);

struct writer;

/* The thread ends: its calls that were left out are told. */
void annotate_rest(struct writer *writer);

#endif
