/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands, as one table made from commands.def. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options;

/* clang-format off */
enum command_id {
#define COMMAND(id, ...) COMMAND_##id,
#include "commands.def"
#undef COMMAND
	COMMAND__COUNT
};

/* A subcommand's function returns the exit code. */
#define COMMAND(id, function, ...) int cmd_##function(const struct options *options);
#include "commands.def"
#undef COMMAND

enum exit_code {
#define EXIT_ROW(id, number, written, text) EXIT_##id = number,
#include "exits.def"
#undef EXIT_ROW
};
/* clang-format on */

/*
 * What commands have in common, and with it their options: a command's row names the sets that it
 * takes, an option's those that it is in. Bits of an option_set.
 */
typedef uint64_t option_set;
enum {
	SET_EVERY = 1 << 0,	/* all commands are in it */
	SET_RECORD = 1 << 1,	/* starts a recording */
	SET_SPOOL = 1 << 2,	/* looks into the folder of spools */
	SET_JUDGE = 1 << 3,	/* judges a recording */
	SET_GATE = 1 << 4,	/* says whether findings fail it */
	SET_SHOW = 1 << 5,	/* shows findings */
	SET_SHOW_KEPT = 1 << 6, /* shows those of what was recorded before */
	SET_WRITE = 1 << 7,	/* writes a report, in one of its formats */
	SET_HIDDEN = 1 << 8,	/* of an option: help and manual do not tell of it */
	SET__BITS = 9
};
/* Of one command alone. */
#define ONLY(id) ((option_set)1 << (SET__BITS + COMMAND_##id))

enum command_operands {
	OPERANDS_WORDS,	   /* anything */
	OPERANDS_FILES,	   /* traces, spools, folders */
	OPERANDS_COMMANDS, /* our own */
	OPERANDS_PROGRAM,  /* a program and its arguments: the first one ends the options */
};

struct command {
	enum command_id id;
	const char *name; /* its words separated by a space */
	enum command_operands operands;
	option_set takes;
	const char *synopsis;
	const char *summary;
	const char *description;
	int (*run)(const struct options *options);
};

extern const struct command command_table[COMMAND__COUNT];

/*
 * How many of the words (NULL terminated) are a name: as many as it has, or 0. Each of the words
 * of a name is one.
 */
size_t command_match(const char *name, char *const *words);

/* NULL if there is none of that name; else ret_words: of how many words it is. */
const struct command *command_find(char *const *words, size_t *ret_words);

/* The name most like a mistyped one, NULL if none is near. */
const char *command_suggest(char *const *words);

#endif
