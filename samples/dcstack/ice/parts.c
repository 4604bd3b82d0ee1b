/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

#include "check.h"
#include "nomination.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static const char holder[] = "agent", selected_holder[] = "selected pair";

uint64_t random_bits(void)
{
	uint64_t bits;

	while (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		;
	return bits;
}

bool agent_is_over(const struct agent *agent)
{
	return agent->state == AGENT_FAILED || agent->state == AGENT_CLOSED;
}

void agent_wake_teller(struct agent *agent)
{
	if (agent->state != AGENT_CLOSED && !timer_is_armed(&agent->tell))
		agent_arm(agent, &agent->tell, 0);
}

void agent_stop_checks(struct agent *agent)
{
	timer_cancel(&agent->pace);
	timer_cancel(&agent->nomination);
	timer_cancel(&agent->failure);
	timer_cancel(&agent->keep);
	consent_stop(agent);
	for (struct pair *pair = agent->checklist.first; pair; pair = pair->next)
		timer_cancel(&pair->retransmission);
}

void agent_set_state(struct agent *agent, enum agent_state state)
{
	if (agent_is_over(agent))
		return;
	agent->state = state;
	if (state == AGENT_FAILED)
		agent_stop_checks(agent);
	agent_wake_teller(agent);
}

void agent_arm(struct agent *agent, struct timer *timer, unsigned delay_ms)
{
	if (timer_arm(timer, TIMER_MS(delay_ms)) < 0)
		agent_set_state(agent, AGENT_FAILED);
}

void agent_begin_time(struct agent *agent)
{
	if (agent->has_gathering_begun && *agent->remote_ufrag && !agent_is_over(agent))
		agent_arm(agent, &agent->failure, agent->timing.fail_ms);
}

void agent_set_gathered(struct agent *agent)
{
	agent->is_gathered = true;
	agent_wake_teller(agent);
	nomination_consider(agent);
}

void agent_set_role(struct agent *agent, bool controlling)
{
	agent->controlling = controlling;
	agent->nominating = NULL;
	timer_cancel(&agent->nomination);
	checklist_sort(&agent->checklist, controlling);
	nomination_consider(agent);
}

void agent_release_selected(struct agent *agent)
{
	candidate_release(agent->selected_local, selected_holder);
	candidate_release(agent->selected_remote, selected_holder);
	agent->selected_local = agent->selected_remote = NULL;
	agent->selected = NULL;
}

/* RFC 8445 section 8.1.2: what is under way is not repeated; that its answer counts does no harm.
 * A pair that the peer has nominated besides is still to be heard of. */
static void cease_retransmissions(struct agent *agent)
{
	for (struct pair *pair = agent->checklist.first; pair; pair = pair->next)
		if (!pair->is_nominated)
			timer_cancel(&pair->retransmission);
}

void agent_select(struct agent *agent, struct pair *pair)
{
	if (agent->selected == pair)
		return;
	candidate_retain(pair->local, selected_holder);
	candidate_retain(pair->remote, selected_holder);
	agent_release_selected(agent);
	agent->selected = pair;
	agent->selected_local = pair->local;
	agent->selected_remote = pair->remote;
	timer_cancel(&agent->failure);
	cease_retransmissions(agent);
	consent_start(agent);
	agent_set_state(agent, AGENT_CONNECTED);
}

int agent_add_local(struct agent *agent, struct candidate *candidate)
{
	track_own(track_scope(agent), track_object(candidate));
	if (agent->local_count == AGENT_LOCALS_MAX) {
		candidate_release(candidate, holder);
		return -ENOSPC;
	}
	agent->locals[agent->local_count++] = candidate;
	agent_wake_teller(agent);
	agent_pair_local(agent, candidate);
	return 0;
}

struct candidate *agent_find_base(const struct agent *agent, const struct carrier *carrier)
{
	for (unsigned i = 0; i < agent->local_count; i++)
		if (agent->locals[i]->carrier == carrier &&
		    agent->locals[i]->type == CANDIDATE_HOST)
			return agent->locals[i];
	return NULL;
}

static const struct address *base_address(const struct candidate *candidate)
{
	return candidate->type == CANDIDATE_HOST ? &candidate->address : &candidate->related;
}

void agent_set_foundation(const struct agent *agent, struct candidate *candidate)
{
	for (unsigned i = 0; i < agent->local_count; i++) {
		const struct candidate *other = agent->locals[i];

		if (other->type == candidate->type && other->transport == candidate->transport &&
		    address_same_ip(base_address(other), base_address(candidate))) {
			memcpy(candidate->foundation, other->foundation,
			       sizeof(candidate->foundation));
			return;
		}
	}
	snprintf(candidate->foundation, sizeof(candidate->foundation), "%u",
		 agent->local_count + 1);
}

struct pair *agent_pair(struct agent *agent, struct candidate *local, struct candidate *remote)
{
	struct pair *pair;

	if (checklist_add(&agent->checklist, agent, local, remote, &pair) < 0)
		return NULL;
	timer_init(&pair->retransmission, agent->config.executor, "check", check_retransmit, pair);
	timer_own(&pair->retransmission, track_scope(agent));
	check_schedule(agent);
	return pair;
}

/* Reflexive ones are left out: their pairs would be replaced by their base's, which are there (RFC
 * 8445 section 6.1.2.4). */
void agent_pair_local(struct agent *agent, struct candidate *local)
{
	if (local->type != CANDIDATE_HOST)
		return;
	for (unsigned i = 0; i < agent->remote_count; i++)
		if (pair_is_possible(local, agent->remotes[i]))
			agent_pair(agent, local, agent->remotes[i]);
}

void agent_pair_remote(struct agent *agent, struct candidate *remote)
{
	for (unsigned i = 0; i < agent->local_count; i++)
		if (agent->locals[i]->type == CANDIDATE_HOST &&
		    pair_is_possible(agent->locals[i], remote))
			agent_pair(agent, agent->locals[i], remote);
}
