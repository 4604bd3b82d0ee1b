/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the rules and writes what they found. */
#include <inttypes.h>
#include <stdio.h>

#include "analyze/analyze.h"
#include "leak_chain.h"
#include "rule.h"
#include "soak_trends.h"
#include "word.h"

/* clang-format off */
static int (*const judges[RULE__COUNT])(struct judgement *judgement, enum rule rule) = {
#define TRACK_RULE(id, name, text, judge, ...) [RULE_##id] = judge,
#include <track/rules.def>
#undef TRACK_RULE
};
/* clang-format on */

static const char clear_sql[] = "DELETE FROM cause; DELETE FROM placeless; DELETE FROM evidence; "
				"DELETE FROM finding";
static const char finding_sql[] =
	"INSERT INTO finding (rank, rule, state, kind, class, count, fingerprint, message, "
	"process_id, stack_id, culprit_function, culprit_file, culprit_line, culprit_module, "
	"slope, id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, nullif(?10, 0), ?11, ?12, "
	"nullif(?13, 0), ?14, ?15, ?1)";
static const char evidence_sql[] =
	"INSERT INTO evidence (finding_id, position, resource_id, act_id, stack_id, role) "
	"VALUES (?1, ?2, nullif(?3, 0), nullif(?4, 0), nullif(?5, 0), ?6)";

static const char cause_sql[] = "INSERT INTO cause (finding_id, rule) VALUES (?1, ?2)";
static const char placeless_sql[] = "INSERT INTO placeless (finding_id) VALUES (?1)";

static const char acts_sql[] = "SELECT 1 FROM act WHERE what = ?1 LIMIT 1";
static const char index_sql[] = "CREATE INDEX IF NOT EXISTS resource_by_subject ON resource "
				"(process_id, subject, generation)";

int judge_index_subjects(struct judgement *judgement, const char *what)
{
	struct trace_query *query;
	int found = trace_query(judgement->trace, acts_sql, &query);

	if (found != 0)
		return found;
	trace_query_bind_text(query, 1, what);
	found = trace_query_step(query);
	trace_query_destroy(query);
	return found == 1 ? trace_execute(judgement->trace, index_sql) : found;
}

int judge_member(struct judgement *judgement, enum rule rule, enum state state,
		 const struct finding_member *member, struct finding **ret_finding)
{
	const struct culprit *culprit;
	int error = culprits_get(&judgement->culprits, member->stack_id, &culprit);

	return error != 0 ? error
			  : findings_get(&judgement->findings, rule, state, member, culprit,
					 ret_finding);
}

static int write_evidence(struct trace_query *query, int64_t rank, const struct finding *finding)
{
	int error = 0;

	for (size_t i = 0; i < finding->evidence_count && error == 0; i++) {
		const struct finding_evidence *evidence = &finding->evidence[i];

		trace_query_bind_int(query, 1, rank);
		trace_query_bind_int(query, 2, (int64_t)i);
		trace_query_bind_int(query, 3, evidence->resource_id);
		trace_query_bind_int(query, 4, evidence->act_id);
		trace_query_bind_int(query, 5, evidence->stack_id);
		trace_query_bind_text(query, 6, evidence->role);
		error = trace_query_step(query);
	}
	return error;
}

/* One more row about it, with a text where sql asks for one. */
static int write_fact(struct judgement *judgement, const char *sql, int64_t rank, const char *text)
{
	struct trace_query *query;
	int error = trace_query(judgement->trace, sql, &query);

	if (error != 0)
		return error;
	trace_query_bind_int(query, 1, rank);
	if (text != NULL)
		trace_query_bind_text(query, 2, text);
	error = trace_query_step(query);
	trace_query_destroy(query);
	return error;
}

static int write_causes(struct judgement *judgement, int64_t rank, const struct finding *finding)
{
	int error = 0;

	for (enum rule rule = 0; rule < RULE__COUNT && error == 0; rule++)
		if ((finding->causes >> rule & 1) != 0)
			error = write_fact(judgement, cause_sql, rank, rule_name(rule));
	return error;
}

/* An object that keeps what is told: had it kept nothing graver, it were a finding by itself. */
static int write_keeper(struct judgement *judgement, int64_t rank, const struct finding *finding)
{
	struct leak_path path;
	bool kept = false;
	int error;

	if (finding->leak == NULL || finding->leak->circle || finding->rule == RULE_REF_LEAK)
		return 0;
	error = leak_path_find(&judgement->leaks, finding->leak, &path);
	for (size_t i = 1; error == 0 && i < path.count; i++)
		kept |= leaks_at(&judgement->leaks, path.steps[i])->kind == TRACK_KIND_OBJECT;
	return error != 0 || !kept
		       ? error
		       : write_fact(judgement, cause_sql, rank, rule_name(RULE_REF_LEAK));
}

static int write_facts(struct judgement *judgement, int64_t rank, const struct finding *finding)
{
	int error = write_keeper(judgement, rank, finding);

	if (error == 0)
		error = write_causes(judgement, rank, finding);
	return error != 0 || !finding->culprit->placeless
		       ? error
		       : write_fact(judgement, placeless_sql, rank, NULL);
}

