/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <arguments/arguments.h>
#include <stdbool.h>

struct options {
	const char *name; /* of the scenario; NULL: none was given */
	const char *form;
	unsigned long sessions, grace_ms;
	bool list, markdown, help;
};

/* -EINVAL: what says why. */
int options_parse(int argc, char **argv, struct options *ret_options,
		  char ret_what[ARGUMENTS_WHAT_SIZE]);
void options_print(void);

#endif
