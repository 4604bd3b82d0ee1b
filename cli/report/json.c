/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <report/merge.h>
#include <stdlib.h>
#include <string.h>

#include "json_build.h"
#include "json_gate.h"
#include "json_soak.h"

#define REPORT_JSON_SCHEMA 1
#define EXAMPLES_MAX 16

static struct json_object *frames(struct json_build *build, const struct report_stack *stack)
{
	struct json_object *array = build_array(build);

	for (size_t i = 0; i < stack->count; i++) {
		const struct report_frame *frame = &stack->frames[i];
		struct json_object *item = build_object(build);
		char address[32];

		snprintf(address, sizeof(address), "0x%llx", (unsigned long long)frame->address);
		build_text(build, item, "function", frame->function);
		build_text(build, item, "file", frame->file);
		if (frame->line)
			build_int(build, item, "line", frame->line);
		else
			build_put(build, item, "line", NULL);
		build_text(build, item, "module", frame->module);
		build_text(build, item, "address", address);
		build_append(build, array, item);
	}
	return array;
}

static struct json_object *culprit(struct json_build *build, const struct report_finding *finding)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "function", finding->culprit_function);
	build_text(build, object, "file", finding->culprit_file);
	if (finding->culprit_line)
		build_int(build, object, "line", finding->culprit_line);
	else
		build_put(build, object, "line", NULL);
	build_text(build, object, "module", finding->culprit_module);
	return object;
}

/* What every finding of a rule says alike is a key; what names a thing stands in the chain only. */
static bool is_key(const char *key)
{
	return strspn(key, "abcdefghijklmnopqrstuvwxyz_'-") == strlen(key) && strlen(key) < 48;
}

/* "closed first at" is the key closed_first. */
static void role_key(const char *role, char *ret_key, size_t capacity)
{
	size_t length = strlen(role);

	if (length > 3 && strcmp(role + length - 3, " at") == 0)
		length -= 3;
	snprintf(ret_key, capacity, "%.*s", (int)length, role);
	for (char *at = ret_key; *at; at++)
		if (*at == ' ')
			*at = '_';
}

static struct json_object *stacks(struct json_build *build, const struct report_finding *finding)
{
	struct json_object *object = build_object(build);
	char key[64];

	if (finding->stack.count && !finding->stack_in_evidence)
		build_put(build, object, "telling", frames(build, &finding->stack));
	for (size_t i = 0; i < finding->evidence_count; i++) {
		if (!finding->evidence[i].stack)
			continue;
		role_key(finding->evidence[i].role, key, sizeof(key));
		if (!is_key(key))
			continue;
		build_put(build, object, key, frames(build, finding->evidence[i].stack));
	}
	return object;
}

static struct json_object *link_object(struct json_build *build,
				       const struct report_evidence *evidence)
{
	const struct report_resource *resource = evidence->resource;
	struct json_object *object = build_object(build);

	build_text(build, object, "role", evidence->role);
	build_text(build, object, "kind", resource ? resource->kind : NULL);
	build_text(build, object, "class", resource ? resource->class_name : NULL);
	if (resource)
		build_number(build, object, "subject", resource->subject);
	else
		build_put(build, object, "subject", NULL);
	build_text(build, object, "name", resource ? resource->name : NULL);
	build_put(build, object, "stack", evidence->stack ? frames(build, evidence->stack) : NULL);
	return object;
}

/* In the order of reading: from the first member to what keeps it, or what was done to it. */
static struct json_object *chain(struct json_build *build, const struct report_finding *finding)
{
	struct json_object *array = build_array(build);
	bool any = false;

	for (size_t i = 0; i < finding->evidence_count; i++)
		any |= !report_is_birth(&finding->evidence[i]);
	for (size_t i = 0; any && i < finding->evidence_count; i++)
		if (!finding->evidence[i].repeated)
			build_append(build, array, link_object(build, &finding->evidence[i]));
	return array;
}

static struct json_object *example(struct json_build *build, const struct report *report,
				   const struct report_evidence *evidence)
{
	const struct report_resource *resource = evidence->resource;
	struct json_object *object = build_object(build);

	build_text(build, object, "kind", resource->kind);
	build_text(build, object, "class", resource->class_name);
	build_number(build, object, "subject", resource->subject);
	if (evidence->process < report->process_count)
		build_int(build, object, "pid", report->processes[evidence->process].pid);
	build_text(build, object, "call", resource->birth_call);
	build_text(build, object, "name", resource->name);
	build_text(build, object, "local", resource->local);
	build_text(build, object, "remote", resource->remote);
	build_text(build, object, "ending", resource->ending);
	if (resource->tid)
		build_number(build, object, "tid", resource->tid);
	if (resource->has_traffic) {
		build_number(build, object, "sent", resource->out_count);
		build_number(build, object, "received", resource->in_count);
	}
	return object;
}

