/* SPDX-License-Identifier: Apache-2.0 */
/* What environment.def and preload.def say, as arrays for help and manual. */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#define PRELOAD_TOPIC "preload" /* `rtctrack help preload` prints both */

enum environment_reader { ENVIRONMENT_SHIM, ENVIRONMENT_COMMAND, ENVIRONMENT_BOTH };

struct environment_row {
	enum environment_reader reader;
	const char *name;
	const char *fallback; /* "" none */
	const char *text;
};

struct preload_row {
	bool example; /* a line of it; else a paragraph */
	const char *text;
};

/* Both end with a row without a name or text. */
extern const struct environment_row environment_table[];
extern const struct preload_row preload_table[];

/* The text of a row, and its default. Returns ret_text. */
const char *environment_text(const struct environment_row *row, char *ret_text, size_t capacity);

#endif
