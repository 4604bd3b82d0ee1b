/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <scenario.h>
#include <scene.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_SIZE = 256 };

/* clang-format off */
/* What rtctrack judges by, and what it is going to: until then some rows are ahead of it. */
static const char *const rules[] = {
#define TRACK_RULE(id, name, says, judge, ...) name,
#include <track/rules.def>
#undef TRACK_RULE
	"teardown-deadlock",
	"lock-order",
};

static const char *const kinds[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) #name,
#include <track/kinds.def>
#undef TRACK_KIND
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool is_among(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

/* Each of names, which are separated by commas. */
static bool are_among(const char *const *known, size_t count, const char *names)
{
	char each[NAMES_SIZE], *rest = each, *name;

	snprintf(each, sizeof(each), "%s", names);
	while ((name = strsep(&rest, ","))) {
		if (!is_among(known, count, name))
			return false;
	}
	return true;
}

#define ARE_RULES(names) are_among(rules, COUNT(rules), names)
#define ARE_KINDS(names) are_among(kinds, COUNT(kinds), names)

#define FOR_EACH(scenario)                                                                         \
	for (const struct scenario *scenario = scenarios; scenario < scenarios + scenario_count;   \
	     scenario++)

Test(scenario, each_has_a_name_of_its_own_by_which_it_is_found)
{
	char name[SCENARIO_NAME_SIZE];

	FOR_EACH(scenario)
	{
		cr_expect_lt(strlen(scenario->id), SCENARIO_NAME_SIZE, "%s", scenario->id);
		scenario_name(scenario, name);
		cr_expect_null(strchr(name, '_'));
		cr_expect_eq(scenario_find(name), scenario, "%s is there twice", name);
	}
	cr_expect_null(scenario_find(""));
	cr_expect_null(scenario_find("no-such-scenario"));
}

Test(scenario, each_rule_and_kind_is_one_of_rtctracks)
{
	FOR_EACH(scenario)
	{
		bool is_control = scenario_is_control(scenario);

		cr_expect(is_control || ARE_RULES(scenario->rule), "%s: %s", scenario->id,
			  scenario->rule);
		cr_expect(ARE_KINDS(scenario->kind), "%s: %s", scenario->id, scenario->kind);
	}
	cr_expect_not(ARE_RULES("fd-leak,none"));
	cr_expect_not(ARE_RULES("fd-leak, growth"));
	cr_expect_not(ARE_KINDS("fd,fd-leak"));
}

Test(scenario, controls_and_only_they_show_nothing)
{
	FOR_EACH(scenario)
	{
		bool is_control = scenario_is_control(scenario);

		cr_expect_eq(scenario->effect.kind == EFFECT_NOTHING, is_control, "%s",
			     scenario->id);
		cr_expect_eq(!*scenario->culprit, is_control, "%s", scenario->id);
		cr_expect(!is_control || scenario->fault == FAULT_NONE, "%s", scenario->id);
	}
}

Test(scenario, an_effect_that_is_counted_has_an_amount)
{
	FOR_EACH(scenario)
	cr_expect(scenario->effect.kind >= EFFECT_COUNTED || scenario->effect.amount, "%s",
		  scenario->id);
}

Test(scenario, each_says_what_happens_and_can_be_played)
{
	FOR_EACH(scenario)
	{
		cr_expect(*scenario->what, "%s", scenario->id);
		cr_expect(*scenario->layer, "%s", scenario->id);
		cr_expect(*scenario->upstream || scenario_is_control(scenario), "%s", scenario->id);
		cr_expect_not_null((const void *)scenario->play->session, "%s", scenario->id);
		cr_expect(!strpbrk(scenario->what, "|\t\n"), "%s: breaks a table", scenario->id);
	}
}
