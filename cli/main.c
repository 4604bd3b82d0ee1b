/* SPDX-License-Identifier: Apache-2.0 */
/* rtctrack: what a program left open, and who opened it. Dispatches commands.def. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "say.h"

/* The first words are the command's name. */
static int run_command(const struct command *command, char **words, size_t name_words)
{
	struct options options;
	char error[512];

	if (options_parse(command, words + name_words, &options, error, sizeof(error)) < 0) {
		char hint[64];

		snprintf(hint, sizeof(hint), "see 'rtctrack help %s'", command->name);
		say(hint, "%s", error);
		return EXIT_TOOL;
	}
	if (options.help) {
		words[command->id == COMMAND_HELP ? 0 : name_words] = NULL;
		options.operands = words;
		return cmd_help(&options);
	}
	return command->run(&options);
}

int main(int argc, char **argv)
{
	char *none[] = {"", NULL}, **words = argc > 1 ? argv + 1 : none;
	const char *name = words[0], *near;
	size_t name_words;
	const struct command *command = command_find(words, &name_words);
	char hint[96];

	if (command)
		return run_command(command, words, name_words);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		return printf("rtctrack %s\n", RTCTRACK_VERSION) < 0 ? EXIT_TOOL : EXIT_CLEAN;
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return run_command(&command_table[COMMAND_HELP], words, 1);
	near = name[0] ? command_suggest(words) : NULL;
	if (near)
		snprintf(hint, sizeof(hint), "did you mean 'rtctrack %s'?", near);
	else
		snprintf(hint, sizeof(hint), "'rtctrack help' lists the commands");
	if (name[0])
		say(hint, "unknown command '%s'", name);
	else
		say(hint, "which command? For a start: rtctrack run -- ./program");
	return EXIT_TOOL;
}
