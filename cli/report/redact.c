/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <base/fnv.h>
#include <errno.h>
#include <inttypes.h>
#include <report/redact.h>
#include <stdio.h>
#include <string.h>

#include "redact_inside.h"

static const char *const placeholders[] = {
	[SECRET_ADDRESS] = "address",
	[SECRET_FILE] = "file",
	[SECRET_MARK] = "mark",
};

/* The number of a secret's placeholder; 0 without memory. */
static uint64_t number_of(struct redactor *redactor, enum secret secret, const char *text,
			  size_t length)
{
	uint64_t key = fnv_bytes(fnv_text(FNV_START, placeholders[secret]), text, length);
	const uint64_t *known = u64map_get(&redactor->numbers, key);

	if (known)
		return *known;
	if (u64map_put(&redactor->numbers, key, redactor->counts[secret] + 1) < 0)
		return 0;
	return ++redactor->counts[secret];
}

/* before, then the placeholder for length bytes at text, then after. */
static int replace(struct redactor *redactor, enum secret secret, const char *before,
		   size_t before_length, const char *text, size_t length, const char *after,
		   const char **ret_text)
{
	uint64_t number = number_of(redactor, secret, text, length);
	size_t capacity = before_length + strlen(placeholders[secret]) + 24 + strlen(after);
	char *copy = number ? arena_allocate(redactor->arena, capacity, 1) : NULL;

	if (!copy)
		return -ENOMEM;
	snprintf(copy, capacity, "%.*s%s-%" PRIu64 "%s", (int)before_length, before,
		 placeholders[secret], number, after);
	*ret_text = copy;
	return 0;
}

static bool begins(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* The host of "host:port", the path of "unix:path". A netlink address names nobody. */
static bool secret_part(const char *address, const char **ret_start, size_t *ret_length)
{
	const char *colon;

	if (!address || begins(address, "netlink:") || begins(address, "family "))
		return false;
	if (begins(address, "unix:")) {
		*ret_start = address + 5;
		*ret_length = strlen(address + 5);
	} else {
		colon = strrchr(address, ':');
		*ret_start = address;
		*ret_length = colon ? (size_t)(colon - address) : strlen(address);
	}
	return *ret_length > 0;
}

int redact_address(struct redactor *redactor, const char **text)
{
	const char *part;
	size_t length;

	if (!secret_part(*text, &part, &length))
		return 0;
	return replace(redactor, SECRET_ADDRESS, *text, (size_t)(part - *text), part, length,
		       part + length, text);
}

int redact_whole(struct redactor *redactor, enum secret secret, const char **text)
{
	if (!*text || !**text)
		return 0;
	return replace(redactor, secret, "", 0, *text, strlen(*text), "", text);
}

void redact_folder(const char **path)
{
	const char *slash = *path ? strrchr(*path, '/') : NULL;

	if (slash)
		*path = slash + 1;
}

int redact_command(struct redactor *redactor, const char **command)
{
	size_t length = *command ? strcspn(*command, " ") : 0;
	char *copy;

	if (!*command)
		return 0;
	copy = arena_allocate(redactor->arena, length + 1, 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, *command, length);
	*command = copy;
	redact_folder(command);
	return 0;
}

static void redact_stack(struct report_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		redact_folder(&stack->frames[i].file);
		redact_folder(&stack->frames[i].module);
	}
}

/* A secret that stands in a sentence, wherever it does. Behind a placeholder the look goes on. */
static int redact_inside(struct redactor *redactor, enum secret what, const char *secret,
			 size_t length, const char **sentence)
{
	const char *at = memmem(*sentence, strlen(*sentence), secret, length);

	while (at) {
		size_t rest = strlen(at) - length;
		int r = replace(redactor, what, *sentence, (size_t)(at - *sentence), secret, length,
				at + length, sentence);

		if (r < 0)
			return r;
		at = memmem(*sentence + strlen(*sentence) - rest, rest, secret, length);
	}
	return 0;
}

