/* SPDX-License-Identifier: Apache-2.0 */
/* The libraries that a program is loaded with, as its own loader finds them. */
#ifndef CLI_DEPENDENCIES_H
#define CLI_DEPENDENCIES_H

#include <stddef.h>

struct dependency {
	char *soname;
	char *path; /* "" unknown */
};

struct dependencies {
	struct dependency *items;
	size_t count;
};

/*
 * Asks the loader to list them, which runs no code of the program. 0 or -errno: nothing is known.
 * To be given back with dependencies_free.
 */
int dependencies_list(const char *loader, const char *program, struct dependencies *ret_list);

/* The loader's words: a line "SONAME => PATH (ADDRESS)" for each. Others are passed over. */
int dependencies_parse(const char *text, struct dependencies *ret_list);

/* It is empty afterwards. */
void dependencies_free(struct dependencies *list);

#endif
