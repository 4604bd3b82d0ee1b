/* SPDX-License-Identifier: Apache-2.0 */
/* After how many more marks a process that grows has no descriptor or port left. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"
#include "supply.h"
#include "word.h"

enum { SITES_SHOWN = 5, MEMBERS_TRIED = 16 };

/* The growing sites of one process, over one series of marks. */
struct group {
	int64_t process_id;
	const struct growth_site *sites[SITES_SHOWN]; /* of what ends first, the steepest first */
	size_t shown, site_count;
	uint64_t alive;	   /* of all those sites */
	bool beyond_leaks; /* something grows that no leak explains */
	struct outlook outlook;
};

static void show_site(struct group *group, const struct growth_site *site)
{
	size_t at = group->shown < SITES_SHOWN ? group->shown++ : SITES_SHOWN;

	group->site_count++;
	group->alive += site->member_count;
	while (at > 0 && growth_slope(site) > growth_slope(group->sites[at - 1])) {
		if (at < SITES_SHOWN)
			group->sites[at] = group->sites[at - 1];
		at--;
	}
	if (at < SITES_SHOWN)
		group->sites[at] = site;
}

static int add_sites(struct finding *finding, const struct group *group)
{
	int error = 0;

	for (size_t i = 0; i < group->shown && error == 0; i++) {
		const struct growth_site *site = group->sites[i];
		struct finding_evidence evidence = {.stack_id = site->stack_id};
		char noun[FINDING_NOUN_BYTES];

		class_noun(site->kind, site->class_name, true, noun);
		evidence.role = finding_text(finding, "growing %zu: %s, %.3g more at every %s, %s",
					     i + 1, noun, growth_slope(site),
					     site->sessions ? "session" : "mark", "opened at");
		error = evidence.role == NULL ? -ENOMEM : finding_add_evidence(finding, &evidence);
	}
	if (error == 0 && group->site_count > group->shown) {
		size_t more = group->site_count - group->shown;
		struct finding_evidence evidence = {
			.role = finding_text(finding, "and %zu more site%s that grow%s", more,
					     more == 1 ? "" : "s", more == 1 ? "s" : ""),
		};

		error = evidence.role == NULL ? -ENOMEM : finding_add_evidence(finding, &evidence);
	}
	return error;
}

static int say(struct finding *finding, const struct group *group)
{
	const struct outlook *outlook = &group->outlook;
	const char *unit = group->sites[0]->sessions ? "session" : "mark";
	enum supply first = outlook->first;

	return finding_say(finding,
			   "%.3g more %s in use at every %s: the limit of %.0f is reached after "
			   "%.0f more %s%s (%.0f in use at the last)",
			   outlook->slope[first], supply_noun(first), unit,
			   outlook->capacity[first], outlook->marks, unit,
			   outlook->marks == 1 ? "" : "s", outlook->used[first]);
}

/* The leak that the survivor is part of, its head or held by it; NULL: none. */
static const struct leak *find_leak(const struct leaks *leaks, size_t survivor)
{
	for (size_t i = 0; i < leaks->count; i++)
		for (size_t j = 0; j < leaks->items[i].held_count; j++)
			if (leaks->held[leaks->items[i].first_held + j] == survivor)
				return &leaks->items[i];
	return NULL;
}

/* The finding that tells of this one already: its leak's, or its unclosed scope's. NULL: none. */
static int find_told(struct judgement *judgement, int64_t resource_id, struct finding **ret_finding)
{
	const struct leaks *leaks = &judgement->leaks;
	size_t index = survivors_find(&leaks->survivors, resource_id);
	const struct leak *leak = NULL;
	const struct survivor *head;
	const struct culprit *culprit;
	int error;

	if (index == SURVIVOR_NONE || !leaks_at(leaks, index)->explained)
		return 0;
	head = leaks_at(leaks, index);
	if (head->fate == FATE_FINE && head->unclosed != SURVIVOR_NONE) {
		head = leaks_at(leaks, head->unclosed);
		error = culprits_get_caller(&judgement->culprits, head->birth_stack, &culprit);
	} else {
		leak = find_leak(leaks, index);
		if (leak == NULL)
			return 0;
		head = leaks_at(leaks, leak->head);
		error = culprits_get(&judgement->culprits, head->birth_stack, &culprit);
	}
	if (error == 0)
		*ret_finding = findings_find(
			&judgement->findings, leak != NULL ? leak->rule : RULE_SCOPE_UNCLOSED,
			finding_group(word_kind(head->kind), head->class_name, culprit));
	return error;
}

