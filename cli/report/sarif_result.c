/* SPDX-License-Identifier: Apache-2.0 */
#include "sarif_result.h"

#include <report/rules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "level.h"
#include "place.h"
#include "text_stack.h"

#define SENTENCE_BYTES 512
#define NAMELESS "program" /* where the trace knows the name of none */

static const char *const levels[] = {
	[REPORT_LEVEL_IGNORE] = "none",
	[REPORT_LEVEL_NOTE] = "note",
	[REPORT_LEVEL_WARNING] = "warning",
	[REPORT_LEVEL_ERROR] = "error",
};

/* What makes brackets a link (3.11.6), or braces a place for an argument (3.11.5). */
static bool is_marked_up(const char *text)
{
	const char *brace = text;

	if (strchr(text, '[') && strstr(text, "]("))
		return true;
	while ((brace = strchr(brace, '{')) && !(brace[1] >= '0' && brace[1] <= '9'))
		brace++;
	return brace != NULL;
}

static void escape_markup(FILE *stream, const char *text)
{
	for (const char *at = text; *at; at++) {
		if (*at == '[' || *at == ']' || *at == '\\')
			fputc('\\', stream);
		if (*at == '{' || *at == '}')
			fputc(*at, stream);
		fputc(*at, stream);
	}
}

struct json_object *sarif_message(struct json_build *build, const char *text)
{
	struct json_object *object = build_object(build);
	char *escaped = NULL;
	size_t bytes;
	FILE *stream = is_marked_up(text) ? open_memstream(&escaped, &bytes) : NULL;

	if (stream) {
		escape_markup(stream, text);
		if (fclose(stream) != 0)
			build->failed = true;
	}
	build_text(build, object, "text", escaped ? escaped : text);
	free(escaped);
	return object;
}

static struct json_object *artifact(struct json_build *build, const struct place *place)
{
	struct json_object *object = build_object(build);
	char uri[PLACE_URI_BYTES];

	place_uri(place, uri);
	build_text(build, object, "uri", uri);
	if (place->below)
		build_text(build, object, "uriBaseId", SARIF_ROOT_ID);
	return object;
}

/* What a frame and a culprit have in common. */
struct site {
	const char *function, *file, *module; /* NULL unknown */
	int line;			      /* 0 unknown */
	uint64_t address;		      /* in the module; 0 unknown */
};

static struct json_object *region(struct json_build *build, int line)
{
	struct json_object *object = build_object(build);

	build_int(build, object, "startLine", line);
	return object;
}

static struct json_object *address(struct json_build *build, const struct site *site)
{
	struct json_object *object = build_object(build);

	build_number(build, object,
		     site->module && site->module[0] ? "relativeAddress" : "absoluteAddress",
		     site->address);
	return object;
}

/* A file, or if none is known, the module; with an empty path: nowhere. Returns if it is a file. */
static bool place_of(const struct site *site, const char *root, struct place *ret_place)
{
	*ret_place = (struct place){.path = ""};
	if (site->file)
		place_init(ret_place, site->file, site->module, root);
	if (ret_place->path[0])
		return true;
	if (site->module)
		place_init(ret_place, site->module, NULL, root);
	return false;
}

/* In a file, or if none is known, in the module at an address (3.29); NULL: nowhere. */
static struct json_object *physical(struct json_build *build, const struct site *site,
				    const char *root)
{
	struct place place;
	bool in_file = place_of(site, root, &place);
	struct json_object *object;

	if (!place.path[0] && !site->address)
		return NULL;
	object = build_object(build);
	if (place.path[0])
		build_put(build, object, "artifactLocation", artifact(build, &place));
	if (in_file && site->line > 0)
		build_put(build, object, "region", region(build, site->line));
	if (!in_file && site->address)
		build_put(build, object, "address", address(build, site));
	return object;
}

static struct json_object *location(struct json_build *build, const struct site *site,
				    const char *root)
{
	struct json_object *object = build_object(build);
	struct json_object *where = physical(build, site, root);
	struct json_object *names, *name;

	if (where)
		build_put(build, object, "physicalLocation", where);
	if (!site->function)
		return object;
	names = build_array(build);
	name = build_object(build);
	build_text(build, name, "fullyQualifiedName", site->function);
	build_text(build, name, "kind", "function");
	build_append(build, names, name);
	build_put(build, object, "logicalLocations", names);
	return object;
}

