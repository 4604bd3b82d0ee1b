/* SPDX-License-Identifier: Apache-2.0 */
/* What outlived what it belongs to: the findings of the leaks, and their sentences. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <track/wire.h>

#include "closing.h"
#include "leak_chain.h"
#include "leak_places.h"
#include "rule.h"
#include "tally.h"
#include "word.h"

enum { PHRASE_BYTES = 1024, OWNER_BYTES = FINDING_NOUN_BYTES + 16 };

/* What ends a finding's sentence; of the others it says what keeps them. */
static const struct reason {
	enum rule rule;
	const char *text;
} reasons[] = {
	{RULE_TASK_LOST_WAKER, ", pending, and nothing can wake it any more"},
	{RULE_TASK_ORPHANED, ", still pending"},
	{RULE_TIMER_LEAK, ", still armed"},
	{RULE_CALLBACK_UNFIRED, ", neither called nor cancelled nor given up"},
	{RULE_SCOPE_UNCLOSED, ", never closed"},
};

static const char created_at[] = "created at"; /* each of a finding's own */

static const struct reason *reason_of(enum rule rule)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].rule == rule)
			return &reasons[i];
	return NULL;
}

static bool is_on(const struct leak_path *path, size_t index)
{
	for (size_t i = 0; i < path->count; i++)
		if (path->steps[i] == index)
			return true;
	return false;
}

static bool is_like(const struct survivor *one, const struct survivor *other)
{
	return one->kind == other->kind && strcmp(one->class_name, other->class_name) == 0;
}

/* Whether the sentence or the chain has a word of it, or of another like it. */
static bool is_told_of(const struct leaks *leaks, const struct leak_path *path, size_t index,
		       bool is_first)
{
	const struct survivor *other = leaks_at(leaks, index);

	if (is_on(path, index) || is_like(other, leaks_at(leaks, path->steps[0])))
		return true;
	for (size_t i = 1; i < path->count && !is_first; i++)
		if (is_like(other, leaks_at(leaks, path->steps[i])))
			return true;
	return false;
}

/*
 * What else stays with the finding's own, where nothing has a word of it: a thread that waits for
 * the object, say.
 */
static int add_held(struct finding *finding, const struct leaks *leaks)
{
	const size_t count = finding->evidence_count;
	struct finding_evidence evidence = {.resource_id = finding->evidence[0].resource_id};
	struct leak_path path;
	struct tally tally = {0};
	char text[TALLY_TEXT_BYTES];
	int error = leak_path_find(leaks, finding->leak, &path);

	for (size_t i = 0; i < count && error == 0; i++) {
		const struct finding_evidence *own = &finding->evidence[i];
		size_t head = survivors_find(&leaks->survivors, own->resource_id);

		if (own->role != created_at || head == SURVIVOR_NONE)
			continue;
		for (size_t held = leaks->with[head].first; held != SURVIVOR_NONE;
		     held = leaks->with[held].next)
			if (!is_told_of(leaks, &path, held, head == finding->leak->head))
				tally_add(&tally, leaks_at(leaks, held));
	}
	tally_write(&tally, text);
	if (error != 0 || text[0] == '\0')
		return error;
	evidence.role = finding_text(finding, "with it stay %s", text);
	return evidence.role != NULL ? finding_add_evidence(finding, &evidence) : -ENOMEM;
}

static int add_evidence(struct judgement *judgement, struct finding *finding,
			const struct leak *leak)
{
	const struct survivor *head = leaks_at(&judgement->leaks, leak->head);
	struct finding_evidence evidence = {
		.resource_id = head->id,
		.stack_id = head->birth_stack,
		.role = created_at,
	};
	int error = finding_add_evidence(finding, &evidence);

	/* Why the first is alive tells it for the others too: they were made at the same place. */
	if (error != 0 || finding->leak != NULL)
		return error;
	finding->leak = leak;
	return leak_chain_add(finding, &judgement->leaks, leak);
}

