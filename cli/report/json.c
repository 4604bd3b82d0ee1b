/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <report/format.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_JSON_SCHEMA 1
#define EXAMPLES_MAX 16

/* Adding to NULL, or NULL, would crash or leak in json-c: memory is checked at the end. */
struct build {
	bool failed;
};

static struct json_object *checked(struct build *build, struct json_object *object)
{
	build->failed |= !object;
	return object;
}

/* Takes value. A NULL value becomes null. */
static void put(struct build *build, struct json_object *object, const char *key,
		struct json_object *value)
{
	if (object && json_object_object_add(object, key, value) == 0)
		return;
	build->failed = true;
	json_object_put(value);
}

static void put_text(struct build *build, struct json_object *object, const char *key,
		     const char *text)
{
	put(build, object, key, text ? checked(build, json_object_new_string(text)) : NULL);
}

static void put_number(struct build *build, struct json_object *object, const char *key,
		       uint64_t number)
{
	put(build, object, key, checked(build, json_object_new_uint64(number)));
}

static void put_int(struct build *build, struct json_object *object, const char *key, int number)
{
	put(build, object, key, checked(build, json_object_new_int(number)));
}

static void put_bool(struct build *build, struct json_object *object, const char *key, bool value)
{
	put(build, object, key, checked(build, json_object_new_boolean(value)));
}

static void append(struct build *build, struct json_object *array, struct json_object *item)
{
	if (array && item && json_object_array_add(array, item) == 0)
		return;
	build->failed = true;
	json_object_put(item);
}

static struct json_object *frames(struct build *build, const struct report_stack *stack)
{
	struct json_object *array = checked(build, json_object_new_array());

	for (size_t i = 0; i < stack->count; i++) {
		const struct report_frame *frame = &stack->frames[i];
		struct json_object *item = checked(build, json_object_new_object());
		char address[32];

		snprintf(address, sizeof(address), "0x%llx", (unsigned long long)frame->address);
		put_text(build, item, "function", frame->function);
		put_text(build, item, "file", frame->file);
		if (frame->line)
			put_int(build, item, "line", frame->line);
		else
			put(build, item, "line", NULL);
		put_text(build, item, "module", frame->module);
		put_text(build, item, "address", address);
		append(build, array, item);
	}
	return array;
}

static struct json_object *culprit(struct build *build, const struct report_finding *finding)
{
	struct json_object *object = checked(build, json_object_new_object());

	put_text(build, object, "function", finding->culprit_function);
	put_text(build, object, "file", finding->culprit_file);
	if (finding->culprit_line)
		put_int(build, object, "line", finding->culprit_line);
	else
		put(build, object, "line", NULL);
	put_text(build, object, "module", finding->culprit_module);
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

static struct json_object *stacks(struct build *build, const struct report_finding *finding)
{
	struct json_object *object = checked(build, json_object_new_object());
	char key[64];

	if (finding->stack.count && !finding->stack_in_evidence)
		put(build, object, "telling", frames(build, &finding->stack));
	for (size_t i = 0; i < finding->evidence_count; i++) {
		if (!finding->evidence[i].stack)
			continue;
		role_key(finding->evidence[i].role, key, sizeof(key));
		if (!is_key(key))
			continue;
		put(build, object, key, frames(build, finding->evidence[i].stack));
	}
	return object;
}

static struct json_object *link_object(struct build *build, const struct report_evidence *evidence)
{
	const struct report_resource *resource = evidence->resource;
	struct json_object *object = checked(build, json_object_new_object());

	put_text(build, object, "role", evidence->role);
	put_text(build, object, "kind", resource ? resource->kind : NULL);
	put_text(build, object, "class", resource ? resource->class_name : NULL);
	if (resource)
		put_number(build, object, "subject", resource->subject);
	else
		put(build, object, "subject", NULL);
	put_text(build, object, "name", resource ? resource->name : NULL);
	put(build, object, "stack", evidence->stack ? frames(build, evidence->stack) : NULL);
	return object;
}

/* In the order of reading: from the first member to what keeps it, or what was done to it. */
static struct json_object *chain(struct build *build, const struct report_finding *finding)
{
	struct json_object *array = checked(build, json_object_new_array());
	bool any = false;