/* What a leak uses up is said with the leak. True: it is. */
static int tell_with_leak(struct judgement *judgement, const struct group *group, bool *ret_told)
{
	const struct growth_site *steepest = group->sites[0];
	const struct outlook *outlook = &group->outlook;
	struct finding *finding = NULL;
	int error = 0;

	for (size_t i = 0;
	     i < steepest->member_count && i < MEMBERS_TRIED && finding == NULL && error == 0; i++)
		error = find_told(judgement, steepest->members[i].resource_id, &finding);
	*ret_told = finding != NULL && finding_tells_repeats(finding);
	if (!*ret_told || finding->outlook != NULL)
		return error;
	finding->outlook = finding_text(
		finding, "the limit of %.0f %s is reached after %.0f more %s%s",
		outlook->capacity[outlook->first], supply_noun(outlook->first), outlook->marks,
		steepest->sessions ? "session" : "mark", outlook->marks == 1 ? "" : "s");
	return finding->outlook != NULL ? 0 : -ENOMEM;
}

static int tell(struct judgement *judgement, const struct group *group)
{
	const struct growth_site *steepest = group->shown > 0 ? group->sites[0] : NULL;
	struct finding_member member = {.process_id = group->process_id};
	struct finding *finding;
	bool told = false;
	int error = 0;

	if (steepest == NULL)
		return 0;
	if (!group->beyond_leaks)
		error = tell_with_leak(judgement, group, &told);
	if (error != 0 || told)
		return error;
	member.kind = steepest->kind;
	member.class_name = steepest->class_name;
	member.stack_id = steepest->stack_id;
	error = judge_member(judgement, RULE_EXHAUSTION, STATE_GROWING, &member, &finding);
	if (error != 0 || finding->count != 0)
		return error; /* the same was told of another process */
	finding->count = group->alive;
	finding->has_slope = true;
	finding->slope = group->outlook.slope[group->outlook.first];
	error = add_sites(finding, group);
	return error != 0 ? error : say(finding, group);
}

/* All that grows in the process of a site, over the same marks. */
static bool goes_along(const struct growth_site *site, const struct growth_site *leader)
{
	return site->process_id == leader->process_id && site->series == leader->series &&
	       strcmp(site->kind, leader->kind) == 0;
}

static int add_contributor(struct judgement *judgement, struct group *group,
			   const struct growth_site *site)
{
	const struct culprit *culprit;
	int error = culprits_get(&judgement->culprits, site->stack_id, &culprit);

	if (error != 0)
		return error;
	if (growth_find(&judgement->growth, finding_group(site->kind, site->class_name, culprit)))
		group->beyond_leaks = true;
	show_site(group, site);
	return 0;
}

static int judge_process(struct judgement *judgement, const struct growth *growth, size_t first,
			 const struct port_range *range)
{
	const struct growth_site *leader = growth->sites[first];
	struct group group = {.process_id = leader->process_id};
	int error = outlook_open(judgement->trace, leader->process_id, leader->last_ns, range,
				 &group.outlook);

	for (size_t i = first; i < growth->count && error == 0; i++)
		if (goes_along(growth->sites[i], leader))
			error = outlook_add(judgement->trace, growth->sites[i], range,
					    &group.outlook);
	if (error != 0 || !outlook_ahead(&group.outlook, leader->kind, NULL))
		return error;
	for (size_t i = first; i < growth->count && error == 0; i++)
		if (goes_along(growth->sites[i], leader) &&
		    supply_is_used(group.outlook.first, growth->sites[i]->kind,
				   growth->sites[i]->class_name, true))
			error = add_contributor(judgement, &group, growth->sites[i]);
	return error != 0 ? error : tell(judgement, &group);
}

int judge_forecast(struct judgement *judgement)
{
	struct growth growth = {.by_process = true};
	struct port_range range = supply_ports(judgement->trace);
	struct u64map told = {0};
	int error = 0;

	/* The look at each process is only worth its time where something grows at all. */
	if (judgement->growth.count > 0 || judgement->repeats.count > 0)
		error = growth_load(&growth, judgement->trace, &judgement->culprits);
	for (size_t i = 0; i < growth.count && error == 0; i++) {
		uint64_t process = (uint64_t)growth.sites[i]->process_id;

		if (strcmp(growth.sites[i]->kind, word_kind(TRACK_KIND_FD)) != 0 ||
		    u64map_get(&judgement->exhausted, process) != NULL ||
		    u64map_get(&told, process) != NULL)
			continue;
		error = judge_process(judgement, &growth, i, &range);
		if (error == 0)
			error = u64map_put(&told, process, 1);
	}
	u64map_finish(&told);
	growth_finish(&growth);
	return error;
}
