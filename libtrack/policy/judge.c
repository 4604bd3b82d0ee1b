/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "baseline.h"
#include "rows.h"
#include "words.h"

/* What is asked about a finding, in this order, and what was found. */
struct judged {
	const struct policy_finding *finding;
	uint32_t rule;
	enum policy_level level;
	const struct severity *severity; /* the row that says so; NULL: its state */
	bool would_fail;
	struct excuse *excuse; /* what lets it pass, or what it is too many for; NULL: nothing */
	struct known *known;   /* its line in the baseline */
};

struct judging {
	struct policy *policy;
	bool strict;
	struct judged *items;
	size_t count;
};

static bool fits_scope(const struct pattern *pattern, const struct policy_finding *finding)
{
	for (size_t i = 0; i < finding->scope_count; i++)
		if (pattern_fits(pattern, finding->scopes[i]))
			return true;
	return false;
}

static bool fits_condition(const struct condition *condition, const struct judged *judged)
{
	const struct policy_finding *finding = judged->finding;

	if (condition->rule && condition->rule != judged->rule)
		return false;
	if (condition->state &&
	    condition->state != policy_words_number(&policy_words_state, finding->state))
		return false;
	if (condition->kind &&
	    condition->kind != policy_words_number(&policy_words_kind, finding->kind))
		return false;
	if (condition->class_name.text &&
	    !pattern_fits(&condition->class_name, finding->class_name))
		return false;
	return !condition->scope_name.text || fits_scope(&condition->scope_name, finding);
}

/* One frame must be as both say. */
static bool fits_birth(const struct excuse *excuse, const struct policy_finding *finding)
{
	if (!excuse->function.text && !excuse->module.text)
		return true;
	for (size_t i = 0; i < finding->frame_count; i++) {
		const struct policy_frame *frame = &finding->frames[i];

		if ((!excuse->function.text || pattern_fits(&excuse->function, frame->function)) &&
		    (!excuse->module.text || pattern_fits_path(&excuse->module, frame->module)))
			return true;
	}
	return false;
}

static bool fits_lifetime(const struct excuse *excuse, const struct judged *judged)
{
	const struct policy_finding *finding = judged->finding;

	if (!policy_rule_is_leak(judged->rule) ||
	    (excuse->class_name.text && !pattern_fits(&excuse->class_name, finding->class_name)))
		return false;
	return fits_birth(excuse, finding);
}

static bool fits_suppression(const struct excuse *excuse, const struct judged *judged)
{
	const struct policy_finding *finding = judged->finding;
	const struct pattern *pattern = &excuse->pattern;

	if (excuse->suppressed == POLICY_ALL_LEAKS
		    ? !policy_rule_is_leak(judged->rule)
		    : excuse->suppressed != judged->rule + POLICY_ALL_LEAKS)
		return false;
	for (size_t i = 0; i < finding->frame_count; i++) {
		const struct policy_frame *frame = &finding->frames[i];

		if (pattern_fits(pattern, frame->function) ||
		    pattern_fits_path(pattern, frame->file) ||
		    pattern_fits_path(pattern, frame->module))
			return true;
	}
	return pattern_fits(pattern, finding->culprit) ||
	       pattern_fits_path(pattern, finding->culprit_module);
}

static bool fits_budget(const struct excuse *excuse, const struct judged *judged)
{
	return fits_condition(&excuse->condition, judged);
}

/* The first line of that sort that fits; NULL if none does. */
static struct excuse *find_excuse(struct judging *judging, const struct judged *judged,
				  enum policy_reason reason)
{
	static bool (*const fits[])(const struct excuse *, const struct judged *) = {
		[POLICY_PROCESS_LIFETIME] = fits_lifetime,
		[POLICY_SUPPRESSED] = fits_suppression,
		[POLICY_BUDGET] = fits_budget,
	};
	struct policy *policy = judging->policy;

	for (size_t i = 0; i < policy->excuse_count; i++)
		if (policy->excuses[i].reason == reason &&
		    fits[reason](&policy->excuses[i], judged))
			return &policy->excuses[i];
	return NULL;
}

static bool fails_at(enum policy_level level, bool strict)
{
	return level == POLICY_ERROR || (strict && level == POLICY_WARNING);
}

static struct judged ask_severity(struct policy *policy, bool strict,
				  const struct policy_finding *finding)
{
	struct judged judged = {
		.finding = finding,
		.rule = policy_words_number(&policy_words_rule, finding->rule),
		.level = policy_state_level(finding->state),
		.known = baseline_find(&policy->baseline, finding->fingerprint),
	};

	for (size_t i = 0; i < policy->severity_count && !judged.severity; i++)
		if (fits_condition(&policy->severities[i].condition, &judged)) {
			policy->severities[i].met++;
			judged.severity = &policy->severities[i];
			judged.level = judged.severity->level;
		}
	judged.would_fail = fails_at(judged.level, strict);
	return judged;
}

