/* SPDX-License-Identifier: Apache-2.0 */
#include "manual.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <track/wire.h>

#include "environment.h"
#include "options.h"
#include "topics.h"

static char text[65536];

static void setup(void)
{
	FILE *stream = fmemopen(text, sizeof(text), "w");
	char *to = text;

	cr_assert_not_null(stream);
	manual_print(stream);
	fclose(stream);
	for (const char *from = text; *from; from++)
		if (*from != '\\')
			*to++ = *from;
	*to = 0;
}

TestSuite(manual, .init = setup);

Test(manual, it_explains_every_option_that_is_not_hidden)
{
	for (const struct option_row *row = option_table; row->name; row++) {
		char name[64];

		snprintf(name, sizeof(name), "fB--%sfR", row->name);
		cr_expect_eq(!strstr(text, name), !!(row->who & SET_HIDDEN), "%s", name);
	}
}

Test(manual, it_explains_every_format)
{
	for (const struct report_format *format = report_formats; format->name; format++)
		cr_expect_not_null(strstr(text, format->text), "%s", format->name);
}

Test(manual, it_explains_every_variable_and_recording_without_run)
{
	for (const struct environment_row *row = environment_table; row->name; row++)
		cr_expect_not_null(strstr(text, row->name), "%s", row->name);
	cr_expect_not_null(strstr(text, "RECORDING WITHOUT RUN"));
	cr_expect_not_null(strstr(text, "Environment=LD_PRELOAD="));
}

/* As far as it has no backslash, which setup takes out. */
Test(manual, it_explains_every_topic_of_help)
{
	for (const struct topic *topic = topic_table; topic->name; topic++) {
		cr_expect_not_null(strstr(text, topic->heading), "%s", topic->name);
		for (const struct topic_row *row = topic->rows; row->text; row++) {
			char said[2048];

			snprintf(said, sizeof(said), "%.*s", (int)strcspn(row->text, "\\"),
				 row->text);
			cr_expect_not_null(strstr(text, said), "%s", said);
		}
	}
	cr_expect_str_eq(topic_find("policy")->name, "policy");
	cr_expect_null(topic_find("polic"));
}

/* clang-format off */
Test(manual, it_lists_every_function_that_is_followed)
{
#define TRACK_CALL(function, group) cr_expect_not_null(strstr(text, #function), #function);
#include <track/calls.def>
#undef TRACK_CALL
}

Test(manual, it_lists_every_rule_state_and_note)
{
#define TRACK_RULE(id, name, sentence, judge, ...) cr_expect_not_null(strstr(text, name), name);
#include <track/rules.def>
#undef TRACK_RULE
#define TRACK_FINDING_STATE(id, name, fails, sentence) cr_expect_not_null(strstr(text, sentence), name);
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
#define TRACK_NOTE(id, name, weight, sentence) cr_expect_not_null(strstr(text, name), name);
#include <track/notes.def>
#undef TRACK_NOTE
}
/* clang-format on */
