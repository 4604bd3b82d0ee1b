/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <string.h>

#include "suggest.h"

/* clang-format off */
enum command_operands { OPERANDS_ANYWHERE, OPERANDS_TAIL };

const struct command command_table[COMMAND__COUNT] = {
#define COMMAND(id_, name_, operands, synopsis_, summary_, description_) \
	[COMMAND_##id_] = { \
		.id = COMMAND_##id_, .name = #name_, .synopsis = synopsis_, .summary = summary_, \
		.description = description_, .run = cmd_##name_, .tail = OPERANDS_##operands, \
	},
#include "commands.def"
#undef COMMAND
};
/* clang-format on */

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND__COUNT; i++)
		if (strcmp(command_table[i].name, name) == 0)
			return &command_table[i];
	return NULL;
}

const char *command_suggest(const char *name)
{
	struct suggestion best = suggestion_start(name);

	for (size_t i = 0; i < COMMAND__COUNT; i++)
		suggestion_offer(&best, command_table[i].name);
	return best.name;
}
