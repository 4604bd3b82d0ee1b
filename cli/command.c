/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <base/suggest.h>
#include <stdio.h>
#include <string.h>

_Static_assert(SET__BITS + COMMAND__COUNT <= 64, "an option_set has a bit for each");

/* clang-format off */
const struct command command_table[COMMAND__COUNT] = {
#define COMMAND(id_, function, name_, operands_, takes_, synopsis_, summary_, description_) \
	[COMMAND_##id_] = { \
		.id = COMMAND_##id_, .name = name_, .operands = OPERANDS_##operands_, \
		.takes = SET_EVERY | ONLY(id_) | (takes_), .synopsis = synopsis_, \
		.summary = summary_, .description = description_, .run = cmd_##function, \
	},
#include "commands.def"
#undef COMMAND
};
/* clang-format on */

size_t command_match(const char *name, char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		size_t length = strcspn(name, " ");

		if (strlen(words[i]) != length || strncmp(words[i], name, length) != 0)
			return 0;
		if (!name[length])
			return i + 1;
		name += length + 1;
	}
	return 0;
}

const struct command *command_find(char *const *words, size_t *ret_words)
{
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		size_t count = command_match(command_table[i].name, words);

		if (!count)
			continue;
		*ret_words = count;
		return &command_table[i];
	}
	return NULL;
}

bool command_group(const char *word, char *ret_names, size_t capacity)
{
	size_t length = strlen(word), used = 0;

	ret_names[0] = '\0';
	for (size_t i = 0; length && i < COMMAND__COUNT && used < capacity; i++) {
		const char *name = command_table[i].name;

		if (strncmp(name, word, length) == 0 && name[length] == ' ')
			used += (size_t)snprintf(ret_names + used, capacity - used, "%s%s",
						 used ? ", " : "", name);
	}
	return used > 0;
}

static const char *nearest(const char *typed, bool two_words)
{
	struct suggestion best = suggestion_start(typed);

	for (size_t i = 0; i < COMMAND__COUNT; i++)
		if (!two_words || strchr(command_table[i].name, ' '))
			suggestion_offer(&best, command_table[i].name);
	return best.name;
}

/* The second word may be an operand. */
const char *command_suggest(char *const *words)
{
	const char *name = NULL;
	char typed[64];

	if (words[1]) {
		snprintf(typed, sizeof(typed), "%s %s", words[0], words[1]);
		name = nearest(typed, true);
	}
	return name ? name : nearest(words[0], false);
}
