/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "road.h"

static char error[512];

static const struct command *command_named(const char *name)
{
	char *words[] = {(char *)name, NULL};
	size_t count;

	return command_find(words, &count);
}

/* Words are separated by single spaces; the array lives until the next call. */
static int parse(const char *command, const char *line, struct options *ret_options)
{
	static char text[512];
	static char *words[64];
	char *rest = text, *word;
	size_t count = 0;

	snprintf(text, sizeof(text), "%s", line);
	while ((word = strsep(&rest, " ")))
		if (word[0])
			words[count++] = word;
	words[count] = NULL;
	error[0] = 0;
	return options_parse(command_named(command), words, ret_options, error, sizeof(error));
}

Test(options, a_value_follows_its_option_or_an_equals_sign)
{
	struct options options;

	cr_assert_eq(parse("run", "--stack 12 --timeout=2.5 -o a.db -- x", &options), 0);
	cr_expect_eq(options.stack_depth, 12);
	cr_expect_eq(options.timeout_ns, 2500000000ull);
	cr_expect_str_eq(options.trace_path, "a.db");
}

Test(options, who_records_is_one_of_four_and_by_itself_auto)
{
	struct options options;

	cr_assert_eq(parse("run", "x", &options), 0);
	cr_expect_eq(options.engine, OPTION_ENGINE_AUTO);
	cr_expect_eq(options.ring_bytes, 64ull << 20);
	cr_assert_eq(parse("run", "--engine both --ring 1G --cgroup /sys/fs/cgroup/a x", &options),
		     0);
	cr_expect_eq(options.engine, OPTION_ENGINE_BOTH);
	cr_expect_eq(options.ring_bytes, 1ull << 30);
	cr_expect_str_eq(options.cgroup, "/sys/fs/cgroup/a");
	cr_expect_eq(parse("run", "--engine ebpf x", &options), -EINVAL);
	cr_expect_eq(parse("run", "--ring 4K x", &options), -EINVAL);
}

Test(options, attach_takes_what_a_recording_takes_and_chooses_no_engine)
{
	struct options options;

	cr_assert_eq(
		parse("attach", "-q --gate --strict --timeout 2 --ring 2M -o a.db 12 13", &options),
		0);
	cr_expect_eq(options.operand_count, 2);
	cr_expect_eq(options.ring_bytes, 2ull << 20);
	cr_expect_eq(parse("attach", "--engine shim 12", &options), -EINVAL);
}

Test(options, letters_may_stand_together_and_take_a_value)
{
	struct options options;

	cr_assert_eq(parse("run", "-qoa.db x", &options), 0);
	cr_expect(options.quiet);
	cr_expect_str_eq(options.trace_path, "a.db");
}

Test(options, what_follows_the_program_belongs_to_the_program)
{
	struct options options;

	cr_assert_eq(parse("run", "--gate prog --strict -- -q", &options), 0);
	cr_expect(options.gate);
	cr_expect_not(options.strict);
	cr_assert_eq(options.operand_count, 4);
	cr_expect_str_eq(options.operands[0], "prog");
	cr_expect_str_eq(options.operands[2], "--");
	cr_expect_null(options.operands[4]);
}

Test(options, a_report_takes_options_after_its_trace)
{
	struct options options;

	cr_assert_eq(parse("report", "a.db --format json b.db", &options), 0);
	cr_expect_str_eq(options.format->name, "json");
	cr_assert_eq(options.operand_count, 2);
	cr_expect_str_eq(options.operands[1], "b.db");
}

Test(options, a_mistyped_option_names_the_nearest)
{
	struct options options;

	cr_assert_eq(parse("run", "--gaet x", &options), -EINVAL);
	cr_expect(strstr(error, "did you mean '--gate'"), "%s", error);
}

Test(options, an_option_of_another_command_is_named_as_such)
{
	struct options options;

	cr_assert_eq(parse("check", "--gate a.db", &options), -EINVAL);
	cr_expect(strstr(error, "no option of 'rtctrack check'"), "%s", error);
}

