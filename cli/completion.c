/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <stdbool.h>
#include <string.h>

#include "options.h"

struct command_list {
	const struct command *items;
	size_t count;
};

/* What a value or an operand is, and how each shell is asked for it. */
enum thing { THING_ANY, THING_FILE, THING_FOLDER, THING_COMMAND, THING_PROGRAM, THING_WORDS };

/* clang-format off */
#define TOPIC(name, heading, has_environment, about) " " #name
static const char *const in_bash[] = {
	[THING_ANY] = ":",
	[THING_FILE] = "_rtctrack_paths -f",
	[THING_FOLDER] = "_rtctrack_paths -d",
	[THING_COMMAND] = ("_rtctrack_words \"$commands"
#include "topics.def"
		"\""),
	[THING_PROGRAM] = "_rtctrack_paths -c",
};

static const char *const in_zsh[] = {
	[THING_ANY] = " ",
	[THING_FILE] = "_files",
	[THING_FOLDER] = "_files -/",
	[THING_COMMAND] = ("{_rtctrack_commands; compadd"
#include "topics.def"
		"}"),
	[THING_PROGRAM] = "_normal",
};
#undef TOPIC
/* clang-format on */

static const enum thing values[] = {
	[COMPLETION_NOTHING] = THING_ANY,
	[COMPLETION_FILES] = THING_FILE,
	[COMPLETION_FOLDERS] = THING_FOLDER,
	[COMPLETION_WORDS] = THING_WORDS,
};

static const enum thing operands[] = {
	[OPERANDS_WORDS] = THING_ANY,
	[OPERANDS_FILES] = THING_FILE,
	[OPERANDS_COMMANDS] = THING_COMMAND,
	[OPERANDS_PROGRAM] = THING_PROGRAM,
};

static void words(FILE *stream, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
		fprintf(stream, "%s%s", i ? " " : "", names[i]);
}

static int first_length(const char *name)
{
	return (int)strcspn(name, " ");
}

/* No row before it begins with the same word. */
static bool is_first(const struct command_list *list, size_t index)
{
	const char *name = list->items[index].name;
	int length = first_length(name);

	for (size_t i = 0; i < index; i++)
		if (first_length(list->items[i].name) == length &&
		    strncmp(list->items[i].name, name, (size_t)length) == 0)
			return false;
	return true;
}

/* The names of one word, and once each the first word of those of two. */
static void first_words(FILE *stream, const struct command_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_first(list, i))
			fprintf(stream, "%s%.*s", i ? " " : "", first_length(list->items[i].name),
				list->items[i].name);
}

/* What may stand after the first word of that name. */
static void second_words(FILE *stream, const struct command_list *list, const char *name)
{
	int length = first_length(name);

	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->items[i].name, name, (size_t)length + 1) == 0)
			fprintf(stream, "%s ", list->items[i].name + length + 1);
}

/* After the first word of a name of two: completes the second, or takes it in. */
static void two_words(FILE *stream, const struct command_list *list, const char *complete,
		      const char *take)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].name;

		if (!strchr(name, ' ') || !is_first(list, i))
			continue;
		fprintf(stream, "\tif [[ $command == %.*s ]]; then\n\t\t%s", first_length(name),
			name, complete);
		second_words(stream, list, name);
		fprintf(stream, "; return; }\n\t\t%s\n\tfi\n", take);
	}
}

/* A name as a pattern of `case`, with what stands before and after it. */
static void pattern(FILE *stream, const char *before, const char *name, const char *after)
{
	fputs(before, stream);
	for (; *name; name++)
		fprintf(stream, *name == ' ' ? "\\%c" : "%c", *name);
	fputs(after, stream);
}

static bool is_taken(const struct command_list *list, const struct option_row *row)
{
	for (size_t i = 0; i < list->count; i++)
		if (option_applies(row, &list->items[i]))
			return true;
	return false;
}

/* "run:--output|run:-o": one option of all commands that have it. */
static void bash_pattern(FILE *stream, const struct command_list *list,
			 const struct option_row *row)
{
	const char *between = "";

	for (size_t i = 0; i < list->count; i++) {
		if (!option_applies(row, &list->items[i]))
			continue;
		pattern(stream, between, list->items[i].name, ":--");
		fputs(row->name, stream);
		between = "|";
		if (!row->letter)
			continue;
		pattern(stream, "|", list->items[i].name, ":-");
		fputc(row->letter, stream);
	}
}