static struct json_object *examples(struct json_build *build, const struct report *report,
				    const struct report_finding *finding)
{
	struct json_object *array = build_array(build);
	size_t count = 0;
	int64_t last = 0;

	for (size_t i = 0; i < finding->evidence_count && count < EXAMPLES_MAX; i++) {
		const struct report_resource *resource = finding->evidence[i].resource;

		if (!resource || resource->id == last)
			continue;
		last = resource->id;
		count++;
		build_append(build, array, example(build, report, &finding->evidence[i]));
	}
	return array;
}

static struct json_object *finding_object(struct json_build *build, const struct report *report,
					  const struct report_finding *finding)
{
	struct json_object *object = build_object(build);

	build_text(build, object, "rule", finding->rule);
	build_text(build, object, "state", finding->state);
	build_text(build, object, "kind", finding->kind);
	build_text(build, object, "class", finding->class_name);
	build_number(build, object, "count", finding->count);
	build_text(build, object, "fingerprint", finding->fingerprint);
	build_text(build, object, "message", finding->message);
	build_put(build, object, "gate", json_gate_of(build, finding));
	if (finding->runs_total) {
		build_number(build, object, "recordings", finding->runs);
		build_number(build, object, "recordings_in_all", finding->runs_total);
	}
	build_put(build, object, "culprit", culprit(build, finding));
	build_put(build, object, "chain", chain(build, finding));
	build_put(build, object, "stacks", stacks(build, finding));
	build_put(build, object, "examples", examples(build, report, finding));
	return object;
}

static void add_findings(struct json_build *build, struct json_object *array,
			 const struct report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		build_append(build, array, finding_object(build, report, &report->findings[i]));
}

/* parent is an index of the array, which may hold another report's processes before. */
static struct json_object *pack_names(struct json_build *build, const char *packs)
{
	struct json_object *array = build_array(build);

	for (const char *at = packs; at != NULL && *at != '\0'; at += strspn(at, " ")) {
		int length = (int)strcspn(at, " ");

		build_append(build, array,
			     build_checked(build, json_object_new_string_len(at, length)));
		at += length;
	}
	return array;
}

static void add_processes(struct json_build *build, struct json_object *array,
			  const struct report *report)
{
	size_t before = array ? json_object_array_length(array) : 0;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];
		struct json_object *object = build_object(build);

		build_int(build, object, "pid", process->pid);
		build_int(build, object, "ppid", process->ppid);
		if (process->parent == SIZE_MAX)
			build_put(build, object, "parent", NULL);
		else
			build_number(build, object, "parent", before + process->parent);
		build_number(build, object, "image", process->image);
		build_text(build, object, "origin", process->origin);
		build_text(build, object, "exe", process->exe);
		build_text(build, object, "command", process->command);
		build_number(build, object, "start_ns", process->start_ns);
		if (process->end_ns)
			build_number(build, object, "end_ns", process->end_ns);
		else
			build_put(build, object, "end_ns", NULL);
		build_text(build, object, "end", process->end);
		if (process->held_ns)
			build_number(build, object, "held_ns", process->held_ns);
		else
			build_put(build, object, "held_ns", NULL);
		if (process->code != INT32_MIN)
			build_int(build, object, "code", process->code);
		else
			build_put(build, object, "code", NULL);
		build_number(build, object, "findings", process->findings);
		build_number(build, object, "lost", process->lost);
		build_put(build, object, "packs", pack_names(build, process->packs));
		build_append(build, array, object);
	}
}

static void add_notes(struct json_build *build, struct json_object *array,
		      const struct report *report)
{
	for (size_t i = 0; i < report->note_count; i++) {
		const struct report_note *note = &report->notes[i];
		struct json_object *object = build_object(build);

		build_text(build, object, "name", note->name);
		build_bool(build, object, "lost", note->lost);
		build_number(build, object, "count", note->count);
		build_text(build, object, "text", note->text);
		build_append(build, array, object);
	}
}

/* Annotations of what was never created. */
static void add_strays(struct json_build *build, struct json_object *array,
		       const struct report *report)
{
	for (size_t i = 0; i < report->stray_count; i++) {
		const struct report_stray *stray = &report->strays[i];
		struct json_object *object = build_object(build);

		build_text(build, object, "op", stray->op);
		build_text(build, object, "kind", stray->kind);
		build_number(build, object, "count", stray->count);
		build_number(build, object, "subject", stray->subject);
		build_put(build, object, "stack", frames(build, &stray->stack));
		build_append(build, array, object);
	}
}

static void put_address(struct json_build *build, struct json_object *object, const char *key,
			uint64_t address)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	build_text(build, object, key, address ? text : NULL);
}

