/* SPDX-License-Identifier: Apache-2.0 */
#include <report/report.h>

#include "fixture.inc.c"

static void expect_fails(const char *state, enum report_fails fails)
{
	struct trace *trace = make_trace(3);
	struct report *report;

	execute(trace, "UPDATE finding SET state = '%s'", state);
	report = read_report(trace, NULL);
	cr_assert_eq(report->finding_count, 1);
	cr_expect_eq(report->findings[0].fails, fails, "%s", state);
	report_destroy(report);
	trace_close(trace);
}

Test(finding, it_fails_a_gate_as_its_state_says)
{
	expect_fails("leaked", REPORT_FAILS_ALWAYS);
	expect_fails("at-exit", REPORT_FAILS_STRICT);
	expect_fails("late", REPORT_FAILS_NEVER);
}

Test(finding, a_state_that_nobody_knows_fails_none)
{
	expect_fails("nonsense", REPORT_FAILS_NEVER);
}