static int redact_address_inside(struct redactor *redactor, const char *address,
				 const char **sentence)
{
	const char *part;
	size_t length;

	if (!secret_part(address, &part, &length))
		return 0;
	return redact_inside(redactor, SECRET_ADDRESS, part, length, sentence);
}

static int redact_file_inside(struct redactor *redactor, const char *file, const char **sentence)
{
	if (!file || !file[0])
		return 0;
	return redact_inside(redactor, SECRET_FILE, file, strlen(file), sentence);
}

/* "127.0.0.1", "127.0.0.1:5000", "[::1]:5000": as text_address writes them. */
static bool is_ip(const char *word)
{
	unsigned char bytes[16];
	char host[64];
	const char *part;
	size_t length;

	if (!secret_part(word, &part, &length) || length >= sizeof(host))
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)length, part);
	if (host[0] == '[')
		host[strcspn(host, "]")] = 0;
	return inet_pton(AF_INET, host, bytes) == 1 ||
	       (host[0] == '[' && inet_pton(AF_INET6, host + 1, bytes) == 1);
}

/*
 * Rules write the sentences: whatever looks like a path or an address in one
 * goes too. What was replaced looks like neither, so the look begins anew.
 */
int redact_words(struct redactor *redactor, const char **sentence)
{
	static const char between[] = " ,;()'\"";
	const char *at = *sentence + strspn(*sentence, between);
	char word[512];
	int r = 0;

	while (r == 0 && *at) {
		size_t length = strcspn(at, between);
		bool file, address;

		snprintf(word, sizeof(word), "%.*s", (int)length, at);
		file = strchr(word, '/');
		address = !file && is_ip(word);
		if (file)
			r = redact_file_inside(redactor, word, sentence);
		else if (address)
			r = redact_address_inside(redactor, word, sentence);
		at = file || address ? *sentence : at + length;
		at += strspn(at, between);
	}
	return r;
}

/* What the program calls a thing stands in quotes, so that a short name is found as such only. */
static int redact_label_inside(struct redactor *redactor, const char *label, const char **sentence)
{
	char quoted[512];
	const char *at;
	int length;

	if (!label || !label[0])
		return 0;
	length = snprintf(quoted, sizeof(quoted), "'%s'", label);
	if (length >= (int)sizeof(quoted))
		return redact_file_inside(redactor, label, sentence);
	at = strstr(*sentence, quoted);
	if (!at)
		return 0;
	return replace(redactor, SECRET_FILE, *sentence, (size_t)(at - *sentence) + 1, label,
		       strlen(label), at + length - 1, sentence);
}

int redact_mention(struct redactor *redactor, const struct report_resource *resource,
		   const char **sentence)
{
	int r = redact_address_inside(redactor, resource->local, sentence);

	if (r == 0)
		r = redact_address_inside(redactor, resource->remote, sentence);
	if (r == 0 && strcmp(resource->kind, "fd") == 0)
		r = redact_file_inside(redactor, resource->name, sentence);
	if (r == 0 && strcmp(resource->kind, "thread") != 0)
		r = redact_label_inside(redactor, resource->name, sentence);
	return r;
}

static int redact_resource(struct redactor *redactor, struct report_resource *resource,
			   struct report_finding *finding)
{
	bool thread = strcmp(resource->kind, "thread") == 0;
	int r = redact_mention(redactor, resource, &finding->message);

	for (size_t i = 0; r == 0 && i < finding->evidence_count; i++)
		r = redact_mention(redactor, resource, &finding->evidence[i].role);
	if (r == 0)
		r = redact_address(redactor, &resource->local);
	if (r == 0)
		r = redact_address(redactor, &resource->remote);
	/* The name of a thread is its programmer's word, as a function's is. */
	if (r == 0 && !thread)
		r = redact_whole(redactor, SECRET_FILE, &resource->name);
	return r;
}

