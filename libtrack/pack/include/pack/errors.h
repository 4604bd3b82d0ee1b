/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a pack: all of it, each with its line. */
#ifndef PACK_ERRORS_H
#define PACK_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

struct pack_error {
	unsigned line; /* from 1; 0: the whole file */
	char *text;
};

/* Starts zeroed. */
struct pack_errors {
	struct pack_error *items; /* in the order of their lines once pack_errors_sort was called */
	size_t count;
	bool is_short; /* memory ran out, or there were more than anybody reads */
};

/* Control characters and what is no UTF-8 are made harmless: they come from the file. */
void pack_errors_add(struct pack_errors *errors, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void pack_errors_sort(struct pack_errors *errors);

/* Gives back what it holds; it is empty afterwards. */
void pack_errors_clear(struct pack_errors *errors);

#endif