/* Of a descriptor that a library opened by itself the library's object that closes it. */
static size_t find_maker(const struct leaks *leaks, size_t index, bool in_library)
{
	const struct survivor *head = leaks_at(leaks, index), *owner;

	if (!in_library || head->kind != TRACK_KIND_FD || head->owner == SURVIVOR_NONE)
		return index;
	owner = leaks_at(leaks, head->owner);
	return owner->kind == TRACK_KIND_OBJECT && survivor_is_alive(owner) &&
			       (owner->traits & TRACK_FROM_PACK) != 0
		       ? head->owner
		       : index;
}

/*
 * Who is to be asked: where it was made; or, of what a library made and gave up itself, where the
 * first of the references was taken that are left.
 */
static int find_teller(const struct leaks *leaks, size_t index, int64_t *ret_stack)
{
	const struct survivor *head = leaks_at(leaks, index);
	struct leak_places places;
	int64_t taken = 0;
	int error = leak_places_find(leaks, index, &places);

	*ret_stack = head->birth_stack;
	if (error != 0 || (head->traits & TRACK_FROM_PACK) == 0)
		return error;
	if (places.count > 0) {
		*ret_stack = places.blamed;
		return 0;
	}
	for (size_t i = 0; i < head->reference_count; i++) {
		int64_t stack = leaks->survivors.references[head->first_reference + i].stack_id;

		if (stack == head->birth_stack)
			return 0;
		if (taken == 0)
			taken = stack;
	}
	if (taken != 0)
		*ret_stack = taken;
	return 0;
}

static int add_leak(struct judgement *judgement, const struct leak *leak)
{
	const struct survivor *head = leaks_at(&judgement->leaks, leak->head);
	struct finding_member member = {
		.kind = word_kind(head->kind),
		.class_name = head->class_name,
		.process_id = head->process_id,
		.stack_id = head->birth_stack,
	};
	enum state state = leak_state(&judgement->leaks, leak);
	const struct culprit *culprit;
	struct finding *finding;
	int error = culprits_get(&judgement->culprits, head->birth_stack, &culprit);

	if (error != 0)
		return error;
	if (state != STATE_LEAKED &&
	    growth_find(&judgement->growth, finding_group(member.kind, member.class_name, culprit)))
		return 0; /* told as growing */
	if (culprit->lifelong) {
		judgement->lifelong++;
		return 0;
	}
	error = find_teller(&judgement->leaks,
			    find_maker(&judgement->leaks, leak->head, culprit->in_library),
			    &member.stack_id);
	if (error == 0)
		error = judge_member(judgement, leak->rule, state, &member, &finding);
	/* Of what is proven, what is not adds nothing. */
	if (error != 0 || finding->state != state)
		return error;
	finding->count++;
	finding->ended += head->ended;
	return add_evidence(judgement, finding, leak);
}

/* What keeps it, if it is not the head alone: the one nearest to the root whose references tell. */
static int say_keeper(const struct leaks *leaks, const struct finding *finding, char *ret_text)
{
	const char *each = finding->count > 1 ? "each " : "";
	char references[LEAK_REFERENCES_BYTES], noun[LEAK_NOUN_BYTES];
	struct leak_path path;
	int error = leak_path_find(leaks, finding->leak, &path);

	ret_text[0] = '\0';
	if (error != 0)
		return error;
	for (size_t i = path.count; i-- > 0;) {
		error = leak_references(leaks, path.steps[i], references);
		if (error != 0)
			return error;
		leak_noun(leaks_at(leaks, path.steps[i]), noun);
		if (references[0] == '\0')
			continue;
		if (i == 0)
			snprintf(ret_text, PHRASE_BYTES, ": %swith %s", each, references);
		else
			snprintf(ret_text, PHRASE_BYTES, ": %skept by %s with %s", each, noun,
				 references);
		return 0;
	}
	if (path.count == 1)
		return 0;
	leak_noun(leaks_at(leaks, path.steps[1]), noun);
	snprintf(ret_text, PHRASE_BYTES, ": %skept by %s", each, noun);
	return 0;
}

