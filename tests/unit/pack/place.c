/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/place.h>

#include <criterion/criterion.h>
#include <errno.h>

static struct pack_place parse(const char *text)
{
	struct pack_place place = {.term_count = 0};
	struct pack_place_error error;

	cr_assert_eq(pack_place_parse(text, &place, &error), 0, "%s", text);
	return place;
}

Test(place, a_root_is_a_return_an_argument_the_callback_or_a_number)
{
	cr_expect_eq(parse("ret").terms[0].root, PACK_ROOT_RET);
	cr_expect_eq(parse("arg31").terms[0].root, PACK_ROOT_ARG);
	cr_expect_eq(parse("arg31").terms[0].number, 31);
	cr_expect_eq(parse("callback").terms[0].root, PACK_ROOT_CALLBACK);
	cr_expect_eq(parse("-7").terms[0].number, -7);
	cr_expect_eq(parse("0x10").terms[0].number, 16);
	cr_expect_eq(parse("010").terms[0].number, 10);
}

Test(place, stars_come_before_offsets)
{
	struct pack_place place = parse("**arg1[8][-16].int");

	cr_assert_eq(place.terms[0].step_count, 4);
	cr_expect_eq(place.terms[0].steps[0], 0);
	cr_expect_eq(place.terms[0].steps[1], 0);
	cr_expect_eq(place.terms[0].steps[2], 8);
	cr_expect_eq(place.terms[0].steps[3], -16);
	cr_expect(place.terms[0].is_int);
	cr_expect_not(parse("arg1").terms[0].is_int);
}

Test(place, several_terms_are_joined)
{
	struct pack_place place = parse(" callback + arg2[8] + 3 ");

	cr_assert_eq(place.term_count, 3);
	cr_expect_eq(place.terms[1].steps[0], 8);
	cr_expect_eq(place.terms[2].number, 3);
	cr_expect(pack_place_uses(&place, PACK_ROOT_ARG));
	cr_expect_not(pack_place_uses(&place, PACK_ROOT_RET));
}

Test(place, what_is_no_place_is_told_where_and_why)
{
	static const struct {
		const char *text;
		size_t at;
	} rows[] = {
		{"", 0},
		{"arg", 3},
		{"argx", 3},
		{"return", 0},
		{"arg0 arg1", 5},
		{"arg0[", 5},
		{"arg0[8", 6},
		{"arg0[x]", 5},
		{"arg0.in", 5},
		{"arg0.integer", 8},
		{"arg0+", 5},
		{"5[8]", 4},
		{"5.int", 5},
		{"arg0[4294967296]", 15},
		{"1x", 0},
		{"arg0]", 4},
		{"99999999999999999999", 0},
		{"*", 1},
		{"*******arg0", 7},
		{"ret+ret+ret+ret+ret", 16},
		{"arg0[1][2][3][4][5][6][7]", 24},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pack_place_error error = {.at = 99};
		struct pack_place place;

		cr_expect_eq(pack_place_parse(rows[i].text, &place, &error), -EINVAL, "%s",
			     rows[i].text);
		cr_expect_eq(error.at, rows[i].at, "%s: %zu", rows[i].text, error.at);
		cr_expect_not_null(error.expected);
	}
}

Test(place, a_condition_asks_for_something_nothing_or_a_number)
{
	struct pack_condition condition = {.number = 1};
	struct pack_place_error error;

	cr_assert_eq(pack_condition_parse("arg0", &condition, &error), 0);
	cr_expect_eq(condition.test, PACK_TEST_SET);
	cr_assert_eq(pack_condition_parse("!arg0[8]", &condition, &error), 0);
	cr_expect_eq(condition.test, PACK_TEST_NULL);
	cr_assert_eq(pack_condition_parse("ret.int == -1", &condition, &error), 0);
	cr_expect_eq(condition.test, PACK_TEST_EQUAL);
	cr_expect_eq(condition.number, -1);
	cr_assert_eq(pack_condition_parse("arg1!=0x20", &condition, &error), 0);
	cr_expect_eq(condition.test, PACK_TEST_DIFFERENT);
	cr_expect_eq(condition.number, 32);
	cr_expect_eq(pack_condition_parse("arg1 = 2", &condition, &error), -EINVAL);
	cr_expect_eq(pack_condition_parse("!arg1 == 2", &condition, &error), -EINVAL);
	cr_expect_eq(pack_condition_parse("arg1 == ret", &condition, &error), -EINVAL);
	cr_expect_eq(pack_condition_parse("arg1 == 2 3", &condition, &error), -EINVAL);
}
