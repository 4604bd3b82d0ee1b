/* SPDX-License-Identifier: Apache-2.0 */
#include "nomination.h"

#include "check.h"
#include "parts.h"

static bool is_due(const struct agent *agent)
{
	return agent->controlling && !agent->selected && !agent->nominating &&
	       !agent_is_over(agent);
}

/* No candidate that is still to come could make a better one. */
static bool is_best(const struct agent *agent, const struct pair *pair)
{
	bool is_direct =
		pair->remote->type == CANDIDATE_HOST && pair->local->transport == CANDIDATE_UDP;
	bool is_complete = agent->is_remote_complete && agent->is_gathered && !agent->names;

	return !checklist_has_hope_above(&agent->checklist, pair) && (is_direct || is_complete);
}

static void nominate(struct agent *agent, struct pair *pair)
{
	timer_cancel(&agent->nomination);
	agent->nominating = pair;
	check_start(pair, true);
}

void nomination_consider(struct agent *agent)
{
	struct pair *best = checklist_best_valid(&agent->checklist);

	if (!best || !is_due(agent))
		return;
	if (is_best(agent, best))
		nominate(agent, best);
	else if (!timer_is_armed(&agent->nomination))
		agent_arm(agent, &agent->nomination, agent->timing.nominate_ms);
}

void nomination_expire(void *user)
{
	struct agent *agent = user;
	struct pair *best = checklist_best_valid(&agent->checklist);

	if (best && is_due(agent))
		nominate(agent, best);
}

/* Peers of the old aggressive kind nominate every pair: the best counts. Others turn to a worse one
 * when the path that was selected has died (RFC 8445 section 8.1.1 forbids it; browsers do it). */
void nomination_accept(struct agent *agent, struct pair *pair)
{
	const struct pair *selected = agent->selected;

	if (!selected || pair->priority > selected->priority ||
	    (pair != selected && agent->state == AGENT_DISCONNECTED))
		agent_select(agent, pair);
}
