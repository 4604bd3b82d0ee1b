/* SPDX-License-Identifier: Apache-2.0 */
#include <report/diff.h>

#include "json_build.h"

#define REPORT_DIFF_SCHEMA 1

static struct json_object *side(struct json_build *build, const char *name, bool complete)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "name", name);
	build_bool(build, object, "complete", complete);
	return object;
}

static struct json_object *counts(struct json_build *build,
				  const size_t numbers[REPORT_CHANGE__COUNT])
{
	struct json_object *object = build_object(build);

	for (size_t i = 0; i < REPORT_CHANGE__COUNT; i++)
		build_number(build, object, report_change_names[i], numbers[i]);
	return object;
}

static struct json_object *item_object(struct json_build *build,
				       const struct report_diff_item *item)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "change", report_change_names[item->change]);
	build_text(build, object, "fingerprint", item->fingerprint);
	build_text(build, object, "rule", item->rule);
	build_text(build, object, "class", item->class_name);
	build_text(build, object, "state", item->state);
	build_text(build, object, "message", item->message);
	build_text(build, object, "function", item->function);
	build_text(build, object, "file", item->file);
	if (item->line)
		build_int(build, object, "line", item->line);
	else
		build_put(build, object, "line", NULL);
	build_number(build, object, "before", item->before);
	build_number(build, object, "now", item->now);
	build_bool(build, object, "only_strict", item->only_strict);
	return object;
}

int report_diff_json(FILE *stream, const struct report_diff *diff, const struct report_style *style)
{
	struct json_build build = {0};
	struct json_object *root = build_object(&build), *findings = build_array(&build);

	(void)style;
	for (size_t i = 0; i < diff->count; i++)
		build_append(&build, findings, item_object(&build, &diff->items[i]));
	build_int(&build, root, "schema", REPORT_DIFF_SCHEMA);
	build_put(&build, root, "old", side(&build, diff->before, diff->before_complete));
	build_put(&build, root, "new", side(&build, diff->now, diff->now_complete));
	build_put(&build, root, "counts", counts(&build, diff->counts));
	build_put(&build, root, "strict_counts", counts(&build, diff->strict_counts));
	build_put(&build, root, "findings", findings);
	build_number(&build, root, "left_out", diff->left_out);
	return build_write(&build, root, stream);
}