/* What else would end with it. */
static void say_held(const struct leaks *leaks, const struct finding *finding, char *ret_text)
{
	const struct leak *leak = finding->leak;
	const struct leak_with *with = &leaks->with[leak->head];
	struct tally tally = {0};
	char text[TALLY_TEXT_BYTES];

	for (size_t i = with->first; with->is_head && i != SURVIVOR_NONE; i = leaks->with[i].next)
		tally_add(&tally, leaks_at(leaks, i));
	for (size_t i = 0; i < leak->held_count && !with->is_head; i++) {
		size_t held = leaks->held[leak->first_held + i];

		if (held != leak->head)
			tally_add(&tally, leaks_at(leaks, held));
	}
	tally_write(&tally, text);
	ret_text[0] = '\0';
	if (text[0] != '\0')
		snprintf(ret_text, PHRASE_BYTES, "; %s %s",
			 finding->count > 1 ? "each holds" : "it holds", text);
}

/* "Publisher held by Stream held by Publisher"; a scope and its object of one name are one step. */
static int say_circle(const struct leaks *leaks, const struct finding *finding, char *ret_text)
{
	struct leak_path path;
	char noun[FINDING_NOUN_BYTES], before[FINDING_NOUN_BYTES] = "";
	int error = leak_path_find(leaks, finding->leak, &path);
	size_t length = 0;

	ret_text[0] = '\0';
	if (error != 0)
		return error;
	for (size_t i = 0; i <= path.count && length < PHRASE_BYTES / 2; i++) {
		const struct survivor *step = leaks_at(leaks, path.steps[i % path.count]);

		class_noun(word_kind(step->kind), step->class_name, false, noun);
		if (path.count > 2 && strcmp(noun, before) == 0)
			continue;
		memcpy(before, noun, sizeof(before));
		length += (size_t)snprintf(ret_text + length, PHRASE_BYTES - length, "%s%s",
					   i > 0 ? " held by " : ": ", noun);
	}
	return 0;
}

/* "their agent"; of a connection's own scope, which is called a connection too, "their own close".
 */
static void name_outlived(const struct leaks *leaks, const struct finding *finding, char *ret_text)
{
	const struct survivor *head = leaks_at(leaks, finding->leak->head), *outlived;
	const char *whose = finding->count != 1 ? "their" : "its";
	char noun[FINDING_NOUN_BYTES];

	snprintf(ret_text, OWNER_BYTES, "%s owner", whose);
	if (head->outlived == SURVIVOR_NONE)
		return;
	outlived = leaks_at(leaks, head->outlived);
	class_noun(word_kind(outlived->kind), outlived->class_name, false, noun);
	if (strcmp(outlived->class_name, head->class_name) == 0)
		snprintf(ret_text, OWNER_BYTES, "%s own %s", whose,
			 outlived->closed_ns != 0 ? "close" : "end");
	else
		snprintf(ret_text, OWNER_BYTES, "%s %s", whose, noun);
}

static bool is_refused(const struct leaks *leaks, const struct survivor *head)
{
	const struct survivor *outlived;

	if (head->outlived == SURVIVOR_NONE)
		return false;
	outlived = leaks_at(leaks, head->outlived);
	return survivor_is_alive(outlived) && (outlived->traits & SURVIVOR_REFUSED) != 0;
}