/* What it waits for; who holds that, or is joined, is the thread to go on with. */
static void put_wait(struct json_build *build, struct json_object *object,
		     const struct report_thread *thread)
{
	bool numbered = thread->wait && (strcmp(thread->wait, "descriptor") == 0 ||
					 strcmp(thread->wait, "child") == 0);

	build_text(build, object, "wait", thread->wait);
	build_text(build, object, "call", thread->call);
	build_bool(build, object, "timed", thread->timed);
	if (numbered)
		build_number(build, object, "subject", thread->subject);
	else
		put_address(build, object, "subject", thread->subject);
	build_number(build, object, "waited_ns",
		     thread->since_ns && thread->time_ns > thread->since_ns
			     ? thread->time_ns - thread->since_ns
			     : 0);
	if (thread->other)
		build_number(build, object, "waits_for_tid", thread->other);
	else
		build_put(build, object, "waits_for_tid", NULL);
	build_text(build, object, "waits_for", thread->told ? thread->told : thread->told_kind);
}

/* Of programs that did not end by themselves, and of who is asked why. */
static void add_threads(struct json_build *build, struct json_object *array,
			const struct report *report)
{
	for (size_t i = 0; i < report->thread_count; i++) {
		const struct report_thread *thread = &report->threads[i];
		struct json_object *object = build_object(build);

		if (thread->process < report->process_count)
			build_int(build, object, "pid", report->processes[thread->process].pid);
		build_number(build, object, "tid", thread->tid);
		build_text(build, object, "name",
			   thread->name	   ? thread->name
			   : thread->first ? "main"
					   : NULL);
		put_wait(build, object, thread);
		build_number(build, object, "locks_held", thread->held);
		build_put(build, object, "stack", frames(build, &thread->stack));
		build_append(build, array, object);
	}
}

/* One for each trace. timeout_s: --timeout ended it then; ending: NULL, in order. */
static void add_run(struct json_build *build, struct json_object *array,
		    const struct report *report)
{
	struct json_object *object = build_object(build);
	char ending[REPORT_ENDING_BYTES];

	build_text(build, object, "command", report->command);
	if (report->exit_status >= 0)
		build_int(build, object, "exit_status", report->exit_status);
	else
		build_put(build, object, "exit_status", NULL);
	if (report->timeout_s)
		build_put(build, object, "timeout_s",
			  build_checked(build,
					json_object_new_double_s(strtod(report->timeout_s, NULL),
								 report->timeout_s)));
	else
		build_put(build, object, "timeout_s", NULL);
	report_ending_say(&report->ending, report->finding_total > 0, ending);
	build_text(build, object, "ending", ending[0] ? ending : NULL);
	build_put(build, object, "soak", json_soak(build, report));
	build_append(build, array, object);
}

static struct json_object *coverage(struct json_build *build, const struct report_whole *whole)
{
	struct json_object *object = build_object(build);
	struct json_object *notes = build_array(build), *strays = build_array(build);

	for (size_t i = 0; i < whole->recording_count; i++) {
		add_notes(build, notes, whole->recordings[i]);
		add_strays(build, strays, whole->recordings[i]);
	}
	build_bool(build, object, "complete", report_complete(whole->report));
	build_bool(build, object, "finished", whole->report->finished);
	build_number(build, object, "lost", whole->report->lost);
	build_put(build, object, "notes", notes);
	build_put(build, object, "strays", strays);
	return object;
}

static struct json_object *document(struct json_build *build, const struct report_whole *whole)
{
	const struct report *report = whole->report;
	struct json_object *root = build_object(build);
	struct json_object *runs = build_array(build), *processes = build_array(build);
	struct json_object *threads = build_array(build), *findings = build_array(build);

	for (size_t i = 0; i < whole->recording_count; i++) {
		add_run(build, runs, whole->recordings[i]);
		add_processes(build, processes, whole->recordings[i]);
		add_threads(build, threads, whole->recordings[i]);
	}
	add_findings(build, findings, report);
	build_int(build, root, "schema", REPORT_JSON_SCHEMA);
	build_put(build, root, "runs", runs);
	build_put(build, root, "processes", processes);
	build_put(build, root, "coverage", coverage(build, whole));
	build_put(build, root, "gate", json_gate(build, whole->recordings, whole->recording_count));
	build_put(build, root, "threads", threads); /* where they stood */
	build_put(build, root, "findings", findings);
	build_number(build, root, "left_out", /* by --top and the filters */
		     report->finding_total - report->finding_count + report->finding_others);
	return root;
}

int report_json(FILE *stream, struct report *const *reports, size_t count,
		const struct report_style *style)
{
	struct json_build build = {0};
	struct report_whole whole;
	int r = report_whole_init(&whole, reports, count);

	(void)style;
	if (r < 0)
		return r;
	r = build_write(&build, document(&build, &whole), stream);
	report_whole_finish(&whole);
	return r;
}
