/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines of the sample programs: a table becomes the parser and the help. */
#ifndef ARGUMENTS_ARGUMENTS_H
#define ARGUMENTS_ARGUMENTS_H

#include <stddef.h>

enum argument_kind {
	ARGUMENT_FLAG,	  /* bool */
	ARGUMENT_TEXT,	  /* const char *, borrowed from argv */
	ARGUMENT_NUMBER,  /* unsigned long */
	ARGUMENT_SECONDS, /* unsigned long, milliseconds, as are min and max; given as "1.5" */
	ARGUMENT_LIST,	  /* struct argument_list: a text each time that the option is given */
};

enum { ARGUMENT_LIST_MAX = 16 };

struct argument_list {
	unsigned count;
	const char *texts[ARGUMENT_LIST_MAX]; /* borrowed from argv */
};

struct argument {
	const char *name, *value; /* "--port", "P"; value NULL: a flag */
	enum argument_kind kind;
	size_t offset; /* of its field in the program's structure of options */
	unsigned long min, max;
	const char *help;
};

enum { ARGUMENTS_WHAT_SIZE = 160 };

/* Sets fields of options, which has the defaults. -EINVAL: what says why, in a sentence; some
 * fields are set then. */
int arguments_parse(const struct argument *table, size_t count, int argc, char **argv,
		    void *options, char ret_what[ARGUMENTS_WHAT_SIZE]);
void arguments_print(const struct argument *table, size_t count);

#endif
