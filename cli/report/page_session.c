/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <inttypes.h>
#include <report/page.h>
#include <stdlib.h>
#include <string.h>

#include "json_build.h"
#include "json_gate.h"

#define SESSION_SCHEMA 1

/* Whoever gave it may have made it of any bytes; a JSON document is UTF-8. */
static void put_clean(struct json_build *build, struct json_object *object, const char *key,
		      const char *text)
{
	size_t length = text ? strlen(text) : 0;
	char *clean = text ? malloc(3 * length + 1) : NULL;

	if (clean)
		text_clean(text, length, clean, 3 * length + 1);
	build->failed |= text && !clean;
	build_text(build, object, key, clean);
	free(clean);
}

static void put_text(struct json_build *build, struct json_object *object, const char *key,
		     const void *member)
{
	put_clean(build, object, key, *(const char *const *)member);
}

static void put_count(struct json_build *build, struct json_object *object, const char *key,
		      const void *member)
{
	uint32_t count = *(const uint32_t *)member;
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, count);
	build_text(build, object, key, count ? text : NULL);
}

/* Texts, as the page's own address has them; a wish that is none is null. */
static struct json_object *filter_object(struct json_build *build,
					 const struct report_filter *filter)
{
	struct json_object *object = build_object(build);

/* clang-format off */
#define REPORT_FILTER(where, field_type, member, ...) \
	_Generic(filter->member, const char *: put_text, uint32_t: put_count)( \
		build, object, #member, &filter->member);
#include <report/filters.def>
#undef REPORT_FILTER
	/* clang-format on */
	return object;
}

/* Where source files are shown, and what the names of files that lie here begin with. */
static struct json_object *source_object(struct json_build *build, const struct report_style *style)
{
	struct json_object *object = build_object(build);

	put_clean(build, object, "url", style->source_url);
	put_clean(build, object, "root", style->root);
	return object;
}

/* Of several with one fingerprint, one that fails. */
static void add_finding(struct json_build *build, struct json_object *findings,
			const struct report_finding *finding)
{
	bool is_known = json_object_object_get_ex(findings, finding->fingerprint, NULL);

	if (finding->gate.judged && (!is_known || finding->gate.fails))
		build_put(build, findings, finding->fingerprint, json_gate_said(build, finding));
}

/* verdict: its own, or of all reports together, which the first of them has. */
static struct json_object *gate_object(struct json_build *build, const struct report *first,
				       const struct report *report)
{
	const struct report *said = report && report->verdict ? report : first;
	const struct report *judged = report && report->judged ? report->judged : report;
	struct json_object *object, *findings;

	if (!report || !said || !said->verdict)
		return NULL;
	object = build_object(build);
	findings = build_object(build);
	build_text(build, object, "verdict", said->verdict);
	build_int(build, object, "code", said->verdict_code);
	for (size_t i = 0; i < judged->finding_count; i++)
		add_finding(build, findings, &judged->findings[i]);
	build_put(build, object, "findings", findings);
	return object;
}

static struct json_object *trace_object(struct json_build *build, const struct report *first,
					const struct report_page_trace *trace)
{
	const char *slash = strrchr(trace->path, '/');
	struct json_object *object = build_object(build);

	put_clean(build, object, "name", slash && slash[1] ? slash + 1 : trace->path);
	put_clean(build, object, "path", trace->path);
	build_number(build, object, "revision", trace->revision);
	build_bool(build, object, "live", trace->live);
	build_bool(build, object, "gone", trace->gone);
	build_number(build, object, "size", trace->size);
	build_put(build, object, "gate", gate_object(build, first, trace->report));
	return object;
}

int report_page_session(FILE *stream, const struct report_page_session *session)
{
	const struct report_style *style = session->style;
	struct json_build build = {0};
	struct json_object *root = build_object(&build), *traces = build_array(&build);
	const struct report *first = session->trace_count ? session->traces[0].report : NULL;

	for (size_t i = 0; i < session->trace_count; i++)
		build_append(&build, traces, trace_object(&build, first, &session->traces[i]));
	build_int(&build, root, "schema", SESSION_SCHEMA);
	build_text(&build, root, "version", style->version);
	build_bool(&build, root, "served", session->served);
	build_put(&build, root, "source", source_object(&build, style));
	build_put(&build, root, "filter", filter_object(&build, &style->filter));
	build_put(&build, root, "traces", traces);
	return build_write_in_page(&build, root, stream);
}