static void meet(struct judged *judged, struct excuse *excuse)
{
	excuse->met++;
	if (judged->would_fail)
		excuse->sum = counts_add(excuse->sum, judged->finding->count);
	if (judged->level >= POLICY_WARNING)
		judged->excuse = excuse;
}

static bool grows_faster(const struct known *known)
{
	return known->slope > 0 && known->sum_slope > known->slope * SLOPE_MORE;
}

static bool baseline_lets_pass(const struct judged *judged)
{
	const struct known *known = judged->known;

	return known && known->sum <= known->bound && !known->graver && !grows_faster(known);
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* The count of what grows says how long somebody looked: where both are known, the slope judges. */
static void meet_known(struct known *known, const struct judged *judged)
{
	const struct policy_finding *finding = judged->finding;
	uint32_t state = policy_words_number(&policy_words_state, finding->state);

	known->sum_slope = larger(known->sum_slope, finding->slope);
	known->graver |= state && state < known->state;
	if (!finding->grows || known->slope <= 0 || finding->slope <= 0)
		known->sum = counts_add(known->sum, finding->count);
}

/* What is said of it whatever the gate, then what only the baseline or a budget could let pass. */
static void ask_all(struct judging *judging)
{
	for (size_t i = 0; i < judging->count; i++) {
		struct judged *judged = &judging->items[i];
		struct excuse *excuse = find_excuse(judging, judged, POLICY_PROCESS_LIFETIME);
		struct known *known = judged->known;

		if (!excuse)
			excuse = find_excuse(judging, judged, POLICY_SUPPRESSED);
		if (excuse)
			meet(judged, excuse);
		if (known && judged->level >= POLICY_WARNING) {
			known->found = counts_add(known->found, judged->finding->count);
			in_one_add(&known->tally, judged->finding->recording,
				   judged->finding->count);
			known->found_slope = larger(known->found_slope, judged->finding->slope);
		}
		if (known && judged->would_fail && !excuse)
			meet_known(known, judged);
	}
	for (size_t i = 0; i < judging->count; i++) {
		struct judged *judged = &judging->items[i];
		struct excuse *excuse;

		if (!judged->would_fail || judged->excuse || baseline_lets_pass(judged))
			continue;
		excuse = find_excuse(judging, judged, POLICY_BUDGET);
		if (excuse)
			meet(judged, excuse);
	}
}

/* By the line that lets it pass, or that it is too many for. */
static void conclude_excuse(struct judged *judged, struct policy_verdict *verdict)
{
	struct excuse *excuse = judged->excuse;

	verdict->reason = excuse->reason;
	verdict->path = excuse->path;
	verdict->line = excuse->line;
	verdict->why = excuse->why;
	verdict->allowed = excuse->max;
	verdict->found = excuse->sum;
	verdict->fails = judged->would_fail && excuse->sum > excuse->max;
	if (verdict->fails)
		return;
	excuse->findings++;
	excuse->resources = counts_add(excuse->resources, judged->finding->count);
}

static void conclude_baseline(const struct judging *judging, const struct judged *judged,
			      struct policy_verdict *verdict)
{
	const struct known *known = judged->known;

	verdict->reason = POLICY_BASELINE;
	verdict->path = judging->policy->baseline.path;
	verdict->line = known->line;
	verdict->allowed = known->bound;
	verdict->found = known->sum;
	verdict->fails = !baseline_lets_pass(judged);
	verdict->state_was = known->graver ? known->state_name : NULL;
	if (grows_faster(known)) {
		verdict->slope_was = known->slope;
		verdict->slope = known->sum_slope;
	}
}

static enum policy_novelty novelty_of(const struct judging *judging, const struct judged *judged)
{
	bool is_excused_before = judged->excuse && judged->excuse->reason != POLICY_BUDGET;

	if (judged->known)
		return baseline_lets_pass(judged) ? POLICY_KNOWN : POLICY_MORE;
	if (!judging->policy->baseline.path || !judged->would_fail || is_excused_before)
		return POLICY_NO_BASELINE;
	return POLICY_NEW;
}

static struct policy_verdict conclude(const struct judging *judging, struct judged *judged)
{
	struct policy_verdict verdict = {
		.level = judged->level,
		.novelty = novelty_of(judging, judged),
		.fails = judged->would_fail,
		.would_fail = judged->would_fail,
	};

	if (judged->excuse) {
		conclude_excuse(judged, &verdict);
	} else if (judged->would_fail && judged->known) {
		conclude_baseline(judging, judged, &verdict);
	} else if (judged->severity) {
		verdict.reason = POLICY_SEVERITY;
		verdict.path = judged->severity->path;
		verdict.line = judged->severity->line;
		verdict.why = judged->severity->why;
		verdict.would_fail =
			fails_at(policy_state_level(judged->finding->state), judging->strict);
	}
	return verdict;
}

static void forget(struct policy *policy)
{
	for (size_t i = 0; i < policy->excuse_count; i++) {
		struct excuse *excuse = &policy->excuses[i];

		excuse->met = excuse->sum = excuse->findings = excuse->resources = 0;
	}
	for (size_t i = 0; i < policy->severity_count; i++)
		policy->severities[i].met = 0;
	for (size_t i = 0; i < policy->baseline.count; i++) {
		struct known *known = &policy->baseline.items[i];

		known->found = known->sum = 0;
		known->found_slope = known->sum_slope = 0;
		known->graver = false;
		known->tally = (struct in_one){.recording = 0};
		known->bound = baseline_bound(policy, known);
	}
	policy->use_count = policy->fixed_count = policy->refused = policy->not_run = 0;
}

static struct policy_use use_of_severity(const struct severity *severity)
{
	return (struct policy_use){
		.reason = POLICY_SEVERITY,
		.path = severity->path,
		.text = severity->text,
		.why = severity->why,
		.line = severity->line,
		.met = severity->met,
		.max = UINT64_MAX,
	};
}

static struct policy_use use_of_excuse(const struct excuse *excuse)
{
	return (struct policy_use){
		.reason = excuse->reason,
		.path = excuse->path,
		.text = excuse->text,
		.why = excuse->why,
		.line = excuse->line,
		.met = excuse->met,
		.findings = excuse->findings,
		.resources = excuse->resources,
		.max = excuse->max,
	};
}

/* Rows of severities are of the first of the files. */
static bool stands_before(const struct severity *severity, const struct excuse *excuse)
{
	return severity->line < excuse->line || strcmp(severity->path, excuse->path) != 0;
}

static void tell_uses(struct policy *policy)
{
	size_t told = 0; /* severities */

	for (size_t i = 0; i < policy->excuse_count; i++) {
		for (; told < policy->severity_count &&
		       stands_before(&policy->severities[told], &policy->excuses[i]);
		     told++)
			policy->uses[policy->use_count++] =
				use_of_severity(&policy->severities[told]);
		policy->uses[policy->use_count++] = use_of_excuse(&policy->excuses[i]);
	}
	for (; told < policy->severity_count; told++)
		policy->uses[policy->use_count++] = use_of_severity(&policy->severities[told]);
}

static void tell_fixed(struct policy *policy)
{
	for (size_t i = 0; i < policy->baseline.count; i++) {
		const struct known *known = &policy->baseline.items[i];

		enum baseline_change change = baseline_change(policy, known);

		policy->not_run += change == BASELINE_NOT_RUN;
		if ((change == BASELINE_GONE || change == BASELINE_LOWERED) &&
		    known->found < known->allowed)
			policy->fixed[policy->fixed_count++] = (struct policy_fixed){
				.fingerprint = known->fingerprint,
				.rule = known->rule,
				.class_name = known->class_name,
				.culprit = known->culprit,
				.allowed = known->allowed,
				.found = known->found,
				.line = known->line,
			};
	}
}

/* Fingerprints that an update leaves out. -ENOMEM. */
static int count_refused(struct policy *policy, const struct policy_finding *findings,
			 const struct policy_verdict *verdicts, size_t count)
{
	struct u64map met = {.count = 0};
	uint64_t key;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		if (verdicts[i].fails &&
		    (verdicts[i].novelty == POLICY_NEW || verdicts[i].novelty == POLICY_MORE) &&
		    fingerprint_parse(findings[i].fingerprint, &key))
			r = u64map_put(&met, key, 1);
	policy->refused = met.count;
	u64map_finish(&met);
	return r;
}

/* Room for what is told: at least one item each, so that NULL is no memory. */
static int make_room(struct policy *policy, struct judging *judging)
{
	free(policy->uses);
	free(policy->fixed);
	policy->uses =
		calloc(policy->severity_count + policy->excuse_count + 1, sizeof(*policy->uses));
	policy->fixed = calloc(policy->baseline.count + 1, sizeof(*policy->fixed));
	judging->items = calloc(judging->count + 1, sizeof(*judging->items));
	return policy->uses && policy->fixed && judging->items ? 0 : -ENOMEM;
}

int policy_judge(struct policy *policy, bool strict, const struct policy_finding *findings,
		 size_t count, struct policy_verdict *ret_verdicts)
{
	struct judging judging = {.policy = policy, .strict = strict, .count = count};
	int r = make_room(policy, &judging);

	forget(policy);
	if (r < 0)
		goto out;
	for (size_t i = 0; i < count; i++)
		judging.items[i] = ask_severity(policy, strict, &findings[i]);
	ask_all(&judging);
	for (size_t i = 0; i < count; i++)
		ret_verdicts[i] = conclude(&judging, &judging.items[i]);
	tell_uses(policy);
	tell_fixed(policy);
	r = count_refused(policy, findings, ret_verdicts, count);
out:
	free(judging.items);
	return r;
}