Test(options, sizes_take_a_suffix)
{
	struct options options;

	cr_assert_eq(parse("run", "--cap 256M x", &options), 0);
	cr_expect_eq(options.cap_bytes, 256ull << 20);
	cr_expect_eq(options.trace_budget_bytes, 32ull << 20);
	cr_assert_eq(parse("run", "--trace-budget 2G x", &options), 0);
	cr_expect_eq(options.trace_budget_bytes, 2ull << 30);
	cr_assert_eq(parse("run", "--trace-budget 0 x", &options), 0);
	cr_expect_eq(options.trace_budget_bytes, 0);
}

Test(options, an_age_takes_a_unit)
{
	struct options options;

	cr_assert_eq(parse("clean", "-n --older-than 2d", &options), 0);
	cr_expect(options.dry_run);
	cr_expect_eq(options.older_than_ns, 2 * 86400 * 1000000000ull);
	cr_assert_eq(parse("clean", "--older-than 90", &options), 0);
	cr_expect_eq(options.older_than_ns, 90 * 1000000000ull);
	cr_expect_eq(parse("clean", "--older-than 1w", &options), -EINVAL);
	cr_expect_eq(parse("clean", "--older-than 999999999d", &options), -EINVAL);
}

Test(options, values_out_of_bounds_are_refused)
{
	static const char *const lines[] = {
		"--cap 1 x",	   "--cap 2G x",     "--cap 99999999999999999999 x",
		"--cap 5KB x",	   "--stack 129 x",  "--stack -1 x",
		"--timeout nan x", "--timeout 0 x",  "--timeout 1e300 x",
		"--top 0 x",	   "--format xml x", "--kind sock x",
		"--rule nope x",   "--output= x",    "--gate=yes x",
		"--stack",	   "--frobnicate x", "-z x",
	};
	struct options options;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		cr_expect_eq(parse("run", lines[i], &options), -EINVAL, "%s", lines[i]);
		cr_expect(error[0], "%s", lines[i]);
	}
}

Test(options, every_row_can_be_read_and_explained)
{
	for (const struct option_row *row = option_table; row->name; row++) {
		bool any = false;
		char help[OPTION_TEXT_SIZE], expects[OPTION_TEXT_SIZE];

		for (size_t i = 0; i < COMMAND__COUNT; i++)
			any |= option_applies(row, &command_table[i]);
		cr_expect(any, "--%s belongs to no command", row->name);
		cr_expect(option_help(row, help)[0], "--%s has no help", row->name);
		option_expects(row->type, expects, sizeof(expects));
		cr_expect_eq(!row->argument, !expects[0], "--%s", row->name);
		cr_expect_eq(!row->type->words, row->type->completion != COMPLETION_WORDS, "--%s",
			     row->name);
	}
}

static void expect_different(const struct option_row *a, const struct option_row *b)
{
	cr_expect_str_neq(a->name, b->name);
	cr_expect(!a->letter || a->letter != b->letter, "-%c", a->letter);
}

Test(options, no_two_options_of_a_command_share_a_name_or_letter)
{
	for (size_t i = 0; i < COMMAND__COUNT; i++)
		for (const struct option_row *a = option_table; a->name; a++)
			for (const struct option_row *b = a + 1; b->name; b++)
				if (option_applies(a, &command_table[i]) &&
				    option_applies(b, &command_table[i]))
					expect_different(a, b);
}

Test(options, folders_of_symbols_are_taken_where_addresses_get_names)
{
	struct options options;

	cr_assert_eq(parse("run", "--sysroot /srv/root --debug-dir=/a:/b -- x", &options), 0);
	cr_expect_str_eq(options_search(&options).sysroot, "/srv/root");
	cr_expect_str_eq(options_search(&options).debug_folders, "/a:/b");
	cr_expect_eq(parse("report", "--sysroot /srv/root t.db", &options), 0);
	cr_expect_eq(parse("check", "--debug-dir /a t.db", &options), 0);
	cr_expect_eq(parse("mark", "--sysroot /srv/root text", &options), -EINVAL);
}

