/* SPDX-License-Identifier: Apache-2.0 */
/* More alive at every mark. */
#include <stdio.h>
#include <stdlib.h>

#include "leak_chain.h"
#include "rule.h"

/* The numbers a message lists before it skips to the last. */
enum { NUMBERS_SHOWN = 6, NUMBERS_BYTES = 256, SLOPE_BYTES = NUMBERS_BYTES + 128 };

enum { CHAINS_TRIED = 4 };

/* "2, 5, 8, 11", or with the middle left out. */
static void list_numbers(const struct growth_site *site, char *ret_text)
{
	size_t length = 0;

	for (size_t i = site->first; i < site->marks; i++) {
		bool last = i + 1 == site->marks;
		bool shown = i - site->first < NUMBERS_SHOWN - 1;
		const char *separator = last ? "" : ", ";

		if (shown || last)
			length += (size_t)snprintf(ret_text + length, NUMBERS_BYTES - length,
						   "%lld%s", (long long)site->alive[i], separator);
		else if (i - site->first == NUMBERS_SHOWN - 1)
			length += (size_t)snprintf(ret_text + length, NUMBERS_BYTES - length,
						   "..., ");
	}
}

/* "about 3 more alive at every mark (2, 5, 9)" */
static void say_slope(const struct growth_site *site, const char *verb, char *ret_text)
{
	char numbers[NUMBERS_BYTES] = "";
	const char *unit = site->sessions ? "session" : "mark", *about = "", *often = "at every";
	size_t steps = site->marks - 1 - site->first, pauses = 0;
	double slope = growth_slope(site);

	list_numbers(site, numbers);
	for (size_t i = site->first + 1; i < site->marks; i++)
		if ((double)(site->alive[i] - site->alive[i - 1]) != slope)
			about = "about ";
	for (size_t i = site->first + 1; i < site->marks; i++)
		pauses += site->alive[i] <= site->alive[i - 1];
	if (pauses > 0)
		often = pauses * 5 <= steps ? "at almost every" : "with a";
	snprintf(ret_text, SLOPE_BYTES, "%s%.3g more %s%s %s%s (%s)", about, slope, verb, often,
		 unit, pauses * 5 > steps ? ", on average" : "", numbers);
}

static int say(struct finding *finding, const struct growth_site *site)
{
	char noun[FINDING_NOUN_BYTES], slope[SLOPE_BYTES];

	finding_noun(finding, true, noun);
	say_slope(site, "alive ", slope);
	return finding_say(finding, "%s: %s", noun, slope);
}

/* Why one of the first is alive, if more is known of it than that it is. */
static int add_chain(struct judgement *judgement, struct finding *finding, int64_t resource_id,
		     bool *chained)
{
	const struct leak *leak = leaks_find(&judgement->leaks, resource_id);

	if (leak == NULL)
		return 0;
	*chained = true;
	return leak_chain_add(finding, &judgement->leaks, leak);
}

static int add_members(struct judgement *judgement, struct finding *finding,
		       const struct growth_site *site)
{
	bool chained = false;
	int error = 0;

	for (size_t i = 0; i < site->member_count && error == 0; i++) {
		struct finding_evidence evidence = {
			.resource_id = site->members[i].resource_id,
			.stack_id = site->members[i].stack_id,
			.role = "created at",
		};

		error = finding_add_evidence(finding, &evidence);
		if (error == 0 && !chained && i < CHAINS_TRIED)
			error = add_chain(judgement, finding, evidence.resource_id, &chained);
	}
	return error;
}

static int add_site(struct judgement *judgement, enum rule rule, const struct growth_site *site)
{
	struct finding_member member = {
		.kind = site->kind,
		.class_name = site->class_name,
		.process_id = site->process_id,
		.stack_id = site->stack_id,
	};
	struct finding *finding;
	int error = judge_member(judgement, rule, STATE_GROWING, &member, &finding);

	/* What is proven of others that were made there weighs more. */
	if (error != 0 || finding->state != STATE_GROWING)
		return error;
	error = add_members(judgement, finding, site);
	if (error != 0)
		return error;
	finding->count = site->member_count;
	finding->has_slope = true;
	finding->slope = growth_slope(site);
	/* What a library made for something of the program that was left open is not told to be
	 * its. */
	finding->follows = rule == RULE_GROWTH && site->of_pack;
	return say(finding, site);
}

/* The sites that grow, of the kinds that have this rule in kinds.def. */
int judge_growth(struct judgement *judgement, enum rule rule)
{
	int error = 0;

	for (size_t i = 0; i < judgement->growth.count && error == 0; i++)
		if (rule_of_kind(judgement->growth.sites[i]->kind) == rule)
			error = add_site(judgement, rule, judgement->growth.sites[i]);
	return error;
}

/*
 * By the stack of its first member: an unclosed scope goes by another culprit. A site that
 * others have a part in tells nothing of this finding.
 */
static int find_repeats(struct judgement *judgement, const struct finding *finding,
			const struct growth_site **ret_site)
{
	const struct growth_site *site;
	const struct culprit *culprit;
	int error = culprits_get(&judgement->culprits, finding->stack_id, &culprit);

	if (error != 0)
		return error;
	site = growth_find(&judgement->repeats,
			   finding_group(finding->kind, finding->class_name, culprit));
	*ret_site = site != NULL && site->member_count <= finding->count ? site : NULL;
	return 0;
}

static int add_slope(struct judgement *judgement, struct finding *finding)
{
	const struct growth_site *site;
	char slope[SLOPE_BYTES] = "", *before = finding->message;
	const char *outlook = finding->outlook != NULL ? finding->outlook : "";
	int error = find_repeats(judgement, finding, &site);

	if (error != 0 || (site == NULL && *outlook == '\0'))
		return error;
	if (site != NULL) {
		finding->has_slope = true;
		finding->slope = growth_slope(site);
		say_slope(site, "", slope);
	}
	finding->message = NULL;
	error = finding_say(finding, "%s%s%s%s%s", before, site != NULL ? "; " : "", slope,
			    *outlook != '\0' ? ": " : "", outlook);
	free(before);
	return error;
}

int judge_repeats(struct judgement *judgement)
{
	int error = 0;

	for (size_t i = 0; i < judgement->findings.count && error == 0; i++) {
		struct finding *finding = judgement->findings.items[i];

		if (finding_tells_repeats(finding))
			error = add_slope(judgement, finding);
	}
	return error;
}