static int write_finding(struct trace_query *query, int64_t rank, const struct finding *finding)
{
	const struct culprit *culprit = finding->culprit;
	char fingerprint[17];
	char slope[32] = "";

	snprintf(fingerprint, sizeof(fingerprint), "%016" PRIx64, finding->fingerprint);
	snprintf(slope, sizeof(slope), "%.17g", finding->slope);
	trace_query_bind_int(query, 1, rank);
	trace_query_bind_text(query, 2, rule_name(finding->rule));
	trace_query_bind_text(query, 3, state_name(finding->state));
	trace_query_bind_text(query, 4, finding->kind);
	trace_query_bind_text(query, 5, finding->class_name);
	trace_query_bind_int(query, 6, (int64_t)finding->count);
	trace_query_bind_text(query, 7, fingerprint);
	trace_query_bind_text(query, 8, finding->message);
	trace_query_bind_int(query, 9, finding->process_id);
	trace_query_bind_int(query, 10, finding->stack_id);
	trace_query_bind_text(query, 11, culprit->function);
	trace_query_bind_text(query, 12, culprit->file);
	trace_query_bind_int(query, 13, culprit->line);
	trace_query_bind_text(query, 14, culprit->module);
	/* The column is REAL: SQLite makes a number of the text. */
	trace_query_bind_text(query, 15, finding->has_slope ? slope : NULL);
	return trace_query_step(query);
}

/* What is left out on purpose is said in one note. */
static int note_left_out(struct trace *trace, enum track_note note, uint64_t count)
{
	const struct word_note *word = word_note(note);

	return count == 0 ? 0
			  : trace_put_note(trace, 0, word->name, word->weight, count, word->text);
}

static int write_findings(struct judgement *judgement)
{
	struct findings *findings = &judgement->findings;
	struct trace_query *finding = NULL;
	struct trace_query *evidence = NULL;
	uint64_t shells = 0;
	int64_t rank = 0;
	int error = trace_execute(judgement->trace, clear_sql);

	if (error == 0)
		error = trace_query(judgement->trace, finding_sql, &finding);
	if (error == 0)
		error = trace_query(judgement->trace, evidence_sql, &evidence);
	findings_sort(findings);
	for (size_t i = 0; i < findings->count && error == 0; i++) {
		if (culprit_is_shell(findings->items[i]->culprit)) {
			shells += findings->items[i]->count;
			continue;
		}
		if (findings->items[i]->is_left_out)
			continue;
		error = write_finding(finding, ++rank, findings->items[i]);
		if (error == 0)
			error = write_evidence(evidence, rank, findings->items[i]);
		if (error == 0)
			error = write_facts(judgement, rank, findings->items[i]);
	}
	if (error == 0)
		error = note_left_out(judgement->trace, TRACK_NOTE_SHELLS, shells);
	if (error == 0)
		error = note_left_out(judgement->trace, TRACK_NOTE_LIFELONG, judgement->lifelong);
	if (error == 0)
		error = note_left_out(judgement->trace, TRACK_NOTE_BEFORE, judgement->earlier);
	trace_query_destroy(finding);
	trace_query_destroy(evidence);
	return error;
}

int analyze_findings(struct trace *trace)
{
	struct judgement judgement = {.trace = trace};
	int error = culprits_init(&judgement.culprits, trace);

	if (error == 0)
		error = hangs_find(&judgement.hangs, trace);
	if (error == 0)
		error = hangs_note(&judgement.hangs, &judgement.hung_since);
	judgement.leaks.hung_since = &judgement.hung_since;
	if (error == 0)
		error = leaks_load(&judgement.leaks, trace, &judgement.culprits);
	if (error == 0) {
		judgement.growth.leaks = &judgement.leaks;
		error = growth_load(&judgement.growth, trace, &judgement.culprits);
	}
	if (error == 0 && judgement.leaks.survivors.count > 0) {
		judgement.repeats = (struct growth){.leaks = &judgement.leaks, .explained = true};
		error = growth_load(&judgement.repeats, trace, &judgement.culprits);
	}
	for (enum rule rule = 0; rule < RULE__COUNT && error == 0; rule++)
		error = judges[rule](&judgement, rule);
	if (error == 0)
		error = judge_forecast(&judgement);
	if (error == 0)
		error = judge_repeats(&judgement);
	if (error == 0)
		error = judge_late(&judgement);
	if (error == 0)
		error = judge_gaps(&judgement);
	judge_hung(&judgement);
	if (error == 0)
		error = write_findings(&judgement);
	if (error == 0)
		error = soak_judge(&judgement);
	findings_finish(&judgement.findings);
	growth_finish(&judgement.growth);
	growth_finish(&judgement.repeats);
	u64map_finish(&judgement.exhausted);
	u64map_finish(&judgement.hung_since);
	hangs_finish(&judgement.hangs);
	leaks_finish(&judgement.leaks);
	culprits_finish(&judgement.culprits);
	return error != 0 ? error : trace_commit(trace);
}
