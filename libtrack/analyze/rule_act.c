/* SPDX-License-Identifier: Apache-2.0 */
/* What a program's annotations tell was done wrong: each act proves its finding. */
#include <errno.h>
#include <string.h>

#include "rule.h"

/* Stacks of what an act was done to (RESOURCE), or of the other that it is about. */
enum place {
	PLACE_END, /* of a table's list */
	PLACE_BIRTH,
	PLACE_DEATH,
	PLACE_OTHER_BIRTH,
	PLACE_OTHER_CLOSE,
	PLACE_OTHER_DEATH,
	PLACE_OTHER_LATER, /* its death, where that came after the act: the others came before */
	PLACE_ACT,	   /* the telling one */
};

enum { STEPS_MAX = 5 };

static const struct act_rule {
	enum rule rule;
	const char *what;
	const char *one;     /* with the noun of one, and the other */
	const char *many;    /* with the number, the noun of many, and the other */
	const char *nobody;  /* where no other is known */
	bool once_per_thing; /* several acts at once, one for each other */
	bool tells_birth;    /* whoever did it only does what he was told there */
	struct {
		enum place place;
		const char *role; /* %s: the class of the other, where it is the other's place */
	} steps[STEPS_MAX];
} act_rules[] = {
	/* clang-format off */
	{ RULE_OVER_RELEASE, "over-release",
	  "a reference to 1 %s was released here that was not held",
	  "%llu references to %s were released here that were not held", "", false, false,
	  {{PLACE_BIRTH, "created at"}, {PLACE_DEATH, "destroyed at"}, {PLACE_ACT, "released again at"}} },
	{ RULE_CALLBACK_DOUBLE_FIRE, "fired-again",
	  "1 one-shot %s was called here again",
	  "one-shot %2$s were called here again, %1$llu times", "", false, false,
	  {{PLACE_BIRTH, "created at"}, {PLACE_DEATH, "called first at"}, {PLACE_ACT, "called again at"}} },
	{ RULE_CALLBACK_AFTER_CLOSE, "fired-late",
	  "1 %s was called after the end of its %s",
	  "%2$s were called %1$llu times after the end of their %3$s", "registration", false, false,
	  {{PLACE_BIRTH, "created at"}, {PLACE_DEATH, "given up at"}, {PLACE_OTHER_CLOSE, "its %s was closed at"},
	   {PLACE_OTHER_DEATH, "its %s was destroyed at"}, {PLACE_ACT, "called at"}} },
	{ RULE_CALLBACK_DROPPED, "dropped",
	  "1 one-shot %s was given up here, neither called nor cancelled",
	  "%llu one-shot %s were given up here, neither called nor cancelled", "", false, false,
	  {{PLACE_BIRTH, "created at"}, {PLACE_ACT, "given up at"}} },
	{ RULE_CLOSE_ORDER, "needed",
	  "1 %s was ended here while its %s needed it",
	  "%llu %s were ended here while their %s needed them", "user", true, false,
	  {{PLACE_BIRTH, "created at"}, {PLACE_OTHER_BIRTH, "needed by %s, made at"}, {PLACE_ACT, "ended too early at"},
	   {PLACE_OTHER_LATER, "%s ended later, at"}} },
	{ RULE_USE_AFTER_CLOSE, "late-use",
	  "1 %s used here had been destroyed before",
	  "%llu calls here used %s that had been destroyed before", "", false, false,
	  {{PLACE_BIRTH, "created at"}, {PLACE_DEATH, "destroyed at"}, {PLACE_ACT, "used at"}} },
	{ RULE_TIMER_LEAK, "fired-over",
	  "1 %s fired after the end of its %s",
	  "%2$s fired %1$llu times after the end of their %3$s", "owner", false, true,
	  {{PLACE_BIRTH, "armed at"}, {PLACE_OTHER_CLOSE, "its %s was closed at"},
	   {PLACE_OTHER_DEATH, "its %s was destroyed at"}, {PLACE_ACT, "fired at"}} },
	/* clang-format on */
};

/* A child between fork and exec shares what its parent began. */
static const char acts_sql[] =
	"SELECT a.id, a.process_id, r.kind, r.class, a.stack_id, a.time_ns, r.id, r.birth_stack, "
	"CASE WHEN r.death_ns <= a.time_ns THEN r.death_stack END, o.id, o.kind, o.class, "
	"o.birth_stack, CASE WHEN o.close_ns <= a.time_ns THEN o.close_stack END, "
	"CASE WHEN o.death_ns <= a.time_ns THEN o.death_stack END, m.count, "
	"CASE WHEN o.death_ns > a.time_ns THEN o.death_stack END FROM act a LEFT JOIN act_more m "
	"ON m.act_id = a.id JOIN resource r "
	"ON r.id = a.resource_id "
	"JOIN process p ON p.id = a.process_id LEFT JOIN resource o ON o.id = a.other_id "
	"WHERE a.what = ?1 AND r.inherited = 0 AND NOT (p.end = 'exec' AND p.origin = 'fork') "
	/* What tells of a close may come after it. */
	"AND NOT (a.what = 'fired-late' AND ',' || coalesce(r.traits, '') || ',' "
	"LIKE '%,close-notice,%') ORDER BY a.time_ns, a.id";

