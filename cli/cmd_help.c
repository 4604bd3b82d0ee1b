/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "environment.h"
#include "manual.h"
#include "options.h"
#include "say.h"
#include "topics.h"

#define WIDTH 78

/* Words, broken into lines; every line but the first is indented. */
static void wrap(const char *text, int indent)
{
	int column = indent;

	while (*text) {
		int length = (int)strcspn(text, " ");

		if (column > indent && column + 1 + length > WIDTH) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			putchar(' ');
			column++;
		}
		printf("%.*s", length, text);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void show_option(const struct option_row *row)
{
	char left[64], help[OPTION_TEXT_SIZE];
	int length;

	if (row->letter)
		length = snprintf(left, sizeof(left), "  -%c, --%s", row->letter, row->name);
	else
		length = snprintf(left, sizeof(left), "      --%s", row->name);
	if (row->argument)
		snprintf(left + length, sizeof(left) - (size_t)length, " %s", row->argument);
	printf("%-28s ", left);
	wrap(option_help(row, help), 29);
}

static void show_exits(void)
{
	static const struct {
		const char *written, *text;
	} rows[] = {
	/* clang-format off */
#define EXIT_ROW(id, number, written_, text_) { .written = written_, .text = text_ },
#include "exits.def"
#undef EXIT_ROW
		/* clang-format on */
	};

	printf("\nexit codes:\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		printf("  %-6s ", rows[i].written);
		wrap(rows[i].text, 9);
	}
}

static int longest_name(void)
{
	size_t longest = 0;

	for (size_t i = 0; i < COMMAND__COUNT; i++)
		if (strlen(command_table[i].name) > longest)
			longest = strlen(command_table[i].name);
	return (int)longest;
}

static void show_commands(void)
{
	int width = longest_name();

	printf("usage: rtctrack COMMAND [options]\n\n"
	       "What a program left open, and who opened it.\n\n");
	for (size_t i = 0; i < COMMAND__COUNT; i++)
		printf("  %-*s   %s\n", width, command_table[i].name, command_table[i].summary);
	show_exits();
	printf("\n'rtctrack help COMMAND' explains one, 'rtctrack help TOPIC' what is said of:\n");
	for (const struct topic *topic = topic_table; topic->name; topic++)
		printf("  %-*s   %s\n", width, topic->name, topic->about);
	printf("\nfor a start: rtctrack run -- ./program\n");
}

static void show_topic(const struct topic *topic)
{
	char text[1024];
	bool example = true;

	for (const struct topic_row *row = topic->rows; row->text; row++) {
		if (row != topic->rows && (row->example != example || !row->example))
			putchar('\n');
		example = row->example;
		if (row->example)
			printf("    %s\n", row->text);
		else
			wrap(row->text, 0);
	}
	if (!topic->has_environment)
		return;
	printf("\nenvironment:\n");
	for (const struct environment_row *row = environment_table; row->name; row++) {
		printf("  %-19s ", row->name);
		wrap(environment_text(row, text, sizeof(text)), 22);
	}
}

static void show_command(const struct command *command)
{
	bool any = false;

	printf("usage: rtctrack %s %s\n\n", command->name, command->synopsis);
	printf("%s\n\n", command->summary);
	wrap(command->description, 0);
	for (const struct option_row *row = option_table; row->name; row++) {
		if (!option_is_shown(row, command))
			continue;
		printf("%s", any ? "" : "\n");
		any = true;
		show_option(row);
	}
}

/* The commands that begin with the same word. */
static bool show_group(const char *word)
{
	size_t length = strlen(word);
	char names[256];
	int width = longest_name();

	if (!command_group(word, names, sizeof(names)))
		return false;
	printf("usage: rtctrack %s COMMAND [options]\n\n", word);
	for (size_t i = 0; i < COMMAND__COUNT; i++)
		if (strncmp(command_table[i].name, word, length) == 0 &&
		    command_table[i].name[length] == ' ')
			printf("  %-*s   %s\n", width, command_table[i].name,
			       command_table[i].summary);
	printf("\n'rtctrack help %s COMMAND' explains one\n", word);
	return true;
}

static int complain(char *const *words)
{
	const char *near = command_suggest(words);
	char hint[96];

	snprintf(hint, sizeof(hint), near ? "did you mean '%s'?" : "see 'rtctrack help'", near);
	say(hint, "there is no command '%s'", words[0]);
	return EXIT_TOOL;
}

int cmd_help(const struct options *options)
{
	char **words = options->operands;
	size_t name_words;
	const struct command *command = command_find(words, &name_words);

	if (options->manual)
		manual_print(stdout);
	else if (options->completion)
		completion_print(stdout, options->completion, command_table, COMMAND__COUNT);
	else if (!words[0])
		show_commands();
	else if (topic_find(words[0]))
		show_topic(topic_find(words[0]));
	else if (command)
		show_command(command);
	else if (words[1] || !show_group(words[0]))
		return complain(words);
	return fflush(stdout) == 0 ? EXIT_CLEAN : EXIT_TOOL;
}
