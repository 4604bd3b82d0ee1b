/* SPDX-License-Identifier: Apache-2.0 */
#include <report/diff.h>

#include "written.inc.c"

static struct report_diff_item item(const char *fingerprint, uint64_t before, uint64_t now)
{
	return (struct report_diff_item){
		.fingerprint = fingerprint,
		.rule = "fd-leak",
		.class_name = "udp",
		.state = "leaked",
		.message = "a socket that outlived its agent",
		.function = "open_media_socket",
		.file = "/src/session.c",
		.line = 42,
		.before = before,
		.now = now,
	};
}

static struct report_diff diff_of(struct report_diff_item *items, size_t count)
{
	struct report_diff diff = {
		.before = "old.db",
		.now = "new.db",
		.before_complete = true,
		.now_complete = true,
	};

	cr_assert_eq(report_diff_make(items, count, &diff), 0);
	return diff;
}

static void write_diff(report_diff_writer write, const struct report_diff *diff)
{
	struct report_style style = {.folder = "/src"};
	FILE *stream = open_text();

	cr_assert_eq(write(stream, diff, &style), 0);
	fclose(stream);
}

Test(diff, each_way_to_differ_has_its_place)
{
	struct report_diff_item items[] = {
		item("a", 0, 2), item("b", 0, 3), item("c", 0, 4), item("d", 0, 1),
		item("e", 5, 0), item("d", 1, 0), item("c", 9, 0), item("b", 1, 0),
	};
	struct report_diff diff = diff_of(items, 8);

	cr_assert_eq(diff.count, 5);
	cr_expect_str_eq(diff.items[0].fingerprint, "a");
	cr_expect_eq(diff.items[0].change, REPORT_CHANGE_NEW);
	cr_expect_str_eq(diff.items[1].fingerprint, "b");
	cr_expect_eq(diff.items[1].change, REPORT_CHANGE_MORE);
	cr_expect_eq(diff.items[1].before, 1);
	cr_expect_eq(diff.items[1].now, 3);
	cr_expect_eq(diff.items[2].change, REPORT_CHANGE_FEWER);
	cr_expect_eq(diff.items[3].change, REPORT_CHANGE_FIXED);
	cr_expect_eq(diff.items[4].change, REPORT_CHANGE_UNCHANGED);
	cr_expect(report_diff_is_worse(&diff));
}

Test(diff, one_fingerprint_of_several_recordings_is_counted_once_by_its_sum)
{
	struct report_diff_item items[] = {item("a", 0, 2), item("a", 0, 1), item("a", 3, 0)};
	struct report_diff diff = diff_of(items, 3);

	cr_assert_eq(diff.count, 1);
	cr_expect_eq(diff.items[0].now, 3);
	cr_expect_eq(diff.items[0].change, REPORT_CHANGE_UNCHANGED);
	cr_expect_not(report_diff_is_worse(&diff));
}

Test(diff, what_is_shown_is_as_it_is_now)
{
	struct report_diff_item items[] = {item("a", 0, 2), item("a", 1, 0)};
	struct report_diff diff;

	items[1].message = "a socket of yore";
	diff = diff_of(items, 2);
	cr_expect_str_eq(diff.items[0].message, "a socket that outlived its agent");
}

Test(diff, without_evidence_nothing_is_fixed)
{
	struct report_diff_item items[] = {item("a", 1, 0), item("b", 2, 0), item("b", 0, 1)};
	struct report_diff diff = {.before = "old.db", .now = "new.db", .before_complete = true};

	cr_assert_eq(report_diff_make(items, 3, &diff), 0);
	cr_expect_eq(diff.counts[REPORT_CHANGE_UNSEEN], 2);
	cr_expect_eq(diff.counts[REPORT_CHANGE_FIXED], 0);
	write_diff(report_diff_text, &diff);
	expect("evidence is missing in new.db: what is unseen there may not be fixed\n");
	write_diff(report_diff_markdown, &diff);
	expect("Evidence is missing now");
}

