/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS standard); in comments, its sections. */
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <report/merge.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json_build.h"
#include "place.h"
#include "sarif_result.h"

#define SARIF_VERSION "2.1.0"
#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
#define NAME "rtctrack"
#define FIXED_MAX 100 /* of a baseline: so many are told one by one */

static struct json_object *tool(struct json_build *build, const struct report_style *style)
{
	struct json_object *object = build_object(build), *driver = build_object(build);

	build_text(build, driver, "name", NAME);
	if (style->version)
		build_text(build, driver, "version", style->version);
	build_put(build, driver, "rules", sarif_rules(build));
	build_put(build, object, "driver", driver);
	return object;
}

/* 3.14.14: where this folder was; with a slash at its end. */
static struct json_object *bases(struct json_build *build, const char *root)
{
	struct json_object *object = build_object(build), *base = build_object(build);
	struct place place;
	char uri[PLACE_URI_BYTES + 1];

	place_init(&place, root, NULL, NULL);
	place_uri(&place, uri);
	if (strcmp(place.path, "/") != 0)
		strcat(uri, "/");
	build_text(build, base, "uri", uri);
	build_put(build, object, SARIF_ROOT_ID, base);
	return object;
}

static void put_time(struct json_build *build, struct json_object *object, const char *key,
		     uint64_t realtime_ns)
{
	time_t seconds = (time_t)(realtime_ns / 1000000000);
	char text[64];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return;
	build_text(build, object, key, text);
}

/* 3.58 */
static struct json_object *notification(struct json_build *build, const char *id, const char *level,
					const char *text)
{
	struct json_object *object = build_object(build), *descriptor = build_object(build);

	build_text(build, descriptor, "id", id);
	build_put(build, object, "descriptor", descriptor);
	build_text(build, object, "level", level);
	build_put(build, object, "message", sarif_message(build, text));
	return object;
}

/* What could not be seen is an error of the run; what else there is to know, a note. */
static struct json_object *notifications(struct json_build *build, const struct report *report)
{
	struct json_object *array = build_array(build);

	if (!report->finished)
		build_append(build, array,
			     notification(build, "unfinished", "error",
					  "the recording did not come to its end"));
	for (size_t i = 0; i < report->note_count; i++) {
		const struct report_note *note = &report->notes[i];
		char *text = NULL;

		if (asprintf(&text, "%s: %" PRIu64, note->text, note->count) < 0) {
			build->failed = true;
			break;
		}
		build_append(build, array,
			     notification(build, note->name, note->lost ? "error" : "note", text));
		free(text);
	}
	return array;
}

static char *fixed_text(const struct report_fixed *fixed)
{
	char *text;

	if (asprintf(&text, "fixed: %s of %s%s%s [%s]: the baseline knows it, and it is gone",
		     fixed->rule, fixed->class_name, fixed->culprit ? ", " : "",
		     fixed->culprit ? fixed->culprit : "", fixed->fingerprint) < 0)
		return NULL;
	return text;
}

/*
 * What the baseline knows and is gone. The standard has results for it, baselineState "absent"
 * (3.27.24); but what is gone is nowhere, and GitHub's code scanning refuses a document that has a
 * result without a place.
 */
static void add_fixed(struct json_build *build, struct json_object *array,
		      const struct report *report)
{
	char rest[64];
	size_t gone = 0;

	for (size_t i = 0; i < report->fixed_count; i++) {
		char *text = NULL;

		if (report->fixed[i].found || gone++ >= FIXED_MAX)
			continue;
		text = fixed_text(&report->fixed[i]);
		if (text)
			build_append(build, array, notification(build, "fixed", "note", text));
		else
			build->failed = true;
		free(text);
	}
	if (gone <= FIXED_MAX)
		return;
	snprintf(rest, sizeof(rest), "fixed: %zu more", gone - FIXED_MAX);
	build_append(build, array, notification(build, "fixed", "note", rest));
}

/* 3.20: of the program that was recorded. whole: what is said of all is said here too. */
static struct json_object *invocation(struct json_build *build, const struct report *report,
				      const struct report *whole)
{
	const struct report_process *program = report_program(report);
	struct json_object *object = build_object(build), *notes;
	char ending[REPORT_ENDING_BYTES];

	build_bool(build, object, "executionSuccessful",
		   report_complete(report) && !(report->soak && report->soak->no_verdict));
	if (report->command)
		build_text(build, object, "commandLine", report->command);
	if (report->process_count && report->processes[0].realtime_ns) {
		uint64_t start_ns = report->processes[0].realtime_ns;

		put_time(build, object, "startTimeUtc", start_ns);
		put_time(build, object, "endTimeUtc", start_ns + report->duration_ns);
	}
	if (report->exit_status >= 0)
		build_int(build, object, "exitCode", report->exit_status);
	if (program && strcmp(program->end, "signal") == 0)
		build_int(build, object, "exitSignalNumber", program->code);
	report_ending_say(&report->ending, false, ending);
	if (ending[0])
		build_text(build, object, "exitCodeDescription", ending);
	notes = notifications(build, report);
	if (whole)
		add_fixed(build, notes, whole);
	build_put(build, object, "toolExecutionNotifications", notes);
	return object;
}

static struct json_object *run(struct json_build *build, const struct report_whole *whole,
			       const struct report_style *style)
{
	struct json_object *object = build_object(build), *invocations = build_array(build);
	struct json_object *properties = build_object(build);

	for (size_t i = 0; i < whole->recording_count; i++)
		build_append(build, invocations,
			     invocation(build, whole->recordings[i], i ? NULL : whole->report));
	build_put(build, object, "tool", tool(build, style));
	build_put(build, object, "invocations", invocations);
	if (style->root)
		build_put(build, object, "originalUriBaseIds", bases(build, style->root));
	build_put(build, object, "results", sarif_results(build, whole->report, style->root));
	if (whole->report->verdict) {
		build_text(build, properties, "verdict", whole->report->verdict);
		build_int(build, properties, "verdictCode", whole->report->verdict_code);
	}
	build_put(build, object, "properties", properties);
	return object;
}

static struct json_object *document(struct json_build *build, const struct report_whole *whole,
				    const struct report_style *style)
{
	struct json_object *root = build_object(build), *runs = build_array(build);

	build_text(build, root, "$schema", SARIF_SCHEMA);
	build_text(build, root, "version", SARIF_VERSION);
	build_append(build, runs, run(build, whole, style));
	build_put(build, root, "runs", runs);
	return root;
}

int report_sarif(FILE *stream, struct report *const *reports, size_t count,
		 const struct report_style *style)
{
	struct json_build build = {0};
	struct report_whole whole;
	int r = report_whole_init(&whole, reports, count);

	if (r < 0)
		return r;
	r = build_write(&build, document(&build, &whole, style), stream);
	report_whole_finish(&whole);
	return r;
}
