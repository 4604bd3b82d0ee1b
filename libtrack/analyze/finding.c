/* SPDX-License-Identifier: Apache-2.0 */
#include "finding.h"

#include <base/fnv.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"
#include "word.h"

/* clang-format off */
static const char *const rule_names[] = {
#define TRACK_RULE(id, name, text, judge, ...) name,
#include <track/rules.def>
#undef TRACK_RULE
};

static const enum rule kind_rules[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) RULE_##rule,
#include <track/kinds.def>
#undef TRACK_KIND
};
/* clang-format on */

const char *rule_name(enum rule rule)
{
	return rule_names[rule];
}

enum rule rule_of_kind(const char *kind)
{
	for (unsigned i = 0; i < TRACK_KIND__COUNT; i++)
		if (strcmp(word_kind(i), kind) == 0)
			return kind_rules[i];
	return RULE_GROWTH;
}

uint64_t finding_group(const char *kind, const char *class_name, const struct culprit *culprit)
{
	uint64_t hash = fnv_text(fnv_text(FNV_START, kind), class_name);

	return fnv_bytes(hash, &culprit->frames_hash, sizeof(culprit->frames_hash));
}

static void destroy(struct finding *finding)
{
	if (finding == NULL)
		return;
	free(finding->kind);
	free(finding->class_name);
	free(finding->message);
	free(finding->evidence);
	u64map_finish(&finding->processes);
	for (size_t i = 0; i < finding->text_count; i++)
		free(finding->texts[i]);
	free(finding->texts);
	free(finding);
}

static int make_room(struct findings *findings)
{
	size_t capacity = findings->capacity != 0 ? findings->capacity * 2 : 16;
	struct finding **items;

	if (findings->count < findings->capacity)
		return 0;
	items = realloc(findings->items, capacity * sizeof(struct finding *));
	if (items == NULL)
		return -ENOMEM;
	findings->items = items;
	findings->capacity = capacity;
	return 0;
}

static struct finding *create(enum rule rule, enum state state, const struct finding_member *member)
{
	struct finding *finding = calloc(1, sizeof(*finding));

	if (finding == NULL)
		return NULL;
	*finding = (struct finding){
		.rule = rule,
		.state = state,
		.kind = strdup(member->kind),
		.class_name = strdup(member->class_name),
		.process_id = member->process_id,
		.stack_id = member->stack_id,
	};
	if (finding->kind != NULL && finding->class_name != NULL)
		return finding;
	destroy(finding);
	return NULL;
}

static uint64_t fingerprint_of(enum rule rule, uint64_t group)
{
	return fnv_bytes(fnv_text(FNV_START, rule_names[rule]), &group, sizeof(group));
}

static struct finding *find(const struct findings *findings, uint64_t fingerprint)
{
	const uint64_t *known = u64map_get(&findings->by_fingerprint, fingerprint);

	return known != NULL ? (struct finding *)(uintptr_t)*known : NULL;
}

struct finding *findings_find(const struct findings *findings, enum rule rule, uint64_t group)
{
	return find(findings, fingerprint_of(rule, group));
}

int findings_get(struct findings *findings, enum rule rule, enum state state,
		 const struct finding_member *member, const struct culprit *culprit,
		 struct finding **ret_finding)
{
	uint64_t group = finding_group(member->kind, member->class_name, culprit);
	uint64_t fingerprint = fingerprint_of(rule, group);
	struct finding *finding = find(findings, fingerprint);
	int error;

	if (finding != NULL) {
		*ret_finding = finding;
		return u64map_put(&finding->processes, (uint64_t)member->process_id, 1);
	}
	finding = create(rule, state, member);
	if (finding == NULL)
		return -ENOMEM;
	finding->fingerprint = fingerprint;
	finding->culprit = culprit;
	error = make_room(findings);
	if (error == 0)
		error = u64map_put(&finding->processes, (uint64_t)member->process_id, 1);
	if (error == 0)
		error = u64map_put(&findings->by_fingerprint, fingerprint, (uintptr_t)finding);
	if (error != 0) {
		destroy(finding);
		return error;
	}
	findings->items[findings->count++] = finding;
	*ret_finding = finding;
	return 0;
}

void findings_finish(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		destroy(findings->items[i]);
	free(findings->items);
	u64map_finish(&findings->by_fingerprint);
	*findings = (struct findings){0};
}

/* Behind all that certainly fail a gate, and before the rest. */
static unsigned severity(const struct finding *finding)
{
	return finding->follows ? 2 * STATE_UNCLOSED + 1 : 2 * (unsigned)finding->state;
}

