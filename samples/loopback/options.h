/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of dc-loopback. */
#ifndef LOOPBACK_OPTIONS_H
#define LOOPBACK_OPTIONS_H

#include <arguments/arguments.h>
#include <stdbool.h>

struct options {
	unsigned long sessions, messages, seconds, size, parallel, account, fault_in;
	const char *bind;
	bool tcp, unordered, trickle;
	struct argument_list faults;
	bool leak, list_faults, marks, help;
};

/* Strings are borrowed from argv. -EINVAL: ret_what says why, in a sentence. */
int options_parse(int argc, char **argv, struct options *ret_options,
		  char ret_what[ARGUMENTS_WHAT_SIZE]);
void options_print(void);

#endif