static void bash_values(FILE *stream, const struct command_list *list)
{
	fputs("\tcase $command:$prev in\n", stream);
	for (const struct option_row *row = option_table; row->name; row++) {
		enum thing value = values[row->type->completion];

		if (!row->argument || !is_taken(list, row))
			continue;
		fputc('\t', stream);
		bash_pattern(stream, list, row);
		fputs(") ", stream);
		if (value == THING_WORDS) {
			fputs("_rtctrack_words '", stream);
			words(stream, row->type->words);
			fputc('\'', stream);
		} else {
			fputs(in_bash[value], stream);
		}
		fputs("; return ;;\n", stream);
	}
	fputs("\tesac\n", stream);
}

/* Where a command has a tail, its first operand ends our part of the line. */
static void bash_tails(FILE *stream, const struct command_list *list)
{
	fputs("\tfor ((at = first; at < COMP_CWORD; at++)); do\n"
	      "\t\tcase $command:${COMP_WORDS[at]} in\n",
	      stream);
	for (const struct option_row *row = option_table; row->name; row++) {
		if (!row->argument || !is_taken(list, row))
			continue;
		fputs("\t\t", stream);
		bash_pattern(stream, list, row);
		fputs(") [[ ${COMP_WORDS[at + 1]} == = ]] && ((at++)); ((at++)) ;;\n", stream);
	}
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].operands != OPERANDS_PROGRAM)
			continue;
		pattern(stream, "\t\t", list->items[i].name,
			":--) _rtctrack_program $((at + 1)); return ;;\n");
		pattern(stream, "\t\t", list->items[i].name, ":-*) ;;\n");
		pattern(stream, "\t\t", list->items[i].name,
			":*) _rtctrack_program $at; return ;;\n");
	}
	fputs("\t\tesac\n\tdone\n", stream);
}

static void bash_options(FILE *stream, const struct command_list *list)
{
	fputs("\tcase $command:$cur in\n", stream);
	for (size_t i = 0; i < list->count; i++) {
		pattern(stream, "\t", list->items[i].name, ":-*) _rtctrack_words '");
		for (const struct option_row *row = option_table; row->name; row++)
			if (option_applies(row, &list->items[i]))
				fprintf(stream, "--%s ", row->name);
		pattern(stream, "' ;;\n\t", list->items[i].name, ":*) ");
		fprintf(stream, "%s ;;\n", in_bash[operands[list->items[i].operands]]);
	}
	fputs("\tesac\n", stream);
}

static void bash(FILE *stream, const struct command_list *list)
{
	fputs("# bash completion of rtctrack, made by 'rtctrack help --completion bash'\n"
	      "_rtctrack_words() { mapfile -t COMPREPLY < <(compgen -W \"$*\" -- \"$cur\"); }\n"
	      "_rtctrack_paths() {\n"
	      "\tcompopt -o filenames 2>/dev/null\n"
	      "\tmapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n"
	      "}\n"
	      "# A program and its arguments, which begin at word $1, complete as they do alone.\n"
	      "_rtctrack_program() {\n"
	      "\tif declare -F _command_offset >/dev/null; then _command_offset \"$1\"\n"
	      "\telif ((COMP_CWORD == $1)); then _rtctrack_paths -c\n"
	      "\telse _rtctrack_paths -f\n"
	      "\tfi\n"
	      "}\n"
	      "_rtctrack() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "\tlocal command=${COMP_WORDS[1]} first=2 at commands='",
	      stream);
	first_words(stream, list);
	fputs("'\n"
	      "\tCOMPREPLY=()\n"
	      "\tif ((COMP_CWORD == 1)); then _rtctrack_words \"$commands --help --version\"; "
	      "return; fi\n",
	      stream);
	two_words(stream, list, "((COMP_CWORD == 2)) && { _rtctrack_words ",
		  "command+=\" ${COMP_WORDS[2]}\" first=3");
	bash_tails(stream, list);
	fputs("\t# readline takes '=' for a word of its own.\n"
	      "\tif [[ $cur == = ]]; then cur=''\n"
	      "\telif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	      "\tfi\n",
	      stream);
	bash_values(stream, list);
	bash_options(stream, list);
	fputs("}\ncomplete -F _rtctrack rtctrack\n", stream);
}

