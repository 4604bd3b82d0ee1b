/* SPDX-License-Identifier: Apache-2.0 */
/* How many of which there are, in a sentence: "2 UDP sockets, 1 thread". */
#ifndef ANALYZE_TALLY_H
#define ANALYZE_TALLY_H

#include "survivors.h"

enum { TALLY_MAX = 8, TALLY_TEXT_BYTES = 320 };

/* Zeroed is empty. Refers to the survivors. */
struct tally {
	struct {
		const struct survivor *like;
		uint64_t count;
	} rows[TALLY_MAX];
	size_t row_count;
	uint64_t others;
};

void tally_add(struct tally *tally, const struct survivor *survivor);
/* Descriptors and threads first; "" if there is nothing. */
void tally_write(const struct tally *tally, char *ret_text);

#endif
