/* SPDX-License-Identifier: Apache-2.0 */
#include "text_next.h"

#include <base/text.h>
#include <inttypes.h>
#include <string.h>

/* A pattern that nothing matched may be a slip of the pen: what it could have been. */
static void say_absent(FILE *stream, const struct report *report)
{
	if (report->absent_rule)
		fprintf(stream, "  --rule %s: no finding is that%s", report->absent_rule,
			report->rule_count ? "; there are:" : " or any other\n");
	for (size_t i = 0; i < report->rule_count; i++)
		fprintf(stream, "%s %s %" PRIu64 "%s", i ? "," : "", report->rules[i].name,
			report->rules[i].count, i + 1 == report->rule_count ? "\n" : "");
	if (report->absent_scope && !report->scope_count)
		fprintf(stream, "  --scope %s: this program names no scopes\n",
			report->absent_scope);
	else if (report->absent_scope)
		fprintf(stream,
			"  --scope %s: there is no such scope; there are:", report->absent_scope);
	for (size_t i = 0; report->absent_scope && i < report->scope_count; i++)
		fprintf(stream, "%s %s%s", i ? "," : "", report->scopes[i],
			i + 1 == report->scope_count ? "\n" : "");
	if (report->absent_mine && report->finding_count)
		fprintf(stream,
			"  --mine %s: no file or module in these stacks is that;"
			" the culprits are as judged\n",
			report->absent_mine);
}

/* By one of these options. */
static void left_out(FILE *stream, size_t count)
{
	static const char *const options[] = {
/* clang-format off */
#define NAME_OTHER(option)
#define NAME_LEAVES_OUT(option) option,
#define REPORT_FILTER(where, field_type, member, effect, option, ...) NAME_##effect(option)
#include <report/filters.def>
#undef REPORT_FILTER
		/* clang-format on */
	};
	const size_t option_count = sizeof(options) / sizeof(*options);

	fprintf(stream, "  %zu finding%s left out by", count, text_plural(count));
	for (size_t i = 0; i < option_count; i++)
		fprintf(stream, "%s --%s",
			i == 0		       ? ""
			: i + 1 < option_count ? ","
					       : " or",
			options[i]);
	fputc('\n', stream);
}

/* Of what is merely alive at the end, nobody knows whether it is wanted. */
static bool may_be_meant(const struct report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		if (strcmp(report->findings[i].state, "at-exit") != 0)
			return false;
	return report->mark_count == 0;
}

/* What was there before the recording began has no place to start at. */
static bool has_culprit(const struct report *report)
{
	return report->finding_count && strcmp(report->findings[0].state, "unknown-origin") != 0 &&
	       !report_is_excused(&report->findings[0]);
}

/* Of what was ended, where it stood says more than what was merely alive then. */
static bool tells_less(const struct report *report)
{
	return report->timeout_s && report->thread_count && !report->hang_told &&
	       (!report->finding_count || may_be_meant(report));
}

void text_next(FILE *stream, const struct report *report)
{
	size_t hidden = report->finding_total - report->finding_count;
	const char *path = report->trace_path;

	if (report->finding_others)
		left_out(stream, report->finding_others);
	if (hidden)
		fprintf(stream, "  %zu more finding%s left out by --top\n", hidden,
			text_plural(hidden));
	say_absent(stream, report);
	fputc('\n', stream);
	if (!report->process_count)
		fprintf(stream, "nothing was recorded; 'rtctrack doctor' says what works here\n");
	else if (!path)
		return;
	else if (tells_less(report))
		fprintf(stream,
			"next: where its threads stood says what it waited for; the trace is %s\n",
			path);
	else if (has_culprit(report))
		fprintf(stream, "next: start at the culprit of finding 1; the trace is %s\n%s",
			path,
			may_be_meant(report) ? "      whether it grows, marks show: 'rtctrack mark "
					       "TEXT' after each "
					       "session (see 'rtctrack help mark')\n"
					     : "");
	else
		fprintf(stream, "trace: %s\n", path);
}
