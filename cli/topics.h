/* SPDX-License-Identifier: Apache-2.0 */
/* What topics.def says, as arrays for help and manual. */
#ifndef CLI_TOPICS_H
#define CLI_TOPICS_H

#include <stdbool.h>

struct topic_row {
	bool example; /* a line of it; else a paragraph */
	const char *text;
};

struct topic {
	const char *name, *heading, *about;
	const struct topic_row *rows; /* ends with a row without text */
	bool has_environment;	      /* and the variables after it */
};

/* Ends with one without a name. */
extern const struct topic topic_table[];

/* NULL: there is none of that name. */
const struct topic *topic_find(const char *name);

#endif
