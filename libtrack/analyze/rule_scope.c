/* SPDX-License-Identifier: Apache-2.0 */
/* A scope that must be closed and was not, with all that belongs to it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/wire.h>

#include "closing.h"
#include "leak_chain.h"
#include "rule.h"
#include "tally.h"
#include "word.h"

/* What of a scope's belongings is shown with its place. */
enum { OWNED_SHOWN = 8, CLOSING_BYTES = 80 };

/* All scopes and what belongs to them. */
struct unclosed {
	struct judgement *judgement;
	struct finding **findings; /* of each survivor that is such a scope; NULL others */
};

static struct survivor *at(const struct unclosed *unclosed, size_t index)
{
	return &unclosed->judgement->leaks.survivors.items[index];
}

static bool is_told(const struct unclosed *unclosed, const struct survivor *survivor)
{
	return !hangs_explain(&unclosed->judgement->hangs, survivor->id) &&
	       survivor_is_unclosed(survivor) && survivor->fate == FATE_FINE &&
	       survivor->unclosed == SURVIVOR_NONE && !survivor->excused;
}

/* Whoever is ended by a signal has no time to close. */
static enum state state_of(const struct survivor *scope)
{
	if (!scope->in_order)
		return STATE_AT_EXIT;
	return scope->undecided ? STATE_RECHECK : STATE_UNCLOSED;
}

/* A program's own function for it tells of a scope; what a pack tells of is called by who is asked.
 */
static int find_culprit(struct judgement *judgement, const struct survivor *scope,
			const struct culprit **ret_culprit)
{
	return (scope->traits & TRACK_FROM_PACK) != 0
		       ? culprits_get(&judgement->culprits, scope->birth_stack, ret_culprit)
		       : culprits_get_caller(&judgement->culprits, scope->birth_stack, ret_culprit);
}

static int add_scope(struct unclosed *unclosed, size_t index)
{
	struct judgement *judgement = unclosed->judgement;
	const struct survivor *scope = at(unclosed, index);
	enum state state = state_of(scope);
	struct finding_member member = {
		.kind = word_kind(scope->kind),
		.class_name = scope->class_name,
		.process_id = scope->process_id,
		.stack_id = scope->birth_stack,
	};
	struct finding_evidence evidence = {
		.resource_id = scope->id,
		.stack_id = scope->birth_stack,
		.role = "created at",
	};
	const struct culprit *culprit;
	struct finding *finding;
	int error = find_culprit(judgement, scope, &culprit);

	if (error != 0)
		return error;
	if (state != STATE_UNCLOSED &&
	    growth_find(&judgement->growth, finding_group(member.kind, member.class_name, culprit)))
		return 0;
	if (culprit->lifelong) {
		judgement->lifelong++;
		return 0;
	}
	error = findings_get(&judgement->findings, RULE_SCOPE_UNCLOSED, state, &member, culprit,
			     &finding);
	if (error != 0 || finding->state != state)
		return error;
	finding->count++;
	unclosed->findings[index] = finding;
	return finding_add_evidence(finding, &evidence);
}

/* A connection is a scope, and the object of the same name that it is made of. */
static bool is_memory_of(const struct survivor *survivor, const struct survivor *scope)
{
	return survivor->kind == TRACK_KIND_OBJECT &&
	       strcmp(survivor->class_name, scope->class_name) == 0;
}

static bool belongs(const struct unclosed *unclosed, size_t index, const struct finding *finding)
{
	const struct survivor *survivor = at(unclosed, index);

	return survivor->judged && survivor->fate == FATE_FINE &&
	       survivor->unclosed != SURVIVOR_NONE &&
	       unclosed->findings[survivor->unclosed] == finding &&
	       !is_memory_of(survivor, at(unclosed, survivor->unclosed));
}

/* One of each class, made at its place. */
static int add_owned(struct finding *finding, const struct survivor *survivor)
{
	char noun[FINDING_NOUN_BYTES];
	struct finding_evidence evidence = {
		.resource_id = survivor->id,
		.stack_id = survivor->birth_stack,
	};

	class_noun(word_kind(survivor->kind), survivor->class_name, false, noun);
	evidence.role = finding_text(finding, "to it belongs the %s created at", noun);
	return evidence.role != NULL ? finding_add_evidence(finding, &evidence) : -ENOMEM;
}

