/* SPDX-License-Identifier: Apache-2.0 */
/* A sentence that grows piece by piece in the caller's bytes, and is cut where these end. */
#ifndef BASE_SENTENCE_H
#define BASE_SENTENCE_H

#include <stddef.h>

struct sentence {
	char *text; /* always terminated */
	size_t capacity, used;
};

/* Empty. capacity: at least 1. */
struct sentence sentence_start(char *text, size_t capacity);
void sentence_add(struct sentence *sentence, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
