/* SPDX-License-Identifier: Apache-2.0 */
/* The options of all subcommands: one table made from options.def, one parser. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <report/report.h>
#include <symbol/symbolizer.h>

#include "command.h"
#include "option_types.h"
#include "road.h"

/* A member per row of options.def. Strings point into argv. */
struct options {
	const struct command *command;
	char **operands; /* NULL terminated */
	size_t operand_count;
	struct report_filter filter; /* the rows of filters.def */
/* clang-format off */
#define OPTION(who, name, letter, argument, type, member, fallback, help) \
	option_##type##_value member;
#define REPORT_FILTER(...)
#include "options.def"
#undef REPORT_FILTER
#undef OPTION
	/* clang-format on */
};

struct option_row {
	option_set who; /* see command.h */
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* NULL: a switch */
	const struct option_type *type;
	size_t offset;	  /* of the member in struct options */
	const char *help; /* NULL: the choices of its type */
};

/* The table's rows; ends with a row without a name. */
extern const struct option_row option_table[];

bool option_applies(const struct option_row *row, const struct command *command);
/* Help and manual tell of it. */
bool option_is_shown(const struct option_row *row, const struct command *command);
/* Its help; ret_text has OPTION_TEXT_SIZE, and may be used. */
const char *option_help(const struct option_row *row, char ret_text[OPTION_TEXT_SIZE]);

/*
 * Read what follows the subcommand's name (argv is NULL terminated; its
 * operands are moved to its front). 0, or -EINVAL with a sentence in ret_error.
 */
int options_parse(const struct command *command, char **argv, struct options *ret_options,
		  char *ret_error, size_t error_capacity);

/* Where files of modules are looked for. */
struct symbol_search options_search(const struct options *options);

/* By which a recording is judged. */
struct road_times options_times(const struct options *options);

#endif
