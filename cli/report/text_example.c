/* SPDX-License-Identifier: Apache-2.0 */
#include "text_example.h"

#include <inttypes.h>
#include <string.h>

#include "text_kind.h"

#define EXAMPLES_MAX 2

static double seconds(uint64_t time_ns)
{
	return (double)time_ns / 1e9;
}

/* When it began: of what was there before us that is not known. */
static void example_begun(FILE *stream, const struct report *report,
			  const struct report_resource *resource, const char *begun,
			  const char *before)
{
	if (resource->earlier)
		fprintf(stream, ", %s before the recording began", before);
	else if (resource->birth_ns && resource->birth_ns <= report->end_ns)
		fprintf(stream, ", %s %.1f s before the end", begun,
			seconds(report->end_ns - resource->birth_ns));
}

static void example_fd(FILE *stream, const struct report *report,
		       const struct report_resource *resource)
{
	fprintf(stream, "fd %" PRIu64, resource->subject);
	if (resource->name && resource->name[0])
		fprintf(stream, " %s", resource->name);
	if (resource->local && resource->local[0])
		fprintf(stream, " %s", resource->local);
	if (resource->remote && resource->remote[0])
		fprintf(stream, " to %s", resource->remote);
	if (resource->has_traffic)
		fprintf(stream, ", sent %" PRIu64 ", received %" PRIu64, resource->out_count,
			resource->in_count);
	if (resource->last_use_ns && resource->last_use_ns <= report->end_ns)
		fprintf(stream, ", last used %.1f s before the end",
			seconds(report->end_ns - resource->last_use_ns));
	else
		example_begun(stream, report, resource, "opened", "open");
}

static void example_thread(FILE *stream, const struct report *report,
			   const struct report_resource *resource)
{
	fprintf(stream, "thread");
	if (resource->name && resource->name[0])
		fprintf(stream, " '%s'", resource->name);
	if (resource->tid)
		fprintf(stream, " tid %u", resource->tid);
	if (resource->start_routine)
		fprintf(stream, " running %s", resource->start_routine);
	example_begun(stream, report, resource, "started", "running");
	if (!resource->ending)
		fprintf(stream, ", still running");
	else if (strcmp(resource->ending, "done") == 0)
		fprintf(stream, ", ended and never joined");
	/* Who was there before is taken for detached, since nobody knows that it is not. */
	else if (!resource->earlier || strcmp(resource->ending, "detached") != 0)
		fprintf(stream, ", %s", resource->ending);
}

/* How its end is known is of no use to who reads of it. */
static bool is_inner(const char *trait, size_t length)
{
	static const char *const inner[] = {"told-by-pack", "ends-with-owner", "ends-at-zero"};

	for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++)
		if (strlen(inner[i]) == length && strncmp(inner[i], trait, length) == 0)
			return true;
	return false;
}

static bool is_of_pack(const struct report_resource *resource)
{
	return resource->traits && strstr(resource->traits, "told-by-pack");
}

static void example_traits(FILE *stream, const char *traits)
{
	const char *before = " (";

	while (traits && *traits) {
		size_t length = strcspn(traits, ",");

		if (!is_inner(traits, length)) {
			fprintf(stream, "%s%.*s", before, (int)length, traits);
			before = ",";
		}
		traits += length + (traits[length] == ',');
	}
	if (*before == ',')
		fputc(')', stream);
}

static void example_thing(FILE *stream, const struct report *report,
			  const struct report_resource *resource)
{
	bool of_pack = is_of_pack(resource);

	fprintf(stream, "%s%s%s", resource->kind, resource->class_name[0] ? " " : "",
		resource->class_name);
	/* What a pack knows a registration by is mixed from several arguments. */
	if (!of_pack || strcmp(resource->kind, "callback") != 0)
		fprintf(stream, " at 0x%" PRIx64, resource->subject);
	if (resource->name && resource->name[0])
		fprintf(stream, " '%s'", resource->name);
	example_traits(stream, resource->traits);
	example_begun(stream, report, resource, text_begun(resource->kind), "there");
	/* The one that who made it got goes without saying. */
	if (resource->refs > of_pack && strcmp(resource->kind, "object") == 0)
		fprintf(stream, ", references left: %" PRId64, resource->refs);
	if (resource->ending)
		fprintf(stream, ", %s", resource->ending);
}

static bool is_annotated(const char *kind)
{
	return strcmp(kind, "fd") != 0 && strcmp(kind, "thread") != 0;
}

/* A chain also names what keeps a member; that is no example. */
static bool is_member(const struct report_finding *finding, const struct report_resource *resource)
{
	if (is_annotated(finding->kind) || is_annotated(resource->kind))
		return strcmp(resource->kind, finding->kind) == 0 &&
		       strcmp(resource->class_name, finding->class_name) == 0;
	return true;
}

void text_examples(FILE *stream, const struct report *report, const struct report_finding *finding)
{
	uint64_t shown = 0;
	int64_t last = 0;

	for (size_t i = 0; i < finding->evidence_count && shown < EXAMPLES_MAX; i++) {
		const struct report_resource *resource = finding->evidence[i].resource;

		if (!resource || resource->id == last || !is_member(finding, resource))
			continue;
		last = resource->id;
		fprintf(stream, "%s", shown++ ? "          " : "     e.g. ");
		if (strcmp(resource->kind, "thread") == 0)
			example_thread(stream, report, resource);
		else if (strcmp(resource->kind, "fd") == 0)
			example_fd(stream, report, resource);
		else
			example_thing(stream, report, resource);
		fputc('\n', stream);
	}
	if (shown && finding->count > shown)
		fprintf(stream, "          +%" PRIu64 " more\n", finding->count - shown);
}