/* What it did instead of ending. */
static void say_outlived(const struct leaks *leaks, const struct finding *finding, char *ret_text)
{
	const struct survivor *head = leaks_at(leaks, finding->leak->head);
	bool many = finding->count != 1;
	char noun[FINDING_NOUN_BYTES] = "owner", owner[OWNER_BYTES];

	name_outlived(leaks, finding, owner);
	if (head->outlived != SURVIVOR_NONE)
		class_noun(word_kind(leaks_at(leaks, head->outlived)->kind),
			   leaks_at(leaks, head->outlived)->class_name, false, noun);
	if (is_refused(leaks, head)) {
		snprintf(ret_text, PHRASE_BYTES, "%s still there when %s refused to be closed",
			 many ? "were" : "was", owner);
		return;
	}
	switch (head->fate) {
	case FATE_LEAKED:
		snprintf(ret_text, PHRASE_BYTES, "outlived %s", owner);
		return;
	case FATE_SUSPECT:
		snprintf(ret_text, PHRASE_BYTES, "made inside a call of %s outlived it", noun);
		return;
	case FATE_RECHECK:
		snprintf(ret_text, PHRASE_BYTES,
			 "%s alive when the run ended, within the grace time after the end of %s",
			 many ? "were" : "was", owner);
		return;
	case FATE_AT_EXIT:
	case FATE_FINE:
	case FATE_OPEN:
		break;
	}
	snprintf(ret_text, PHRASE_BYTES, "%s alive at the end", many ? "were" : "was");
}

static int say_why(const struct leaks *leaks, const struct finding *finding, char *ret_text)
{
	const struct reason *reason = reason_of(finding->rule);
	const struct survivor *head = leaks_at(leaks, finding->leak->head);
	size_t length;

	if (finding->rule == RULE_THREAD_LEAK && finding->ended > 0) {
		snprintf(ret_text, PHRASE_BYTES, ": %llu ended, never joined nor detached",
			 (unsigned long long)finding->ended);
		return 0;
	}
	if (finding->leak->circle)
		return say_circle(leaks, finding, ret_text);
	if (reason == NULL)
		return say_keeper(leaks, finding, ret_text);
	length = (size_t)snprintf(ret_text, PHRASE_BYTES, "%s",
				  survivor_is_closing(head) ? ", in a close that never returned"
							    : reason->text);
	say_held(leaks, finding, ret_text + length);
	return 0;
}

static int say(const struct leaks *leaks, struct finding *finding)
{
	char noun[FINDING_NOUN_BYTES], outlived[PHRASE_BYTES], why[2 * PHRASE_BYTES];
	int error = say_why(leaks, finding, why);

	if (error != 0)
		return error;
	finding_noun(finding, finding->count != 1, noun);
	say_outlived(leaks, finding, outlived);
	return finding_say(finding, "%llu %s %s%s%s", (unsigned long long)finding->count, noun,
			   finding->leak->circle ? "in a circle " : "", outlived, why);
}

int tell_outlived(struct judgement *judgement, enum rule rule)
{
	int error = 0;

	for (size_t i = 0; i < judgement->findings.count && error == 0; i++)
		if (judgement->findings.items[i]->rule == rule &&
		    judgement->findings.items[i]->leak != NULL)
			error = say(&judgement->leaks, judgement->findings.items[i]);
	return error;
}

static int add_all_held(struct judgement *judgement, enum rule rule)
{
	int error = 0;

	for (size_t i = 0; i < judgement->findings.count && error == 0; i++) {
		struct finding *finding = judgement->findings.items[i];

		if (finding->rule == rule && finding->leak != NULL && !finding->leak->circle)
			error = add_held(finding, &judgement->leaks);
	}
	return error;
}

int judge_outlived(struct judgement *judgement, enum rule rule)
{
	int error = 0;

	for (size_t i = 0; i < judgement->leaks.count && error == 0; i++)
		if (judgement->leaks.items[i].rule == rule)
			error = add_leak(judgement, &judgement->leaks.items[i]);
	if (error == 0 && reason_of(rule) == NULL)
		error = add_all_held(judgement, rule);
	return error != 0 ? error : tell_outlived(judgement, rule);
}
