/* SPDX-License-Identifier: Apache-2.0 */
/* What environment.def says, as an array for help and manual. */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include <stddef.h>

enum environment_reader { ENVIRONMENT_SHIM, ENVIRONMENT_COMMAND, ENVIRONMENT_BOTH };

struct environment_row {
	enum environment_reader reader;
	const char *name;
	const char *fallback; /* "" none */
	const char *text;
};

/* Ends with a row without a name. */
extern const struct environment_row environment_table[];

/* The text of a row, and its default. Returns ret_text. */
const char *environment_text(const struct environment_row *row, char *ret_text, size_t capacity);

#endif