/* Its close, and who keeps what it waits for. */
static int add_closing(const struct unclosed *unclosed, struct finding *finding, size_t index)
{
	const struct survivor *scope = at(unclosed, index);
	struct finding_evidence evidence = {
		.resource_id = scope->id,
		.stack_id = scope->close_stack,
		.role = finding_text(
			finding,
			"its close began %.2f s before the end on thread %u%s and did not return, "
			"at",
			(double)(scope->end_ns - scope->close_ns) / 1e9, scope->close_tid,
			(scope->traits & SURVIVOR_LEFT) != 0 ? ", which ended the program," : ""),
	};
	size_t count = unclosed->judgement->leaks.survivors.count;
	int error = evidence.role != NULL ? finding_add_evidence(finding, &evidence) : -ENOMEM;

	for (size_t i = 0; i < count && error == 0; i++)
		if (at(unclosed, i)->unclosed == index && is_memory_of(at(unclosed, i), scope))
			error = leak_chain_add_holders(finding, &unclosed->judgement->leaks, i);
	return error;
}

/* How many of its scopes began to close; the first of them tells how. */
static int add_closings(const struct unclosed *unclosed, struct finding *finding,
			uint64_t *ret_closing)
{
	size_t count = unclosed->judgement->leaks.survivors.count;
	int error = 0;

	*ret_closing = 0;
	for (size_t i = 0; i < count && error == 0; i++)
		if (unclosed->findings[i] == finding && survivor_is_closing(at(unclosed, i)) &&
		    (*ret_closing)++ == 0)
			error = add_closing(unclosed, finding, i);
	return error;
}

/* One of each class of what belongs to its scopes. */
static int add_belongings(const struct unclosed *unclosed, struct finding *finding, char *ret_owned)
{
	size_t count = unclosed->judgement->leaks.survivors.count, rows, shown = 0;
	struct tally tally = {0};
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++) {
		if (!belongs(unclosed, i, finding))
			continue;
		rows = tally.row_count;
		tally_add(&tally, at(unclosed, i));
		if (tally.row_count > rows && shown++ < OWNED_SHOWN)
			error = add_owned(finding, at(unclosed, i));
	}
	tally_write(&tally, ret_owned);
	return error;
}

static int say(const struct unclosed *unclosed, struct finding *finding)
{
	char noun[FINDING_NOUN_BYTES], owned[TALLY_TEXT_BYTES], closing[CLOSING_BYTES] = "";
	uint64_t begun;
	int error = add_closings(unclosed, finding, &begun);

	if (error == 0)
		error = add_belongings(unclosed, finding, owned);
	if (error != 0)
		return error;
	if (begun == finding->count)
		snprintf(closing, sizeof(closing), ": %s close began and did not return",
			 begun == 1 ? "its" : "their");
	else if (begun > 0)
		snprintf(closing, sizeof(closing), " (the close of %llu began and did not return)",
			 (unsigned long long)begun);
	finding_noun(finding, finding->count != 1, noun);
	return finding_say(finding, "%llu %s opened here %s never closed%s%s%s",
			   (unsigned long long)finding->count, noun,
			   finding->count == 1 ? "was" : "were", closing,
			   owned[0] != '\0' ? ", with " : "", owned);
}

static int collect(struct unclosed *unclosed)
{
	static const enum state gravest[] = {STATE_UNCLOSED, STATE_RECHECK, STATE_AT_EXIT};
	struct findings *findings = &unclosed->judgement->findings;
	size_t count = unclosed->judgement->leaks.survivors.count;
	int error = 0;

	/* What is undecided adds nothing to what is not. */
	for (size_t j = 0; j < sizeof(gravest) / sizeof(gravest[0]); j++)
		for (size_t i = 0; i < count && error == 0; i++)
			if (is_told(unclosed, at(unclosed, i)) &&
			    state_of(at(unclosed, i)) == gravest[j])
				error = add_scope(unclosed, i);
	for (size_t i = 0; i < findings->count && error == 0; i++)
		if (findings->items[i]->rule == RULE_SCOPE_UNCLOSED &&
		    findings->items[i]->message == NULL)
			error = say(unclosed, findings->items[i]);
	return error;
}

int rule_scope_unclosed(struct judgement *judgement, enum rule rule)
{
	struct unclosed unclosed = {.judgement = judgement};
	int error = judge_outlived(judgement, rule);

	unclosed.findings = calloc(judgement->leaks.survivors.count + 1, sizeof(struct finding *));
	if (error == 0 && unclosed.findings == NULL)
		error = -ENOMEM;
	if (error == 0)
		error = collect(&unclosed);
	free(unclosed.findings);
	return error != 0 ? error : judge_growth(judgement, rule);
}
