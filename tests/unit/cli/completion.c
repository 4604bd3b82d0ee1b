/* SPDX-License-Identifier: Apache-2.0 */
#include "completion.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

static char script[] = "/tmp/rtctrack-unit-XXXXXX";
static char answers[65536];

static void write_script_of(const char *shell, const struct command *commands, size_t count)
{
	FILE *stream = fdopen(mkstemp(script), "w");

	cr_assert_not_null(stream);
	completion_print(stream, shell, commands, count);
	fclose(stream);
}

static void write_script(const char *shell)
{
	write_script_of(shell, command_table, COMMAND__COUNT);
}

static void teardown(void)
{
	unlink(script);
}

TestSuite(completion, .fini = teardown);

/* What bash offers for `rtctrack LINE`, of which the last word is begun; each after a newline. */
static void ask(const char *line)
{
	char command[2048];
	FILE *stream;
	size_t size;

	snprintf(command, sizeof(command),
		 "bash --norc -c '. %s; COMP_WORDS=(rtctrack %s);"
		 " COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
		 " _rtctrack; printf \"\\n%%s\" \"${COMPREPLY[@]}\"; echo' 2>&1",
		 script, line);
	stream = popen(command, "r");
	cr_assert_not_null(stream);
	size = fread(answers, 1, sizeof(answers) - 1, stream);
	answers[size] = 0;
	cr_assert_eq(pclose(stream), 0, "%s", command);
}

static bool offers(const char *word)
{
	char line[256];

	snprintf(line, sizeof(line), "\n%s\n", word);
	return strstr(answers, line);
}

static bool parses(const char *shell)
{
	char command[256];

	snprintf(command, sizeof(command), "%s -n %s", shell, script);
	return system(command) == 0;
}

Test(completion, the_script_for_bash_parses)
{
	write_script("bash");
	cr_expect(parses("bash"));
}

Test(completion, the_script_for_zsh_parses)
{
	if (system("command -v zsh >/dev/null") != 0)
		cr_skip_test("zsh is not installed");
	write_script("zsh");
	cr_expect(parses("zsh"));
}

Test(completion, bash_offers_every_command)
{
	write_script("bash");
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		const char *name = command_table[i].name, *space = strchr(name, ' ');
		char first[64], line[70];

		snprintf(first, sizeof(first), "%.*s", (int)strcspn(name, " "), name);
		ask("\"\"");
		cr_expect(offers(first), "%s: %s", first, answers);
		snprintf(line, sizeof(line), "%s \"\"", first);
		ask(line);
		cr_expect(!space || offers(space + 1), "%s: %s", name, answers);
	}
	ask("rep");
	cr_expect_str_eq(answers, "\nreport\n");
}

/* Commands may have options of one name, each with values of its own. */
static bool has_option(const struct command *command, const char *name)
{
	for (const struct option_row *row = option_table; row->name; row++)
		if (strcmp(row->name, name) == 0 && option_applies(row, command))
			return true;
	return false;
}

Test(completion, bash_offers_every_option_of_a_command_and_no_other)
{
	write_script("bash");
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		char line[64];

		snprintf(line, sizeof(line), "%s -", command_table[i].name);
		ask(line);
		for (const struct option_row *row = option_table; row->name; row++) {
			char name[64];

			snprintf(name, sizeof(name), "--%s", row->name);
			cr_expect_eq(offers(name), has_option(&command_table[i], row->name),
				     "%s %s", command_table[i].name, name);
		}
	}
}

/* As readline splits it: '=' is a word of its own. */
static void expect_values(const struct command *command, const struct option_row *row,
			  const char *const *words)
{
	static const char *const ends[] = {"\"\"", "=", "= \"\""};
	char line[128];

	for (size_t end = 0; end < sizeof(ends) / sizeof(ends[0]); end++) {
		snprintf(line, sizeof(line), "%s --%s %s", command->name, row->name, ends[end]);
		ask(line);
		for (size_t i = 0; words[i]; i++)
			cr_expect(offers(words[i]), "%s: %s, not %s", line, words[i], answers);
	}
}

