/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <effect.h>
#include <fcntl.h>
#include <unistd.h>

TestSuite(effect, .init = cr_redirect_stdout);

enum { BEFORE = 10, SESSIONS = 3 };

/* Whether so many more show the effect, after three sessions. */
static bool shows(struct effect effect, long more)
{
	struct account before = {{0}}, after = {{0}};

	before.values[effect.kind] = BEFORE;
	after.values[effect.kind] = (unsigned long)(BEFORE + more);
	return effect_shows(&effect, &before, &after, SESSIONS);
}

static void expect_only(struct effect effect, long right)
{
	for (long more = -BEFORE; more <= BEFORE; more++)
		cr_expect_eq(shows(effect, more), more == right, "%ld more", more);
}

Test(effect, an_amount_per_session_is_as_many_times)
{
	expect_only((struct effect){EFFECT_FDS, EFFECT_PER_SESSION, 2}, 6);
	expect_only((struct effect){EFFECT_OBJECTS, EFFECT_PER_SESSION, 1}, 3);
}

Test(effect, an_amount_per_run_is_that)
{
	expect_only((struct effect){EFFECT_THREADS, EFFECT_PER_RUN, 2}, 2);
}

Test(effect, at_least_is_that_or_more_and_never_less)
{
	struct effect effect = {EFFECT_LATE, EFFECT_AT_LEAST, 2};

	for (long more = -BEFORE; more <= BEFORE; more++)
		cr_expect_eq(shows(effect, more), more >= 2, "%ld more", more);
}

Test(effect, another_kind_does_not_show_it)
{
	struct effect effect = {EFFECT_FDS, EFFECT_PER_RUN, 1};
	struct account before = {{0}}, after = {{[EFFECT_THREADS] = 1}};

	cr_expect_not(effect_shows(&effect, &before, &after, 1));
}

Test(effect, who_comes_to_his_end_did_neither_hang_nor_crash)
{
	struct account same = {{0}};

	for (enum effect_kind kind = EFFECT_COUNTED; kind <= EFFECT_NOTHING; kind++) {
		struct effect effect = {kind, EFFECT_PER_RUN, 0};

		cr_expect_not(effect_shows(&effect, &same, &same, 1));
		cr_expect(effect_is_absent(&same, &same));
	}
}

Test(effect, one_more_or_less_of_anything_counted_is_noticed)
{
	for (enum effect_kind kind = 0; kind < EFFECT_COUNTED; kind++) {
		struct account before = {{0}}, more, less;

		before.values[kind] = BEFORE;
		more = less = before;
		more.values[kind]++;
		less.values[kind]--;
		cr_expect(effect_is_absent(&before, &before));
		cr_expect_not(effect_is_absent(&before, &more));
		cr_expect_not(effect_is_absent(&before, &less));
	}
}

Test(effect, the_account_sees_a_descriptor_that_stays_open)
{
	struct effect effect = {EFFECT_FDS, EFFECT_PER_RUN, 1};
	struct account before, after;
	int fd;

	account_take(&before);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	cr_assert_geq(fd, 0);
	account_take(&after);
	cr_expect(effect_shows(&effect, &before, &after, 1));
	cr_expect_not(effect_is_absent(&before, &after));
	close(fd);
	account_take(&after);
	cr_expect_not(effect_shows(&effect, &before, &after, 1));
	cr_expect(effect_is_absent(&before, &after));
}

Test(effect, the_account_sees_what_came_in_vain)
{
	struct effect effect = {EFFECT_MISSED, EFFECT_PER_SESSION, 1};
	struct account before, after;

	account_take(&before);
	effect_count_missed();
	effect_count_missed();
	account_take(&after);
	cr_expect(effect_shows(&effect, &before, &after, 2));
	cr_expect_not(effect_is_absent(&before, &after));
}

Test(effect, it_is_described_in_words)
{
	static const struct {
		struct effect effect;
		const char *text;
	} rows[] = {
		{{EFFECT_FDS, EFFECT_PER_SESSION, 2}, "2 open descriptors a session"},
		{{EFFECT_THREADS, EFFECT_PER_RUN, 1}, "1 threads"},
		{{EFFECT_LATE, EFFECT_AT_LEAST, 3}, "3 uses of what is gone or more"},
		{{EFFECT_HANG, EFFECT_PER_RUN, 1}, "a hang"},
		{{EFFECT_CRASH, EFFECT_PER_RUN, 1}, "a crash"},
		{{EFFECT_NOTHING, EFFECT_PER_RUN, 0}, "nothing"},
	};
	char text[EFFECT_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		effect_describe(&rows[i].effect, text);
		cr_expect_str_eq(text, rows[i].text);
	}
}