Test(diff, the_text_counts_and_lists)
{
	struct report_diff_item items[] = {item("f00d", 0, 2)};
	struct report_diff diff = diff_of(items, 1);

	diff.left_out = 1;
	write_diff(report_diff_text, &diff);
	expect("old.db → new.db: 1 new, 0 more, 0 fewer, 0 fixed, 0 unchanged\n"
	       "new       0 → 2  leaked  fd-leak  a socket that outlived its agent"
	       "  open_media_socket  session.c:42  [f00d]\n"
	       "1 finding left out, since the policy excuses it\n");
}

Test(diff, the_table_has_no_row_for_what_did_not_change)
{
	struct report_diff_item items[] = {item("a", 0, 2), item("b", 0, 1), item("b", 1, 0)};
	struct report_diff diff = diff_of(items, 3);

	write_diff(report_diff_markdown, &diff);
	expect("**rtctrack**: 1 new, 1 unchanged (old.db → new.db)\n");
	expect("| new | fd-leak | open&#95;media&#95;socket session.c:42 | a socket that outlived "
	       "its agent | 0 | 2 |\n");
	expect_not("| unchanged");
}

Test(diff, what_a_program_calls_things_is_no_markup)
{
	struct report_diff_item items[] = {item("a", 0, 1)};
	struct report_diff diff;

	items[0].function = "a|b`<img src=x>@all\\";
	items[0].message = "[x](http://y)\n| row |";
	diff = diff_of(items, 1);
	write_diff(report_diff_markdown, &diff);
	expect_not("a|b");
	expect_not("<img");
	expect_not("@all");
	expect_not("http://");
	expect_not("\n| row");
}

Test(diff, the_table_ends_before_what_a_comment_may_hold)
{
	static struct report_diff_item items[2000];
	static char names[2000][8];
	struct report_diff diff;

	for (size_t i = 0; i < 2000; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		items[i] = item(names[i], 0, 1);
	}
	diff = diff_of(items, 2000);
	write_diff(report_diff_markdown, &diff);
	cr_expect_leq(strlen(text), 60000);
	cr_expect_gt(strlen(text), 50000);
	expect(" more are not shown here.\n");
	expect_not("\n|\n");
}

Test(diff, programs_read_every_item)
{
	struct report_diff_item items[] = {item("a", 0, 2), item("b", 1, 0), item("b", 0, 1)};
	struct report_diff diff = diff_of(items, 3);

	write_diff(report_diff_json, &diff);
	expect("\"schema\":1,");
	expect("\"change\":\"new\",");
	expect("\"change\":\"unchanged\",");
	expect("\"before\":0,\n      \"now\":2");
	expect("\"new\":1,");
}

Test(diff, what_fails_only_strictly_is_apart_and_not_worse)
{
	struct report_diff_item items[] = {item("a", 0, 2), item("b", 0, 3), item("a", 0, 1),
					   item("b", 4, 0), item("c", 1, 1), item("d", 1, 1)};
	struct report_diff diff;

	items[0].only_strict = items[4].only_strict = true;
	diff = diff_of(items, 6);
	cr_assert_eq(diff.count, 5);
	cr_expect_eq(diff.counts[REPORT_CHANGE_NEW], 1);
	cr_expect_eq(diff.counts[REPORT_CHANGE_FEWER], 1);
	cr_expect_eq(diff.strict_counts[REPORT_CHANGE_NEW], 1);
	cr_expect_eq(diff.strict_counts[REPORT_CHANGE_UNCHANGED], 1);
	cr_expect(items[3].only_strict && items[4].only_strict);
	cr_expect(report_diff_is_worse(&diff));
	write_diff(report_diff_text, &diff);
	expect("what fails a gate only with --strict: 1 new, 0 more, 0 fewer, 0 fixed, 1 "
	       "unchanged\nnew       0 → 2  ");
	write_diff(report_diff_markdown, &diff);
	expect("| new (strict) | fd-leak | ");
	expect_not("unchanged (strict)");
	expect_not("no findings");
	expect_not("not shown");
}

Test(diff, what_fails_only_strictly_alone_is_not_worse)
{
	struct report_diff_item items[] = {item("a", 0, 2)};
	struct report_diff diff;

	items[0].only_strict = true;
	diff = diff_of(items, 1);
	cr_expect_not(report_diff_is_worse(&diff));
}
