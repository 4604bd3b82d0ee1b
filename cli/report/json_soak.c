/* SPDX-License-Identifier: Apache-2.0 */
#include "json_soak.h"

/* As people write it: 1.9, and not 1.8999999999999999. */
static struct json_object *real(struct json_build *build, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6g", value);
	return build_checked(build, json_object_new_double_s(value, text));
}

static struct json_object *interval(struct json_build *build, const struct report_trend *trend)
{
	struct json_object *array;

	if (!trend->has_slope)
		return NULL;
	array = build_array(build);
	build_append(build, array, real(build, trend->low));
	build_append(build, array, real(build, trend->high));
	return array;
}

static struct json_object *forecast(struct json_build *build, const struct report_trend *trend)
{
	struct json_object *object;

	if (!trend->supply)
		return NULL;
	object = build_object(build);
	build_text(build, object, "supply", trend->supply);
	build_number(build, object, "capacity", trend->capacity);
	build_number(build, object, "sessions", trend->left);
	return object;
}

static struct json_object *culprit(struct json_build *build, const struct report_trend *trend)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "function", trend->culprit_function);
	build_text(build, object, "file", trend->culprit_file);
	if (trend->culprit_line)
		build_int(build, object, "line", trend->culprit_line);
	else
		build_put(build, object, "line", NULL);
	build_text(build, object, "module", trend->culprit_module);
	return object;
}

static struct json_object *trend_object(struct json_build *build, const struct report_trend *trend)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "trend", trend->verdict);
	build_text(build, object, "kind", trend->kind);
	build_text(build, object, "class", trend->class_name);
	build_put(build, object, "culprit", culprit(build, trend));
	build_put(build, object, "first",
		  build_checked(build, json_object_new_int64(trend->first)));
	build_put(build, object, "last", build_checked(build, json_object_new_int64(trend->last)));
	build_number(build, object, "warm_up", trend->warm_up);
	build_put(build, object, "slope", trend->has_slope ? real(build, trend->slope) : NULL);
	build_put(build, object, "interval", interval(build, trend));
	build_put(build, object, "forecast", forecast(build, trend));
	return object;
}

struct json_object *json_soak(struct json_build *build, const struct report *report)
{
	const struct report_soak *soak = report->soak;
	struct json_object *object, *trends;

	if (!soak)
		return NULL;
	object = build_object(build);
	trends = build_array(build);
	build_text(build, object, "by", soak->by);
	build_text(build, object, "what", soak->what);
	build_number(build, object, "wanted", soak->wanted);
	build_number(build, object, "sessions", soak->sessions);
	build_text(build, object, "no_verdict", soak->no_verdict);
	for (size_t i = 0; i < soak->trend_count; i++)
		build_append(build, trends, trend_object(build, &soak->trends[i]));
	build_put(build, object, "trends", trends);
	return object;
}
