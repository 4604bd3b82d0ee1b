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

static bool asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int complain(char **words)
{
	const char *near = words[0][0] ? command_suggest(words) : NULL;
	char names[256], hint[320];

	if (command_group(words[0], names, sizeof(names)) && (!words[1] || !near))
		snprintf(hint, sizeof(hint), "commands are: %s", names);
	else if (near)
		snprintf(hint, sizeof(hint), "did you mean 'rtctrack %s'?", near);
	else
		snprintf(hint, sizeof(hint), "'rtctrack help' lists the commands");
	if (!words[0][0])
		say("'rtctrack help' lists the commands",
		    "which command? For a start: rtctrack run -- ./program");
	else if (names[0] && !words[1])
		say(hint, "which command of '%s'?", words[0]);
	else if (names[0])
		say(hint, "unknown command '%s %s'", words[0], words[1]);
	else
		say(hint, "unknown command '%s'", words[0]);
	return EXIT_TOOL;
}

int main(int argc, char **argv)
{
	char *none[] = {"", NULL}, **words = argc > 1 ? argv + 1 : none, names[256];
	const char *name = words[0];
	size_t name_words;
	const struct command *command = command_find(words, &name_words);

	if (command)
		return run_command(command, words, name_words);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		return printf("rtctrack %s\n", RTCTRACK_VERSION) < 0 ? EXIT_TOOL : EXIT_CLEAN;
	if (asks_for_help(name))
		return run_command(&command_table[COMMAND_HELP], words, 1);
	if (command_group(name, names, sizeof(names)) && words[1] && asks_for_help(words[1])) {
		words[1] = NULL;
		return run_command(&command_table[COMMAND_HELP], words, 0);
	}
	return complain(words);
}
