/* SPDX-License-Identifier: Apache-2.0 */
#include <arguments/arguments.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static struct options {
	bool loud;
	const char *name;
	unsigned long count, wait_ms;
	struct argument_list peers;
} options;

#define AT(field) offsetof(struct options, field)
/* clang-format off */
static const struct argument table[] = {
	{"--loud", NULL, ARGUMENT_FLAG, AT(loud), 0, 0, "a flag"},
	{"--name", "NAME", ARGUMENT_TEXT, AT(name), 0, 0, "a text"},
	{"--count", "N", ARGUMENT_NUMBER, AT(count), 2, 10, "a number"},
	{"--wait", "S", ARGUMENT_SECONDS, AT(wait_ms), 100, 60000, "a time"},
	{"--peer", "P", ARGUMENT_LIST, AT(peers), 0, 0, "several"},
};
/* clang-format on */

static char what[ARGUMENTS_WHAT_SIZE];

static int parse(const char *name, const char *value)
{
	char *argv[] = {"program", (char *)name, (char *)value, NULL};

	memset(&options, 0, sizeof(options));
	*what = '\0';
	return arguments_parse(table, sizeof(table) / sizeof(*table), value ? 3 : 2, argv, &options,
			       what);
}

Test(arguments, each_kind_sets_its_field)
{
	cr_expect_eq(parse("--loud", NULL), 0);
	cr_expect(options.loud);
	cr_expect_eq(parse("--name", "me"), 0);
	cr_expect_str_eq(options.name, "me");
	cr_expect_eq(parse("--count", "10"), 0);
	cr_expect_eq(options.count, 10);
	cr_expect_eq(parse("--peer", "you"), 0);
	cr_assert_eq(options.peers.count, 1);
	cr_expect_str_eq(options.peers.texts[0], "you");
}

static const struct {
	const char *text;
	unsigned long ms;
} times[] = {
	{"1", 1000},   {"0.1", 100},	   {".25", 250},    {"1.5", 1500},
	{"60", 60000}, {"59.9996", 60000}, {"0.1004", 100}, {"2e0", 2000},
};

Test(arguments, seconds_are_kept_as_milliseconds)
{
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		cr_expect_eq(parse("--wait", times[i].text), 0, "%s: %s", times[i].text, what);
		cr_expect_eq(options.wait_ms, times[i].ms, "%s: %lu", times[i].text,
			     options.wait_ms);
	}
}

static const char *const no_times[] = {"",    "-1",  "+1",  " 1",   "1s",   "one",
				       "nan", "inf", "1e9", "0.09", "60.1", "."};

Test(arguments, what_is_no_time_within_the_bounds_is_refused)
{
	for (size_t i = 0; i < sizeof(no_times) / sizeof(*no_times); i++) {
		cr_expect_eq(parse("--wait", no_times[i]), -EINVAL, "%s", no_times[i]);
		cr_expect_eq(options.wait_ms, 0);
		cr_expect(strstr(what, "--wait takes seconds from 0.1 to 60"), "%s", what);
	}
}

Test(arguments, a_long_text_that_is_no_time_does_not_fill_the_sentence)
{
	char text[2 * ARGUMENTS_WHAT_SIZE];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	cr_expect_eq(parse("--wait", text), -EINVAL);
	cr_expect_eq(what[strlen(what) - 1], '"', "%s", what);
}

Test(arguments, a_number_out_of_bounds_or_none_is_refused)
{
	static const char *const wrong[] = {
		"", "1", "11", "-2", "0x3", "3 ", "99999999999999999999"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		cr_expect_eq(parse("--count", wrong[i]), -EINVAL, "%s", wrong[i]);
}

Test(arguments, an_option_that_is_unknown_or_lacks_its_value_is_refused)
{
	cr_expect_eq(parse("--louder", NULL), -EINVAL);
	cr_expect_str_eq(what, "there is no option --louder");
	cr_expect_eq(parse("--wait", NULL), -EINVAL);
	cr_expect_str_eq(what, "--wait needs S");
}

Test(arguments, a_list_has_an_end)
{
	char *argv[2 * ARGUMENT_LIST_MAX + 4] = {"program"};
	int count = 1;

	for (unsigned i = 0; i <= ARGUMENT_LIST_MAX; i++) {
		argv[count++] = "--peer";
		argv[count++] = "p";
	}
	cr_expect_eq(arguments_parse(table, sizeof(table) / sizeof(*table), count - 2, argv,
				     &options, what),
		     0);
	memset(&options, 0, sizeof(options));
	cr_expect_eq(
		arguments_parse(table, sizeof(table) / sizeof(*table), count, argv, &options, what),
		-EINVAL);
	cr_expect_str_eq(what, "--peer may be given 16 times");
}