Test(options, since_is_no_time_before_the_run)
{
	struct options options;

	cr_assert_eq(parse("report", "--since 2.5s a.db", &options), 0);
	cr_assert_eq(parse("report", "--since -day a.db", &options), 0);
	cr_expect_eq(parse("report", "--since -3 a.db", &options), -EINVAL);
	cr_expect_eq(parse("report", "--since=-2.5s a.db", &options), -EINVAL);
	cr_expect_not_null(strstr(error, "'-2.5s' is not a number of seconds from 0"));
}

Test(options, a_grace_time_may_be_none_and_is_none_unless_given)
{
	struct options options;

	cr_assert_eq(parse("run", "x", &options), 0);
	cr_expect_eq(options.grace_ns, ROAD_TIME_UNSET);
	cr_expect_eq(options.hang_after_ns, ROAD_TIME_UNSET);
	cr_assert_eq(parse("run", "--grace 0 x", &options), 0);
	cr_expect_eq(options.grace_ns, 0);
	cr_assert_eq(parse("check", "--grace 2.5 x", &options), 0);
	cr_expect_eq(options.grace_ns, 2500000000ull);
	cr_expect_eq(parse("check", "--grace soon x", &options), -EINVAL);
	cr_expect_eq(parse("check", "--grace . x", &options), -EINVAL);
	cr_expect_eq(parse("check", "--grace -1 x", &options), -EINVAL);
}

Test(options, filters_are_texts)
{
	struct options options;

	cr_assert_eq(parse("report", "--scope Peer* --since warm --mine *.rs a.db", &options), 0);
	cr_expect_str_eq(options.filter.scope, "Peer*");
	cr_expect_str_eq(options.filter.since, "warm");
	cr_expect_str_eq(options.filter.mine, "*.rs");
	cr_expect_eq(parse("run", "--since warm x", &options), -EINVAL);
}

Test(options, a_choice_is_explained_by_its_words)
{
	struct options options;
	char text[OPTION_TEXT_SIZE];

	cr_expect_str_eq(option_choices(&option_color, text, sizeof(text)),
			 "auto (default), always or never");
	cr_expect_eq(parse("report", "--color maybe a.db", &options), -EINVAL);
	cr_expect_not_null(strstr(error, "'maybe' is not auto, always or never"), "%s", error);
	cr_expect_eq(parse("report", "--kind sock a.db", &options), -EINVAL);
	cr_expect_not_null(strstr(error, "'sock' is not one of the kinds fd thread"), "%s", error);
}

Test(options, every_format_may_be_asked_for_and_the_first_is_the_default)
{
	struct options options;
	char line[64];

	cr_assert_eq(parse("report", "a.db", &options), 0);
	cr_expect_eq(options.format, report_formats);
	for (const struct report_format *format = report_formats; format->name; format++) {
		snprintf(line, sizeof(line), "--format %s a.db", format->name);
		cr_assert_eq(parse("report", line, &options), 0, "%s", line);
		cr_expect_eq(options.format, format);
	}
}

Test(options, a_comparison_has_formats_of_its_own)
{
	struct options options;

	cr_assert_eq(parse("diff", "a.db b.db", &options), 0);
	cr_expect_eq(options.diff_format, report_diff_formats);
	cr_assert_eq(parse("diff", "--format markdown a.db b.db", &options), 0);
	cr_expect_str_eq(options.diff_format->name, "markdown");
	cr_expect_eq(parse("report", "--format markdown a.db", &options), -EINVAL);
	cr_expect_eq(parse("diff", "--baseline b.jsonl a.db b.db", &options), -EINVAL);
}

Test(options, a_command_has_the_options_of_its_sets_and_its_own_and_no_other)
{
	struct options options;

	cr_expect_eq(parse("report", "--gate a.db", &options), -EINVAL);
	cr_expect_eq(parse("check", "--format json a.db", &options), -EINVAL);
	cr_expect_eq(parse("clean", "--dry-run", &options), 0);
	cr_expect_eq(parse("doctor", "--dry-run", &options), -EINVAL);
	cr_expect_eq(parse("doctor", "--spool-dir /s", &options), 0);
	cr_expect_eq(parse("doctor", "--help", &options), 0);
}