static struct json_object *frames(struct json_build *build, const struct report_stack *stack,
				  const char *root)
{
	struct json_object *array = build_array(build);

	for (size_t i = 0; stack && i < stack->count; i++) {
		const struct report_frame *frame = &stack->frames[i];
		const struct site site = {frame->function, frame->file, frame->module, frame->line,
					  frame->address};
		struct json_object *object;

		if (report_is_ours(frame))
			continue;
		object = build_object(build);
		build_put(build, object, "location", location(build, &site, root));
		if (frame->module && frame->module[0])
			build_text(build, object, "module", text_base_name(frame->module));
		build_append(build, array, object);
	}
	return array;
}

static bool holds(const struct json_object *array, struct json_object *item)
{
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (json_object_equal(json_object_array_get_idx(array, i), item))
			return true;
	return false;
}

/* One with its role; no two may be equal (3.27.18). A role without a stack is one of no frames. */
static void add_stack(struct json_build *build, struct json_object *array, const char *role,
		      const struct report_stack *stack, const char *root)
{
	struct json_object *object = build_object(build);

	build_put(build, object, "message", sarif_message(build, role));
	build_put(build, object, "frames", frames(build, stack, root));
	if (array && object && holds(array, object))
		json_object_put(object);
	else
		build_append(build, array, object);
}

/* In the order of reading, as the chain of a JSON report. */
static struct json_object *stacks(struct json_build *build, const struct report_finding *finding,
				  const char *root)
{
	struct json_object *array = build_array(build);

	if (finding->stack.count && !finding->stack_in_evidence)
		add_stack(build, array, "at", &finding->stack, root);
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct report_evidence *evidence = &finding->evidence[i];

		if (evidence->stack || !(evidence->repeated || report_is_birth(evidence)))
			add_stack(build, array, evidence->role, evidence->stack, root);
	}
	return array;
}

/* What holds the finding if no module is known. */
static const char *program_of(const struct report *report, const struct report_finding *finding)
{
	const struct report_process *process = finding->process < report->process_count
						       ? &report->processes[finding->process]
						       : report_program(report);

	return process && process->exe[0] ? process->exe : NULL;
}

/*
 * One, and always with an artifact's URI, though the standard asks for neither: of a document that
 * has a result without, GitHub's code scanning takes nothing.
 */
static struct json_object *locations(struct json_build *build, const struct report *report,
				     const struct report_finding *finding, const char *root)
{
	const char *program = program_of(report, finding);
	const char *const modules[] = {finding->culprit_module, program, NAMELESS};
	struct site site = {.function = finding->culprit_function,
			    .file = finding->culprit_file,
			    .line = finding->culprit_line};
	struct json_object *array = build_array(build);
	struct place place = {.path = ""};

	for (size_t i = 0; !place.path[0] && i < sizeof(modules) / sizeof(*modules); i++) {
		site.module = modules[i];
		place_of(&site, root, &place);
	}
	build_append(build, array, location(build, &site, root));
	return array;
}

/* 3.35: what lets it pass stands in a file beside the source. */
static struct json_object *suppressions(struct json_build *build,
					const struct report_finding *finding)
{
	struct json_object *array = build_array(build), *object;
	char sentence[SENTENCE_BYTES];

	if (!report_is_excused(finding))
		return array;
	object = build_object(build);
	build_text(build, object, "kind", "external");
	build_text(build, object, "justification",
		   report_gate_says(finding, sentence, sizeof(sentence)));
	build_append(build, array, object);
	return array;
}

/* 3.27.24; NULL: there is no baseline. */
static const char *baseline_state(enum report_novelty novelty)
{
	switch (novelty) {
	case REPORT_NO_BASELINE:
		return NULL;
	case REPORT_NEW:
		return "new";
	case REPORT_KNOWN:
		return "unchanged";
	case REPORT_MORE:
		return "updated";
	}
	return NULL;
}