	for (size_t i = 0; i < finding->evidence_count; i++)
		any |= !report_is_birth(&finding->evidence[i]);
	for (size_t i = 0; any && i < finding->evidence_count; i++)
		if (!finding->evidence[i].repeated)
			append(build, array, link_object(build, &finding->evidence[i]));
	return array;
}

static struct json_object *example(struct build *build, const struct report *report,
				   const struct report_evidence *evidence)
{
	const struct report_resource *resource = evidence->resource;
	struct json_object *object = checked(build, json_object_new_object());

	put_text(build, object, "kind", resource->kind);
	put_text(build, object, "class", resource->class_name);
	put_number(build, object, "subject", resource->subject);
	if (evidence->process < report->process_count)
		put_int(build, object, "pid", report->processes[evidence->process].pid);
	put_text(build, object, "call", resource->birth_call);
	put_text(build, object, "name", resource->name);
	put_text(build, object, "local", resource->local);
	put_text(build, object, "remote", resource->remote);
	put_text(build, object, "ending", resource->ending);
	if (resource->tid)
		put_number(build, object, "tid", resource->tid);
	if (resource->has_traffic) {
		put_number(build, object, "sent", resource->out_count);
		put_number(build, object, "received", resource->in_count);
	}
	return object;
}

static struct json_object *examples(struct build *build, const struct report *report,
				    const struct report_finding *finding)
{
	struct json_object *array = checked(build, json_object_new_array());
	size_t count = 0;
	int64_t last = 0;

	for (size_t i = 0; i < finding->evidence_count && count < EXAMPLES_MAX; i++) {
		const struct report_resource *resource = finding->evidence[i].resource;

		if (!resource || resource->id == last)
			continue;
		last = resource->id;
		count++;
		append(build, array, example(build, report, &finding->evidence[i]));
	}
	return array;
}

static struct json_object *finding_object(struct build *build, const struct report *report,
					  const struct report_finding *finding)
{
	struct json_object *object = checked(build, json_object_new_object());

	put_text(build, object, "rule", finding->rule);
	put_text(build, object, "state", finding->state);
	put_text(build, object, "kind", finding->kind);
	put_text(build, object, "class", finding->class_name);
	put_number(build, object, "count", finding->count);
	put_text(build, object, "fingerprint", finding->fingerprint);
	put_text(build, object, "message", finding->message);
	put(build, object, "culprit", culprit(build, finding));
	put(build, object, "chain", chain(build, finding));
	put(build, object, "stacks", stacks(build, finding));
	put(build, object, "examples", examples(build, report, finding));
	return object;
}

/* Adds count to the element of that fingerprint; false if there is none. */
static bool merge(struct json_object *array, const struct report_finding *finding)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *element = json_object_array_get_idx(array, i);
		struct json_object *fingerprint = json_object_object_get(element, "fingerprint");
		struct json_object *count = json_object_object_get(element, "count");

		if (!fingerprint || !count ||
		    strcmp(json_object_get_string(fingerprint), finding->fingerprint) != 0)
			continue;
		json_object_set_uint64(count, json_object_get_uint64(count) + finding->count);
		return true;
	}
	return false;
}

static void add_findings(struct build *build, struct json_object *array,
			 const struct report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		if (!array || !merge(array, &report->findings[i]))
			append(build, array, finding_object(build, report, &report->findings[i]));
}

/* parent is an index of the array, which may hold another report's processes before. */
static struct json_object *pack_names(struct build *build, const char *packs)
{
	struct json_object *array = checked(build, json_object_new_array());

	for (const char *at = packs; at != NULL && *at != '\0'; at += strspn(at, " ")) {
		int length = (int)strcspn(at, " ");

		append(build, array, checked(build, json_object_new_string_len(at, length)));
		at += length;
	}
	return array;
}

static void add_processes(struct build *build, struct json_object *array,
			  const struct report *report)
{
	size_t before = array ? json_object_array_length(array) : 0;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];
		struct json_object *object = checked(build, json_object_new_object());

		put_int(build, object, "pid", process->pid);
		put_int(build, object, "ppid", process->ppid);
		if (process->parent == SIZE_MAX)
			put(build, object, "parent", NULL);
		else
			put_number(build, object, "parent", before + process->parent);
		put_number(build, object, "image", process->image);
		put_text(build, object, "origin", process->origin);
		put_text(build, object, "exe", process->exe);
		put_text(build, object, "command", process->command);
		put_number(build, object, "start_ns", process->start_ns);
		if (process->end_ns)
			put_number(build, object, "end_ns", process->end_ns);
		else
			put(build, object, "end_ns", NULL);
		put_text(build, object, "end", process->end);
		if (process->code != INT32_MIN)
			put_int(build, object, "code", process->code);
		else
			put(build, object, "code", NULL);
		put_number(build, object, "findings", process->findings);
		put_number(build, object, "lost", process->lost);
		put(build, object, "packs", pack_names(build, process->packs));
		append(build, array, object);
	}
}

static void add_notes(struct build *build, struct json_object *array, const struct report *report)
{
	for (size_t i = 0; i < report->note_count; i++) {
		const struct report_note *note = &report->notes[i];
		struct json_object *object = checked(build, json_object_new_object());

		put_text(build, object, "name", note->name);
		put_bool(build, object, "lost", note->lost);
		put_number(build, object, "count", note->count);
		put_text(build, object, "text", note->text);
		append(build, array, object);
	}
}

/* Annotations of what was never created. */
static void add_strays(struct build *build, struct json_object *array, const struct report *report)
{
	for (size_t i = 0; i < report->stray_count; i++) {
		const struct report_stray *stray = &report->strays[i];
		struct json_object *object = checked(build, json_object_new_object());

		put_text(build, object, "op", stray->op);
		put_text(build, object, "kind", stray->kind);
		put_number(build, object, "count", stray->count);
		put_number(build, object, "subject", stray->subject);
		put(build, object, "stack", frames(build, &stray->stack));
		append(build, array, object);
	}
}