/* Patterns of functions stay, as functions do. */
static int redact_use(struct redactor *redactor, struct report_use *use)
{
	int r = redact_words(redactor, &use->text);

	redact_folder(&use->place);
	return r == 0 && use->reason ? redact_words(redactor, &use->reason) : r;
}

static int redact_policy(struct redactor *redactor, struct report *report)
{
	struct report_use *uses = arena_allocate(redactor->arena, report->use_count, sizeof(*uses));
	int r = uses ? 0 : -ENOMEM;

	redact_folder(&report->policy);
	for (size_t i = 0; r == 0 && i < report->use_count; i++) {
		uses[i] = report->uses[i];
		r = redact_use(redactor, &uses[i]);
	}
	if (r == 0)
		report->uses = uses;
	return r == 0 && report->verdict ? redact_words(redactor, &report->verdict) : r;
}

static int redact_gate(struct redactor *redactor, struct report_gate *gate)
{
	redact_folder(&gate->place);
	return gate->reason ? redact_words(redactor, &gate->reason) : 0;
}

static int redact_finding(struct redactor *redactor, struct report_finding *finding)
{
	int r = redact_gate(redactor, &finding->gate);

	redact_folder(&finding->culprit_file);
	redact_folder(&finding->culprit_module);
	redact_stack(&finding->stack);
	for (size_t i = 0; r == 0 && i < finding->evidence_count; i++) {
		struct report_evidence *evidence = &finding->evidence[i];

		if (evidence->stack)
			redact_stack(evidence->stack);
		if (evidence->resource)
			r = redact_resource(redactor, evidence->resource, finding);
	}
	for (size_t i = 0; r == 0 && i < finding->evidence_count; i++)
		r = redact_words(redactor, &finding->evidence[i].role);
	return r == 0 ? redact_words(redactor, &finding->message) : r;
}

/* What the program says in words of what it waits for may name anything; its kind does not. */
static void redact_thread(struct report_thread *thread)
{
	redact_stack(&thread->stack);
	redact_stack(&thread->closed_stack);
	redact_stack(&thread->held_stack);
	thread->told = NULL;
}

static int redact_report(struct redactor *redactor, struct report *report)
{
	int r = redact_command(redactor, &report->command);

	if (r == 0)
		r = redact_policy(redactor, report);
	redact_folder(&report->trace_path);
	for (size_t i = 0; r == 0 && i < report->process_count; i++) {
		redact_folder(&report->processes[i].exe);
		r = redact_command(redactor, &report->processes[i].command);
	}
	for (size_t i = 0; i < report->stray_count; i++)
		redact_stack(&report->strays[i].stack);
	for (size_t i = 0; i < report->thread_count; i++)
		redact_thread(&report->threads[i]);
	for (size_t i = 0; report->soak && i < report->soak->trend_count; i++) {
		redact_folder(&report->soak->trends[i].culprit_file);
		redact_folder(&report->soak->trends[i].culprit_module);
	}
	for (size_t i = 0; r == 0 && i < report->finding_count; i++)
		r = redact_finding(redactor, &report->findings[i]);
	return r;
}

/* Of what is not shown, what the page is told beside the trace. It may outlive the report. */
static int redact_judged(struct redactor *redactor, struct report *judged)
{
	int r = 0;

	redactor->arena = judged->arena;
	for (size_t i = 0; r == 0 && i < judged->finding_count; i++)
		r = redact_gate(redactor, &judged->findings[i].gate);
	return r;
}

/* In the order in which other formats number what they hide. */
int report_redact(struct report *const *reports, size_t count)
{
	struct redactor redactor = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		redactor.arena = reports[i]->arena;
		r = redact_report(&redactor, reports[i]);
	}
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (reports[i]->image && reports[i]->judged)
			r = redact_judged(&redactor, reports[i]->judged);
		if (r == 0 && reports[i]->image)
			r = redact_image(&redactor, reports[i]);
	}
	u64map_finish(&redactor.numbers);
	return r;
}
