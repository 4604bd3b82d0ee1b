/* SPDX-License-Identifier: Apache-2.0 */
#include "leak_cause.h"

size_t leak_find_kind(const struct leaks *leaks, size_t part, enum track_kind kind)
{
	size_t best = SURVIVOR_NONE;

	for (size_t i = leaks->graph.first[part]; i < leaks->graph.first[part + 1]; i++) {
		size_t member = leaks->graph.members[i];

		if (leaks_at(leaks, member)->kind == kind && member < best)
			best = member;
	}
	return best;
}

/* Somebody who may hold it does so too: then the circle is not what keeps it. */
static bool is_held_from_outside(const struct leaks *leaks, size_t part)
{
	for (size_t i = leaks->graph.first[part]; i < leaks->graph.first[part + 1]; i++) {
		size_t member = leaks->graph.members[i];

		for (size_t j = leaks->links.first_up[member];
		     j < leaks->links.first_up[member + 1]; j++) {
			const struct survivor *keeper = leaks_at(leaks, leaks->links.up[j].keeper);

			if (keeper->fate == FATE_FINE && keeper->closed_ns == 0)
				return true;
		}
	}
	return false;
}

enum cause leak_cause(const struct leaks *leaks, size_t part)
{
	bool circle = leak_graph_is_circle(&leaks->graph, part);
	const struct survivor *root =
		leaks_at(leaks, leaks->graph.members[leaks->graph.first[part]]);

	/* What has yet to run could still break the circle. */
	if (leak_find_kind(leaks, part, TRACK_KIND_TASK) != SURVIVOR_NONE)
		return CAUSE_TASK;
	if (leak_find_kind(leaks, part, TRACK_KIND_TIMER) != SURVIVOR_NONE)
		return CAUSE_TIMER;
	if (circle && !is_held_from_outside(leaks, part))
		return CAUSE_CIRCLE;
	if (!circle && root->kind == TRACK_KIND_CALLBACK && !survivor_is_persistent(root) &&
	    !root->cancelled)
		return CAUSE_CALLBACK;
	return !circle && survivor_is_unclosed(root) ? CAUSE_SCOPE : CAUSE_OTHER;
}