static void put_address(struct build *build, struct json_object *object, const char *key,
			uint64_t address)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	put_text(build, object, key, address ? text : NULL);
}

/* What it waits for; who holds that, or is joined, is the thread to go on with. */
static void put_wait(struct build *build, struct json_object *object,
		     const struct report_thread *thread)
{
	bool numbered = thread->wait && (strcmp(thread->wait, "descriptor") == 0 ||
					 strcmp(thread->wait, "child") == 0);

	put_text(build, object, "wait", thread->wait);
	put_text(build, object, "call", thread->call);
	put_bool(build, object, "timed", thread->timed);
	if (numbered)
		put_number(build, object, "subject", thread->subject);
	else
		put_address(build, object, "subject", thread->subject);
	put_number(build, object, "waited_ns",
		   thread->since_ns && thread->time_ns > thread->since_ns
			   ? thread->time_ns - thread->since_ns
			   : 0);
	if (thread->other)
		put_number(build, object, "waits_for_tid", thread->other);
	else
		put(build, object, "waits_for_tid", NULL);
	put_text(build, object, "waits_for", thread->told ? thread->told : thread->told_kind);
}

/* Of programs that did not end by themselves, and of who is asked why. */
static void add_threads(struct build *build, struct json_object *array, const struct report *report)
{
	for (size_t i = 0; i < report->thread_count; i++) {
		const struct report_thread *thread = &report->threads[i];
		struct json_object *object = checked(build, json_object_new_object());

		if (thread->process < report->process_count)
			put_int(build, object, "pid", report->processes[thread->process].pid);
		put_number(build, object, "tid", thread->tid);
		put_text(build, object, "name",
			 thread->name	 ? thread->name
			 : thread->first ? "main"
					 : NULL);
		put_wait(build, object, thread);
		put_number(build, object, "locks_held", thread->held);
		put(build, object, "stack", frames(build, &thread->stack));
		append(build, array, object);
	}
}

/* One for each trace. timeout_s: --timeout ended it then. */
static void add_run(struct build *build, struct json_object *array, const struct report *report)
{
	struct json_object *object = checked(build, json_object_new_object());

	put_text(build, object, "command", report->command);
	if (report->exit_status >= 0)
		put_int(build, object, "exit_status", report->exit_status);
	else
		put(build, object, "exit_status", NULL);
	if (report->timeout_s)
		put(build, object, "timeout_s",
		    checked(build, json_object_new_double_s(strtod(report->timeout_s, NULL),
							    report->timeout_s)));
	else
		put(build, object, "timeout_s", NULL);
	append(build, array, object);
}

static struct json_object *document(struct build *build, struct report *const *reports,
				    size_t count)
{
	struct json_object *root = checked(build, json_object_new_object());
	struct json_object *coverage = checked(build, json_object_new_object());
	struct json_object *runs = checked(build, json_object_new_array());
	struct json_object *processes = checked(build, json_object_new_array());
	struct json_object *threads = checked(build, json_object_new_array());
	struct json_object *findings = checked(build, json_object_new_array());
	struct json_object *notes = checked(build, json_object_new_array());
	struct json_object *strays = checked(build, json_object_new_array());
	bool complete = true, finished = true;
	uint64_t lost = 0, hidden = 0;

	for (size_t i = 0; i < count; i++) {
		add_run(build, runs, reports[i]);
		add_processes(build, processes, reports[i]);
		add_threads(build, threads, reports[i]);
		add_findings(build, findings, reports[i]);
		add_notes(build, notes, reports[i]);
		add_strays(build, strays, reports[i]);
		complete &= report_complete(reports[i]);
		finished &= reports[i]->finished;
		lost += reports[i]->lost;
		hidden += reports[i]->finding_total - reports[i]->finding_count +
			  reports[i]->finding_others;
	}
	put_bool(build, coverage, "complete", complete);
	put_bool(build, coverage, "finished", finished);
	put_number(build, coverage, "lost", lost);
	put(build, coverage, "notes", notes);
	put(build, coverage, "strays", strays);
	put_int(build, root, "schema", REPORT_JSON_SCHEMA);
	put(build, root, "runs", runs);
	put(build, root, "processes", processes);
	put(build, root, "coverage", coverage);
	put(build, root, "threads", threads); /* where they stood */
	put(build, root, "findings", findings);
	put_number(build, root, "left_out", hidden); /* findings, by --top and the filters */
	return root;
}

int report_json(FILE *stream, struct report *const *reports, size_t count,
		const struct report_style *style)
{
	struct build build = {0};
	struct json_object *root = document(&build, reports, count);
	const char *text = NULL;
	int r = -ENOMEM;

	(void)style;
	if (!build.failed)
		text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
								    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		r = fprintf(stream, "%s\n", text) < 0 || ferror(stream) ? -EIO : 0;
	json_object_put(root);
	return r;
}
