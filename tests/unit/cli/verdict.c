/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict.h"

#include <criterion/criterion.h>

#include "command.h"

static char line[512];

static int conclude(struct verdict verdict)
{
	return verdict_conclude(&verdict, line, sizeof(line));
}

Test(verdict, nothing_found_passes)
{
	cr_expect_eq(conclude((struct verdict){0}), EXIT_CLEAN);
	cr_expect_str_eq(line, "passed");
}

Test(verdict, what_would_fail_a_strict_gate_is_told)
{
	cr_expect_eq(conclude((struct verdict){.strict = 1}), EXIT_CLEAN);
	cr_expect_str_eq(line, "passed; 1 finding would fail it with --strict");
	cr_expect_eq(conclude((struct verdict){.strict = 2}), EXIT_CLEAN);
	cr_expect_str_eq(line, "passed; 2 findings would fail it with --strict");
}

Test(verdict, what_is_undecided_is_said_of_a_pass)
{
	cr_expect_eq(conclude((struct verdict){.strict = 3, .rechecks = 1}), EXIT_CLEAN);
	cr_expect_str_eq(line, "passed; 1 finding is undecided: the program ended within the grace "
			       "time, and was not held back; 3 findings would fail it with "
			       "--strict");
	cr_expect_eq(conclude((struct verdict){.strict = 2, .rechecks = 2, .held = true}),
		     EXIT_CLEAN);
	cr_expect_str_eq(line, "passed; 2 findings are undecided: the program ended within the "
			       "grace time, and was held back for less than that; 2 findings would "
			       "fail it with --strict");
}

Test(verdict, recordings_that_cannot_be_read_are_no_pass)
{
	struct verdict verdict = {.missing = 2, .unused = 1};

	cr_expect_not(verdict_is_complete(&verdict));
	cr_expect_eq(conclude(verdict), EXIT_NO_VERDICT);
	cr_expect_str_eq(line, "no verdict: 2 of the files cannot be read as a recording");
	verdict.lost = verdict.failing = 1;
	cr_expect_eq(conclude(verdict), EXIT_FINDINGS);
}

Test(verdict, excuses_are_counted_by_their_files)
{
	struct verdict verdict = {.failing = 2};

	verdict_excuse(&verdict, "leaks.supp");
	verdict_excuse(&verdict, "the baseline");
	verdict_excuse(&verdict, "leaks.supp");
	cr_expect_eq(conclude(verdict), EXIT_FINDINGS);
	cr_expect_str_eq(line, "failed by 2 findings (3 more are excused: 2 by leaks.supp, 1 by "
			       "the baseline)");
	verdict.failing = 0;
	verdict.strict = 4;
	cr_expect_eq(conclude(verdict), EXIT_CLEAN);
	cr_expect_str_eq(line, "passed; 3 findings are excused: 2 by leaks.supp, 1 by the "
			       "baseline; 4 would fail it with --strict");
}

Test(verdict, more_files_than_are_named_are_counted_as_others)
{
	static const char *const files[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
	struct verdict verdict = {0};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		verdict_excuse(&verdict, files[i]);
	verdict_excuse(&verdict, "f");
	cr_expect_eq(conclude(verdict), EXIT_CLEAN);
	cr_expect_str_eq(line, "passed; 9 findings are excused: 1 by a, 1 by b, 1 by c, 1 by d, 1 "
			       "by e, 2 by f, 2 by others");
}

Test(verdict, missing_evidence_is_never_a_pass)
{
	cr_expect_eq(conclude((struct verdict){.lost = 1, .excused = 1}), EXIT_NO_VERDICT);
	cr_expect_str_eq(line, "no verdict: evidence is missing; the report's notes say what");
	cr_expect_eq(conclude((struct verdict){.unfinished = true, .strict = 1}), EXIT_NO_VERDICT);
	cr_expect_str_eq(line, "no verdict: the recording did not come to its end");
}

Test(verdict, findings_weigh_more_than_missing_evidence)
{
	cr_expect_eq(conclude((struct verdict){.failing = 1, .lost = 1}), EXIT_FINDINGS);
	cr_expect_str_eq(line, "failed by 1 finding");
}

Test(verdict, suppressions_that_match_nothing_fail_a_strict_gate_if_all_was_seen)
{
	cr_expect_eq(conclude((struct verdict){.unused = 2}), EXIT_FINDINGS);
	cr_expect_str_eq(line, "failed: 2 lines of the suppressions matched nothing");
	cr_expect_eq(conclude((struct verdict){.unused = 2, .lost = 1}), EXIT_NO_VERDICT);
}

Test(verdict, what_is_fixed_is_told_if_all_was_seen)
{
	cr_expect_eq(conclude((struct verdict){.fixed = 1}), EXIT_CLEAN);
	cr_expect_str_eq(line, "passed; 1 of what the baseline knows is fixed");
	conclude((struct verdict){.failing = 1, .fixed = 2, .lost = 1});
	cr_expect_str_eq(line, "failed by 1 finding");
}
