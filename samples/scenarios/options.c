/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { GRACE_MAX_MS = 3600000 };

#define AT(field) offsetof(struct options, field)
/* clang-format off */
static const struct argument table[] = {
	{"--form", "FORM", ARGUMENT_TEXT, AT(form), 0, 0, "buggy or fixed (default fixed)"},
	{"--sessions", "N", ARGUMENT_NUMBER, AT(sessions), 1, INT_MAX, "one after the other (default 3)"},
	{"--grace", "S", ARGUMENT_SECONDS, AT(grace_ms), 0, GRACE_MAX_MS, "live on as long after the last, and a little longer (default 1)"},
	{"--list", NULL, ARGUMENT_FLAG, AT(list), 0, 0, "the table: name, layer, rule, kind, culprit, effect, what, upstream"},
	{"--markdown", NULL, ARGUMENT_FLAG, AT(markdown), 0, 0, "the table in Markdown"},
	{"--help", NULL, ARGUMENT_FLAG, AT(help), 0, 0, "print this"},
};
/* clang-format on */

enum { COUNT = sizeof(table) / sizeof(*table) };

static bool takes_value(const char *option)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (!strcmp(table[i].name, option))
			return table[i].value;
	}
	return false;
}

/* The name is the only argument without dashes: it is taken out. NULL: there is none. */
static const char *take_name(int *argc, char **argv)
{
	const char *name = NULL;

	for (int i = 1; i < *argc; i++) {
		if (argv[i][0] == '-') {
			i += takes_value(argv[i]);
			continue;
		}
		name = argv[i];
		memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i) * sizeof(*argv));
		--*argc;
		break;
	}
	return name;
}

int options_parse(int argc, char **argv, struct options *ret_options,
		  char ret_what[ARGUMENTS_WHAT_SIZE])
{
	struct options options = {.sessions = 3, .grace_ms = 1000};
	int error;

	options.name = take_name(&argc, argv);
	error = arguments_parse(table, COUNT, argc, argv, &options, ret_what);
	if (!error)
		*ret_options = options;
	return error;
}

void options_print(void)
{
	puts("usage: dc-scenario NAME [--form buggy|fixed] [OPTION...]\n\n"
	     "Plays a lifetime bug of WebRTC stacks: sessions in which peers connect and talk,\n"
	     "before it strikes. The fixed form takes the same path without the line that is\n"
	     "wrong. At the end it counts what it has left, and says whether that is as the form\n"
	     "should have it. A hang waits for a signal, a crash dies.\n\n"
	     "Exit 0: the form did what it should; 1: it did not; 2: a wrong option.\n");
	arguments_print(table, COUNT);
}