Test(completion, bash_offers_the_words_that_a_value_may_be)
{
	write_script("bash");
	for (size_t i = 0; i < COMMAND__COUNT; i++)
		for (const struct option_row *row = option_table; row->name; row++)
			if (option_applies(row, &command_table[i]) && row->type->words)
				expect_values(&command_table[i], row, row->type->words);
}

Test(completion, bash_offers_nothing_else_where_a_value_stands)
{
	write_script("bash");
	for (size_t i = 0; i < COMMAND__COUNT; i++)
		for (const struct option_row *row = option_table; row->name; row++) {
			char line[128];

			if (!row->argument || !option_applies(row, &command_table[i]))
				continue;
			snprintf(line, sizeof(line), "%s --%s --", command_table[i].name,
				 row->name);
			ask(line);
			cr_expect_null(strstr(answers, "\n--"), "%s: %s", line, answers);
		}
}

Test(completion, bash_leaves_the_program_its_own_options)
{
	write_script("bash");
	ask("run --gate -o x.db prog -");
	cr_expect_not(offers("--gate"), "%s", answers);
	ask("run -- prog -");
	cr_expect_not(offers("--gate"), "%s", answers);
	ask("run -o x.db --stack = 3 -");
	cr_expect(offers("--gate"), "%s", answers);
}

Test(completion, bash_offers_programs_files_and_commands_as_operands)
{
	write_script("bash");
	ask("run mkdi");
	cr_expect(offers("mkdir"), "%s", answers);
	ask("run -- mkdi");
	cr_expect(offers("mkdir"), "%s", answers);
	ask("report /et");
	cr_expect(offers("/etc"), "%s", answers);
	ask("help doc");
	cr_expect(offers("doctor"), "%s", answers);
	ask("help pre");
	cr_expect(offers("preload"), "%s", answers);
}

static const struct command nested[] = {
	{.name = "run", .operands = OPERANDS_PROGRAM, .takes = SET_RECORD, .summary = "run"},
	{.name = "jobs run", .operands = OPERANDS_PROGRAM, .takes = SET_RECORD, .summary = "run"},
	{.name = "packs list", .operands = OPERANDS_WORDS, .takes = SET_WRITE, .summary = "list"},
	{.name = "packs show", .operands = OPERANDS_FILES, .takes = SET_JUDGE, .summary = "show"},
};

Test(completion, bash_offers_the_second_word_of_a_name_after_the_first)
{
	write_script_of("bash", nested, 4);
	ask("\"\"");
	cr_expect_null(strstr(answers, "packs\npacks"), "%s", answers);
	ask("pa");
	cr_expect_str_eq(answers, "\npacks\n");
	ask("packs \"\"");
	cr_expect_str_eq(answers, "\nlist\nshow\n");
	ask("packs sh");
	cr_expect_str_eq(answers, "\nshow\n");
}

Test(completion, bash_offers_what_the_whole_name_takes)
{
	write_script_of("bash", nested, 4);
	ask("packs show --");
	cr_expect(offers("--sysroot") && !offers("--format"), "%s", answers);
	ask("packs list --format \"\"");
	cr_expect(offers("json"), "%s", answers);
	ask("packs show /et");
	cr_expect(offers("/etc"), "%s", answers);
	ask("run -- mkdi");
	cr_expect(offers("mkdir"), "%s", answers);
	ask("jobs run --sta");
	cr_expect(offers("--stack"), "%s", answers);
	ask("jobs run --stack 3 mkdi");
	cr_expect(offers("mkdir"), "%s", answers);
	ask("jobs run prog --sta");
	cr_expect_not(offers("--stack"), "%s", answers);
}

Test(completion, names_of_two_words_parse_in_zsh)
{
	if (system("command -v zsh >/dev/null") != 0)
		cr_skip_test("zsh is not installed");
	write_script_of("zsh", nested, 4);
	cr_expect(parses("zsh"));
}