static void put_rule(struct json_build *build, struct json_object *object, const char *rule)
{
	build_text(build, object, "ruleId", rule);
	for (size_t i = 0; report_rule_names[i]; i++)
		if (strcmp(report_rule_names[i], rule) == 0)
			build_number(build, object, "ruleIndex", i);
}

static void put_fingerprint(struct json_build *build, struct json_object *object,
			    const char *fingerprint)
{
	struct json_object *fingerprints = build_object(build);

	build_text(build, fingerprints, "rtctrack/v1", fingerprint);
	build_put(build, object, "partialFingerprints", fingerprints);
}

static struct json_object *properties(struct json_build *build,
				      const struct report_finding *finding)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "state", finding->state);
	build_text(build, object, "resourceKind", finding->kind);
	build_text(build, object, "resourceClass", finding->class_name);
	if (finding->runs_total) {
		build_number(build, object, "recordings", finding->runs);
		build_number(build, object, "recordingsInAll", finding->runs_total);
	}
	return object;
}

/* "leaked: 3 sockets ...; 3, and 2 are allowed (rtctrack.yaml:12)" */
static struct json_object *finding_message(struct json_build *build,
					   const struct report_finding *finding)
{
	struct json_object *object = NULL;
	char sentence[SENTENCE_BYTES], *text = NULL;
	const char *gate =
		report_fails(finding) ? report_gate_says(finding, sentence, sizeof(sentence)) : "";

	if (asprintf(&text, "%s: %s%s%s", finding->state, finding->message, gate[0] ? "; " : "",
		     gate) < 0) {
		build->failed = true;
		return NULL;
	}
	object = sarif_message(build, text);
	free(text);
	return object;
}

/* Who reads no suppressions (GitHub's code scanning) is to be alarmed by what they excuse no more.
 */
static const char *result_level(const struct report_finding *finding)
{
	enum report_level level = level_of(finding);

	if (report_is_excused(finding) && level > REPORT_LEVEL_NOTE)
		level = REPORT_LEVEL_NOTE;
	return levels[level];
}

static struct json_object *result(struct json_build *build, const struct report *report,
				  const struct report_finding *finding, const char *root)
{
	struct json_object *object = build_object(build);
	const char *state = baseline_state(finding->gate.novelty);

	put_rule(build, object, finding->rule);
	build_text(build, object, "level", result_level(finding));
	build_put(build, object, "message", finding_message(build, finding));
	build_put(build, object, "locations", locations(build, report, finding, root));
	build_put(build, object, "stacks", stacks(build, finding, root));
	put_fingerprint(build, object, finding->fingerprint);
	if (finding->count)
		build_number(build, object, "occurrenceCount", finding->count);
	if (state)
		build_text(build, object, "baselineState", state);
	if (finding->gate.judged)
		build_put(build, object, "suppressions", suppressions(build, finding));
	build_put(build, object, "properties", properties(build, finding));
	return object;
}

struct json_object *sarif_results(struct json_build *build, const struct report *report,
				  const char *root)
{
	struct json_object *array = build_array(build);

	for (size_t i = 0; i < report->finding_count; i++)
		build_append(build, array, result(build, report, &report->findings[i], root));
	return array;
}

static struct json_object *default_level(struct json_build *build)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "level", levels[REPORT_LEVEL_ERROR]);
	return object;
}

/* What a reader of a result can do, whatever its rule. */
static struct json_object *help(struct json_build *build)
{
	return sarif_message(build,
			     "Start at the location. The stacks say where it began, who keeps "
			     "it alive, and which close it outlived; 'rtctrack report' shows "
			     "the same, with examples.");
}

/* A finding's own level says how grave it is; before there is one, each rule is about a defect. */
struct json_object *sarif_rules(struct json_build *build)
{
	struct json_object *array = build_array(build);

	for (size_t i = 0; report_rule_names[i]; i++) {
		struct json_object *object = build_object(build);
		const char *text = report_rule_texts[i];

		build_text(build, object, "id", report_rule_names[i]);
		build_put(build, object, "shortDescription", sarif_message(build, text));
		build_put(build, object, "fullDescription", sarif_message(build, text));
		build_put(build, object, "help", help(build));
		build_put(build, object, "defaultConfiguration", default_level(build));
		build_append(build, array, object);
	}
	return array;
}
