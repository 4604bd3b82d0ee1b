/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <analyze/soak.h>
#include <base/suggest.h>
#include <errno.h>
#include <probes/probes.h>
#include <stdio.h>
#include <string.h>
#include <track/wire.h>

#include "option_types.h"
#include "road.h"

/* clang-format off */
#define OPTION_ROW(who_, name_, letter_, argument_, type_, member, help_) \
	{ .who = who_, .name = name_, .letter = letter_, .argument = argument_, \
	  .type = &option_##type_, .offset = offsetof(struct options, member), .help = help_ },

const struct option_row option_table[] = {
#define OPTION(who, name, letter, argument, type, member, fallback, help) \
	OPTION_ROW(who, name, letter, argument, type, member, help)
#define REPORT_FILTER(where, field_type, member, effect, name, argument, type, help) \
	OPTION_ROW(SET_##where, name, 0, argument, type, filter.member, help)
#include "options.def"
#undef REPORT_FILTER
#undef OPTION
	{ .name = NULL },
};

#define REPORT_FILTER(where, field_type, member, effect, name, argument, type, help) \
	_Static_assert(__builtin_types_compatible_p(field_type, option_##type##_value), name);
#include <report/filters.def>
#undef REPORT_FILTER

static const struct options defaults = {
#define OPTION(who, name, letter, argument, type, member_, fallback, help) .member_ = fallback,
#define REPORT_FILTER(...)
#include "options.def"
#undef REPORT_FILTER
#undef OPTION
};
/* clang-format on */

bool option_applies(const struct option_row *row, const struct command *command)
{
	return row->who & command->takes;
}

bool option_is_shown(const struct option_row *row, const struct command *command)
{
	return option_applies(row, command) && !(row->who & SET_HIDDEN);
}

const char *option_help(const struct option_row *row, char ret_text[OPTION_TEXT_SIZE])
{
	return row->help ? row->help : option_choices(row->type, ret_text, OPTION_TEXT_SIZE);
}

struct symbol_search options_search(const struct options *options)
{
	return (struct symbol_search){.sysroot = options->sysroot,
				      .debug_folders = options->debug_folders};
}

struct road_times options_times(const struct options *options)
{
	return (struct road_times){.grace_ns = options->grace_ns,
				   .hang_after_ns = options->hang_after_ns};
}

/* A cursor over the arguments, and where its complaint goes. */
struct parse {
	const struct command *command;
	struct options *options;
	char **next;
	char *error;
	size_t capacity;
};

static int unknown(struct parse *parse, const char *name, size_t length)
{
	struct suggestion best;
	char typed[64];

	snprintf(typed, sizeof(typed), "%.*s", (int)(length < 60 ? length : 60), name);
	best = suggestion_start(typed);
	for (const struct option_row *row = option_table; row->name; row++) {
		if (!option_applies(row, parse->command)) {
			if (strcmp(row->name, typed) == 0) {
				snprintf(parse->error, parse->capacity,
					 "--%s is no option of 'rtctrack %s'", typed,
					 parse->command->name);
				return -EINVAL;
			}
			continue;
		}
		if (option_is_shown(row, parse->command))
			suggestion_offer(&best, row->name);
	}
	if (best.name)
		snprintf(parse->error, parse->capacity,
			 "unknown option '--%s'; did you mean '--%s'?", typed, best.name);
	else
		snprintf(parse->error, parse->capacity, "unknown option '--%s'", typed);
	return -EINVAL;
}

static int take(struct parse *parse, const struct option_row *row, const char *value)
{
	void *member = (char *)parse->options + row->offset;
	char expects[OPTION_TEXT_SIZE];

	if (!row->argument && value) {
		snprintf(parse->error, parse->capacity, "--%s takes no value", row->name);
		return -EINVAL;
	}
	if (row->argument && !value)
		value = *parse->next ? *parse->next++ : NULL;
	if (row->argument && !value) {
		snprintf(parse->error, parse->capacity, "--%s needs a value: %s", row->name,
			 option_expects(row->type, expects, sizeof(expects)));
		return -EINVAL;
	}
	if (row->type->parse(row->type, value, member) < 0) {
		snprintf(parse->error, parse->capacity, "--%s: '%.200s' is not %s", row->name,
			 value, option_expects(row->type, expects, sizeof(expects)));
		return -EINVAL;
	}
	return 0;
}

static int take_long(struct parse *parse, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);

	for (const struct option_row *row = option_table; row->name; row++)
		if (option_applies(row, parse->command) && strlen(row->name) == length &&
		    strncmp(row->name, text, length) == 0)
			return take(parse, row, equals ? equals + 1 : NULL);
	return unknown(parse, text, length);
}

static const struct option_row *find_letter(const struct command *command, char letter)
{
	for (const struct option_row *row = option_table; row->name; row++)
		if (row->letter == letter && option_applies(row, command))
			return row;
	return NULL;
}

/* "-q", "-qo FILE", "-oFILE". */
static int take_letters(struct parse *parse, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_row *row = find_letter(parse->command, *letters);

		if (!row) {
			snprintf(parse->error, parse->capacity, "unknown option '-%c'", *letters);
			return -EINVAL;
		}
		if (row->argument)
			return take(parse, row, letters[1] ? letters + 1 : NULL);
		if (take(parse, row, NULL) < 0)
			return -EINVAL;
	}
	return 0;
}

static int parse_all(struct parse *parse)
{
	struct options *options = parse->options;
	bool only_operands = false;

	while (*parse->next) {
		char *word = *parse->next++;
		int r = 0;

		if (only_operands || word[0] != '-' || !word[1]) {
			options->operands[options->operand_count++] = word;
			only_operands |= parse->command->operands == OPERANDS_PROGRAM;
		} else if (strcmp(word, "--") == 0) {
			only_operands = true;
		} else if (word[1] == '-') {
			r = take_long(parse, word + 2);
		} else {
			r = take_letters(parse, word + 1);
		}
		if (r < 0)
			return r;
	}
	options->operands[options->operand_count] = NULL;
	return 0;
}

int options_parse(const struct command *command, char **argv, struct options *ret_options,
		  char *ret_error, size_t error_capacity)
{
	struct options options = defaults;
	struct parse parse = {
		.command = command,
		.options = &options,
		.next = argv,
		.error = ret_error,
		.capacity = error_capacity,
	};
	int r;

	options.command = command;
	options.operands = argv;
	r = parse_all(&parse);
	if (r < 0)
		return r;
	*ret_options = options;
	return 0;
}