/* Inside single quotes, and of a spec of _arguments or _describe. */
static void zsh_text(FILE *stream, const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stream);
		else if (strchr("[]:\\", *text))
			fprintf(stream, "\\%c", *text);
		else
			fputc(*text, stream);
}

static void zsh_option(FILE *stream, const struct option_row *row)
{
	enum thing value = values[row->type->completion];
	const char *equals = row->argument ? "=" : "";
	char help[OPTION_TEXT_SIZE];

	fputs(" \\\n\t\t\t", stream);
	if (row->letter)
		fprintf(stream, "'(-%c --%s)'{-%c%s,--%s%s}'", row->letter, row->name, row->letter,
			row->argument ? "+" : "", row->name, equals);
	else
		fprintf(stream, "'--%s%s", row->name, equals);
	fputc('[', stream);
	zsh_text(stream, option_help(row, help));
	fputc(']', stream);
	if (row->argument) {
		fprintf(stream, ":%s:", row->argument);
		if (value == THING_WORDS) {
			fputc('(', stream);
			words(stream, row->type->words);
			fputc(')', stream);
		} else {
			fputs(in_zsh[value], stream);
		}
	}
	fputc('\'', stream);
}

static void zsh_command(FILE *stream, const struct command *command)
{
	enum thing thing = operands[command->operands];
	bool tail = command->operands == OPERANDS_PROGRAM;

	pattern(stream, "\t\t", command->name, ") ");
	/* _arguments does not see an end of options that comes first. */
	if (tail)
		fprintf(stream,
			"if ((CURRENT > 2)) && [[ $words[2] == -- ]]; then\n"
			"\t\t\tshift 2 words; ((CURRENT -= 2)); %s; return\n"
			"\t\tfi\n\t\t",
			in_zsh[thing]);
	fprintf(stream, "_arguments -s -S%s", tail ? " -A '-*'" : "");
	for (const struct option_row *row = option_table; row->name; row++)
		if (option_applies(row, command))
			zsh_option(stream, row);
	/* After its first operand a tail's words complete as a command line of their own. */
	if (tail)
		fprintf(stream, " \\\n\t\t\t'*::program:%s'", in_zsh[thing]);
	else if (thing != THING_ANY)
		fprintf(stream, " \\\n\t\t\t'*:operand:%s'", in_zsh[thing]);
	fputs(" ;;\n", stream);
}

static void zsh(FILE *stream, const struct command_list *list)
{
	fputs("#compdef rtctrack\n# made by 'rtctrack help --completion zsh'\n"
	      "_rtctrack_commands() {\n\tlocal -a commands=(",
	      stream);
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].name;

		if (!is_first(list, i))
			continue;
		fprintf(stream, "\n\t\t'%.*s:", first_length(name), name);
		if (strchr(name, ' '))
			second_words(stream, list, name);
		else
			zsh_text(stream, list->items[i].summary);
		fputc('\'', stream);
	}
	fputs("\n\t)\n\t_describe command commands\n}\n"
	      "_rtctrack() {\n"
	      "\tif ((CURRENT == 2)); then\n"
	      "\t\t[[ $PREFIX == -* ]] && compadd -- --help --version || _rtctrack_commands\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\tshift words\n"
	      "\t((CURRENT--))\n"
	      "\tlocal command=$words[1]\n",
	      stream);
	two_words(stream, list, "((CURRENT == 2)) && { compadd -- ",
		  "command+=\" $words[2]\"; shift words; ((CURRENT--))");
	fputs("\tcase $command in\n", stream);
	for (size_t i = 0; i < list->count; i++)
		zsh_command(stream, &list->items[i]);
	fputs("\tesac\n}\n_rtctrack \"$@\"\n", stream);
}

void completion_print(FILE *stream, const char *shell, const struct command *commands, size_t count)
{
	const struct command_list list = {commands, count};

	if (strcmp(shell, "bash") == 0)
		bash(stream, &list);
	else
		zsh(stream, &list);
}
