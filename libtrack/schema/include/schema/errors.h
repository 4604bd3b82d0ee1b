/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a file: all of it, each with its line. */
#ifndef SCHEMA_ERRORS_H
#define SCHEMA_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

struct schema_error {
	unsigned line; /* from 1; 0: the whole file */
	char *text;
};

/* Starts zeroed. */
struct schema_errors {
	struct schema_error
		*items; /* in the order of their lines once schema_errors_sort was called */
	size_t count;
	bool is_short; /* memory ran out, or there were more than anybody reads */
};

/* Control characters and what is no UTF-8 are made harmless: they come from the file. */
void schema_errors_add(struct schema_errors *errors, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void schema_errors_sort(struct schema_errors *errors);

/* Gives back what it holds; it is empty afterwards. */
void schema_errors_clear(struct schema_errors *errors);

#endif
