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

/* Bits: the sets of option_sets.def, and each command's own. */
typedef uint64_t option_set;
/* clang-format off */
enum {
#define OPTION_SET(id, text) SET_BIT_##id,
#include "option_sets.def"
#undef OPTION_SET
	SET__BITS
};
enum {
#define OPTION_SET(id, text) SET_##id = 1 << SET_BIT_##id,
#include "option_sets.def"
#undef OPTION_SET
};
/* clang-format on */
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

/*
 * The first word of several commands, alone or before what is none of them: "packs". ret_names:
 * these, "packs list, packs show"; "" if it is none.
 */
bool command_group(const char *word, char *ret_names, size_t capacity);

/* The name most like a mistyped one, NULL if none is near. */
const char *command_suggest(char *const *words);

#endif
