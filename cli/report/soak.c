/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

static const char trends_sql[] =
	"SELECT verdict, kind, class, culprit_function, culprit_file, culprit_module, culprit_line,"
	" first, last, warm_up, slope, slope_low, slope_high, supply, capacity, sessions_left"
	" FROM trend WHERE id >= ?1 ORDER BY id";

static int read_trend(struct report *report, struct trace_query *query, void *item)
{
	struct report_trend *trend = item;
	const char **texts[] = {&trend->verdict,      &trend->kind,
				&trend->class_name,   &trend->culprit_function,
				&trend->culprit_file, &trend->culprit_module};
	int r = 0;

	for (int i = 0; r == 0 && i < (int)(sizeof(texts) / sizeof(texts[0])); i++)
		r = row_text(report, query, i, texts[i]);
	trend->culprit_line = (int)trace_query_int(query, 6);
	trend->first = trace_query_int(query, 7);
	trend->last = trace_query_int(query, 8);
	trend->warm_up = (uint64_t)trace_query_int(query, 9);
	trend->slope = trace_query_real(query, 10);
	trend->low = trace_query_real(query, 11);
	trend->high = trace_query_real(query, 12);
	trend->has_slope = !trace_query_null(query, 10) && isfinite(trend->slope) &&
			   isfinite(trend->low) && isfinite(trend->high);
	trend->capacity = (uint64_t)trace_query_int(query, 14);
	trend->left = (uint64_t)trace_query_int(query, 15);
	return r == 0 ? row_text(report, query, 13, &trend->supply) : r;
}

static uint64_t number(struct trace *trace, const char *key)
{
	const char *text = trace_meta(trace, key);

	return text ? strtoull(text, NULL, 10) : 0;
}

static int text(struct trace *trace, struct report *report, const char *key, const char **ret_text)
{
	const char *value = trace_meta(trace, key);

	return arena_text(report->arena, value && value[0] ? value : NULL, ret_text);
}

int soak_read(struct trace *trace, struct report *report)
{
	struct report_soak *soak;
	struct rows rows;
	int r;

	if (!trace_meta(trace, "soak"))
		return 0;
	soak = arena_allocate(report->arena, 1, sizeof(*soak));
	if (!soak)
		return -ENOMEM;
	r = text(trace, report, "soak", &soak->by);
	if (r == 0)
		r = text(trace, report, "soak_what", &soak->what);
	if (r == 0)
		r = text(trace, report, "no_verdict", &soak->no_verdict);
	if (r == 0)
		r = rows_read(trace, report, trends_sql, 1, sizeof(*soak->trends), read_trend,
			      &rows);
	if (r < 0)
		return r;
	soak->wanted = number(trace, "soak_sessions");
	soak->sessions = number(trace, "soak_over");
	soak->trends = rows.items;
	soak->trend_count = rows.count;
	report->soak = soak;
	return 0;
}