/* It follows from what grows, which is told first. */
static bool is_forecast(const struct finding *finding)
{
	return finding->rule == RULE_EXHAUSTION && finding->state == STATE_GROWING;
}

/*
 * Of what is merely alive at the end a socket is of interest first; then a scope, which names
 * all that it owns, and a thread. Plain files and the like come last.
 */
static int weight_at_exit(const struct finding *finding)
{
	enum { SOCKET_WEIGHT = 3 };
	unsigned kind;

	if (finding->state != STATE_AT_EXIT)
		return 0;
	kind = word_kind_number(finding->kind);
	return kind == TRACK_KIND_FD && word_is_socket_name(finding->class_name)
		       ? SOCKET_WEIGHT
		       : kind_of(kind)->weight_at_exit;
}

/* The fingerprint comes last, so that the order is the same in every run. */
static int compare(const void *left, const void *right)
{
	const struct finding *a = *(struct finding *const *)left;
	const struct finding *b = *(struct finding *const *)right;
	int order;

	if (severity(a) != severity(b))
		return severity(a) < severity(b) ? -1 : 1;
	/* Of acts the first is the likely cause of the others. */
	if (a->first_ns != b->first_ns)
		return a->first_ns - 1 < b->first_ns - 1 ? -1 : 1;
	if (is_forecast(a) != is_forecast(b))
		return is_forecast(a) ? 1 : -1;
	if (weight_at_exit(a) != weight_at_exit(b))
		return weight_at_exit(a) > weight_at_exit(b) ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	order = strcmp(a->kind, b->kind);
	if (order != 0)
		return order;
	return (a->fingerprint > b->fingerprint) - (a->fingerprint < b->fingerprint);
}

void findings_sort(struct findings *findings)
{
	if (findings->count > 0)
		qsort(findings->items, findings->count, sizeof(struct finding *), compare);
}

void finding_happened(struct finding *finding, uint64_t time_ns)
{
	if (finding->first_ns == 0 || time_ns < finding->first_ns)
		finding->first_ns = time_ns;
}

int finding_add_evidence(struct finding *finding, const struct finding_evidence *evidence)
{
	size_t capacity = finding->evidence_capacity != 0 ? finding->evidence_capacity * 2 : 4;
	struct finding_evidence *items = finding->evidence;

	if (finding->evidence_count == finding->evidence_capacity) {
		items = realloc(items, capacity * sizeof(*items));
		if (items == NULL)
			return -ENOMEM;
		finding->evidence = items;
		finding->evidence_capacity = capacity;
	}
	items[finding->evidence_count++] = *evidence;
	return 0;
}

int finding_say(struct finding *finding, const char *format, ...)
{
	char *message = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&message, format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	free(finding->message);
	finding->message = message;
	return 0;
}

const char *finding_text(struct finding *finding, const char *format, ...)
{
	char **texts = realloc(finding->texts, (finding->text_count + 1) * sizeof(char *));
	char *text = NULL;
	va_list arguments;
	int length;

	if (texts == NULL)
		return NULL;
	finding->texts = texts;
	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return NULL;
	texts[finding->text_count++] = text;
	return text;
}

/* A name of code, or letters that stand for words, has no plural: what they are makes it. */
static bool is_code(const char *noun)
{
	return strchr(noun, '_') != NULL || strpbrk(noun, "abcdefghijklmnopqrstuvwxyz") == NULL;
}

void class_noun(const char *kind, const char *class_name, bool plural, char *ret_noun)
{
	char noun[FINDING_NOUN_BYTES];
	size_t length;

	/* Of these a class says what they are for. */
	if (word_is_act(kind) && strcmp(kind, class_name) != 0)
		snprintf(noun, sizeof(noun), "%.40s %s", class_name, kind);
	else
		snprintf(noun, sizeof(noun), "%.60s", word_noun(kind, class_name));
	length = strlen(noun);

	if (!plural)
		snprintf(ret_noun, FINDING_NOUN_BYTES, "%s", noun);
	else if (length > 0 && (noun[length - 1] == 's' || is_code(noun)) && !word_is_act(kind))
		/* "dtls" of many stays as it is. */
		snprintf(ret_noun, FINDING_NOUN_BYTES, "%.48s %.13s", noun,
			 word_kinds(word_kind_number(kind)));
	else if (length > 0 && noun[length - 1] == 'y')
		snprintf(ret_noun, FINDING_NOUN_BYTES, "%.*sies", (int)length - 1, noun);
	else
		snprintf(ret_noun, FINDING_NOUN_BYTES, "%.62ss", noun);
}

void finding_noun(const struct finding *finding, bool plural, char *ret_noun)
{
	class_noun(finding->kind, finding->class_name, plural, ret_noun);
}
