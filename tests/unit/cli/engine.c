/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include <criterion/criterion.h>
#include <errno.h>

/* What came of each wish, by what the program is, and whether probes work: a letter each. */
#define SHIM 's'
#define PROBES 'p'
#define BOTH 'b'
#define REFUSED '-'

/* clang-format off */
static const struct {
	enum program_trouble trouble;
	/* In the order of the wishes: auto, shim, probes, both. */
	const char *with, *without, *with_patterns;
} cases[] = {
	{PROGRAM_FINE,       "sspb", "ss--", "bspb"},
	{PROGRAM_STATIC,     "pspp", "ss--", "pspp"},
	{PROGRAM_PRIVILEGED, "pspp", "ss--", "pspp"},
	{PROGRAM_FOREIGN,    "sspp", "ss--", "sspp"},
	{PROGRAM_MUSL,       "pspp", "ss--", "pspp"},
	{PROGRAM_GO,         "pspp", "ss--", "pspp"},
};
/* clang-format on */

static char choose(enum option_engine wish, enum program_trouble trouble, bool patterns,
		   bool probes_work)
{
	static const char letters[] = {
		[ENGINE_SHIM] = SHIM, [ENGINE_PROBES] = PROBES, [ENGINE_BOTH] = BOTH};
	enum engine engine;
	int r = engine_choose(wish, trouble, patterns, probes_work, &engine);

	cr_assert(r == 0 || r == -EOPNOTSUPP);
	return r == 0 ? letters[engine] : REFUSED;
}

Test(engine, it_is_chosen_by_wish_and_program_and_whether_probes_work)
{
	cr_assert_eq(sizeof(cases) / sizeof(cases[0]), PROGRAM__COUNT, "a program has no case");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (enum option_engine wish = OPTION_ENGINE_AUTO; wish <= OPTION_ENGINE_BOTH;
		     wish++) {
			cr_expect_eq(choose(wish, cases[i].trouble, true, true),
				     cases[i].with_patterns[wish],
				     "program %u, wish %u, with patterns", cases[i].trouble, wish);
			cr_expect_eq(choose(wish, cases[i].trouble, false, true),
				     cases[i].with[wish], "program %u, wish %u, with probes",
				     cases[i].trouble, wish);
			for (int patterns = 0; patterns < 2; patterns++)
				cr_expect_eq(choose(wish, cases[i].trouble, patterns, false),
					     cases[i].without[wish], "program %u, wish %u, without",
					     cases[i].trouble, wish);
		}
}

Test(engine, probes_are_only_tried_where_they_can_be_chosen)
{
	for (enum program_trouble trouble = PROGRAM_FINE; trouble < PROGRAM__COUNT; trouble++) {
		cr_expect_not(engine_wants_probes(OPTION_ENGINE_SHIM, trouble, true));
		for (int patterns = 0; patterns < 2; patterns++)
			cr_expect_eq(engine_wants_probes(OPTION_ENGINE_AUTO, trouble, patterns),
				     choose(OPTION_ENGINE_AUTO, trouble, patterns, true) != SHIM);
		cr_expect(engine_wants_probes(OPTION_ENGINE_PROBES, trouble, false));
	}
}

Test(engine, each_has_a_name)
{
	cr_expect_str_eq(engine_name(ENGINE_SHIM), "shim");
	cr_expect_str_eq(engine_name(ENGINE_PROBES), "probes");
	cr_expect_str_eq(engine_name(ENGINE_BOTH), "both");
}
