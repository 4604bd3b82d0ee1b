/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands, as one table made from commands.def. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct options;

/* clang-format off */
enum command_id {
#define COMMAND(id, name, operands, synopsis, summary, description) COMMAND_##id,
#include "commands.def"
#undef COMMAND
	COMMAND__COUNT
};

/* A subcommand's function returns the exit code. */
#define COMMAND(id, name, operands, synopsis, summary, description) \
	int cmd_##name(const struct options *options);
#include "commands.def"
#undef COMMAND

enum exit_code {
#define EXIT_ROW(id, number, written, text) EXIT_##id = number,
#include "exits.def"
#undef EXIT_ROW
};
/* clang-format on */

struct command {
	enum command_id id;
	const char *name;
	const char *synopsis;
	const char *summary;
	const char *description;
	int (*run)(const struct options *options);
	bool tail; /* the first operand ends the options */
};

extern const struct command command_table[COMMAND__COUNT];

/* NULL if there is none of that name. */
const struct command *command_find(const char *name);

/* The name most like a mistyped one, NULL if none is near. */
const char *command_suggest(const char *name);

#endif