/* Of the query: the row that a place is about, and its stack. */
static const struct {
	int resource, stack;
	bool other;
} places[] = {
	[PLACE_BIRTH] = {6, 7, false},	     [PLACE_DEATH] = {6, 8, false},
	[PLACE_OTHER_BIRTH] = {9, 12, true}, [PLACE_OTHER_CLOSE] = {9, 13, true},
	[PLACE_OTHER_DEATH] = {9, 14, true}, [PLACE_OTHER_LATER] = {9, 16, true},
	[PLACE_ACT] = {6, 4, false},
};

static int add_step(struct finding *finding, struct trace_query *row, enum place place,
		    const char *role)
{
	struct finding_evidence evidence = {
		.resource_id = trace_query_int(row, places[place].resource),
		.stack_id = trace_query_int(row, places[place].stack),
		.act_id = place == PLACE_ACT ? trace_query_int(row, 0) : 0,
		.role = role,
	};
	char noun[FINDING_NOUN_BYTES];
	const char *kind = trace_query_text(row, 10), *class_name = trace_query_text(row, 11);

	/* What did not happen, or nobody saw. */
	if (evidence.resource_id == 0 || (evidence.stack_id == 0 && place != PLACE_BIRTH &&
					  place != PLACE_ACT && place != PLACE_OTHER_BIRTH))
		return 0;
	if (places[place].other) {
		if (kind == NULL || class_name == NULL)
			return -ENOMEM;
		class_noun(kind, class_name, false, noun);
		evidence.role = finding_text(finding, role, noun);
		if (evidence.role == NULL)
			return -ENOMEM;
	}
	return finding_add_evidence(finding, &evidence);
}

/* Who else the first act is about, for the sentence. */
static int name_other(struct finding *finding, const struct act_rule *rule, struct trace_query *row)
{
	const char *kind = trace_query_text(row, 10), *class_name = trace_query_text(row, 11);
	char noun[FINDING_NOUN_BYTES];

	finding->other = rule->nobody;
	if (kind == NULL || class_name == NULL)
		return 0;
	class_noun(kind, class_name, false, noun);
	finding->other = finding_text(finding, "%s", noun);
	return finding->other != NULL ? 0 : -ENOMEM;
}

static int add_act(struct finding *finding, const struct act_rule *rule, struct trace_query *row,
		   bool again)
{
	int error = finding->other == NULL ? name_other(finding, rule, row) : 0;

	finding_happened(finding, (uint64_t)trace_query_int(row, 5));
	finding->count += !again + (uint64_t)trace_query_int(row, 15);
	for (size_t i = 0; i < STEPS_MAX && rule->steps[i].place != PLACE_END && error == 0; i++)
		if (!again || places[rule->steps[i].place].other)
			error = add_step(finding, row, rule->steps[i].place, rule->steps[i].role);
	return error;
}

/* last: the resource of the act before. */
static int add_member(struct judgement *judgement, const struct act_rule *rule,
		      struct trace_query *row, int64_t *last)
{
	struct finding_member member = {
		.kind = trace_query_text(row, 2),
		.class_name = trace_query_text(row, 3),
		.process_id = trace_query_int(row, 1),
		.stack_id = trace_query_int(
			row, places[rule->tells_birth ? PLACE_BIRTH : PLACE_ACT].stack),
	};
	bool again = rule->once_per_thing && *last == trace_query_int(row, 6);
	struct finding *finding;
	int error = member.kind == NULL || member.class_name == NULL ? -ENOMEM : 0;

	if (error == 0)
		error = judge_member(judgement, rule->rule, STATE_BROKEN, &member, &finding);
	*last = trace_query_int(row, 6);
	return error != 0 ? error : add_act(finding, rule, row, again);
}

static int say(struct finding *finding, const struct act_rule *rule)
{
	char noun[FINDING_NOUN_BYTES];

	finding_noun(finding, finding->count != 1, noun);
	if (finding->count == 1)
		return finding_say(finding, rule->one, noun, finding->other);
	return finding_say(finding, rule->many, (unsigned long long)finding->count, noun,
			   finding->other);
}

static int judge_act(struct judgement *judgement, const struct act_rule *rule)
{
	struct findings *findings = &judgement->findings;
	struct trace_query *query;
	int64_t last = 0;
	int more = trace_query(judgement->trace, acts_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_text(query, 1, rule->what);
	while ((more = trace_query_step(query)) == 1) {
		more = add_member(judgement, rule, query, &last);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	for (size_t i = 0; i < findings->count && more == 0; i++)
		if (findings->items[i]->rule == rule->rule && findings->items[i]->message == NULL)
			more = say(findings->items[i], rule);
	return more;
}

int judge_acts(struct judgement *judgement, enum rule rule)
{
	int error = 0;

	for (size_t i = 0; i < sizeof(act_rules) / sizeof(act_rules[0]) && error == 0; i++)
		if (act_rules[i].rule == rule)
			error = judge_act(judgement, &act_rules[i]);
	return error;
}
