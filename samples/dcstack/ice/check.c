/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include "nomination.h"
#include "parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	TRANSMISSIONS = 7,   /* Rc, RFC 8489 section 6.2.1 */
	LAST_WAIT_RTOS = 16, /* Rm */
	LOCAL_PREFERENCE_UDP = 0xffff,
	LOCAL_PREFERENCE_TCP = 0x1fff,
};

/* RFC 8445 section 7.1.1: what a candidate that the peer learns from this check would have. */
static uint32_t reflexive_priority(const struct candidate *base)
{
	unsigned mask =
		base->transport == CANDIDATE_UDP ? LOCAL_PREFERENCE_UDP : LOCAL_PREFERENCE_TCP;

	return candidate_priority(CANDIDATE_PRFLX, base->transport, base->priority >> 8 & mask,
				  base->component);
}

int check_transmit(struct agent *agent, const struct pair *pair,
		   const struct transaction *transaction)
{
	uint8_t data[STUN_MESSAGE_MAX];
	struct stun_message request = {
		.class = STUN_REQUEST,
		.method = STUN_BINDING,
		.priority = reflexive_priority(pair->local),
		.controlling = transaction->controlling,
		.controlled = !transaction->controlling,
		.use_candidate = transaction->use_candidate,
		.tie_breaker = agent->tie_breaker,
	};

	memcpy(request.transaction, transaction->id, sizeof(request.transaction));
	snprintf(request.username, sizeof(request.username), "%s:%s", agent->remote_ufrag,
		 agent->local_ufrag);
	int size = stun_write(&request, agent->remote_password, data, sizeof(data));
	if (size < 0)
		return size;
	return carrier_send(pair->local->carrier, &pair->remote->address, data, (size_t)size);
}

static void fail(struct pair *pair)
{
	struct agent *agent = pair->agent;

	timer_cancel(&pair->retransmission);
	pair_forget_transactions(pair);
	/* Whether that lives consent tells; a nomination of ours from before a change of roles, or
	 * its refusal, does not. */
	if (agent->selected == pair)
		return;
	pair->state = PAIR_FAILED;
	if (agent->nominating == pair)
		agent->nominating = NULL;
	nomination_consider(agent);
}

/* RFC 8445 section 14.3: many checks at a time must not crowd the path. */
static unsigned first_rto_ms(const struct agent *agent)
{
	unsigned crowd = agent->timing.pace_ms * checklist_count_open(&agent->checklist);

	return crowd > agent->timing.rto_ms ? crowd : agent->timing.rto_ms;
}

static unsigned wait_ms(const struct pair *pair)
{
	unsigned rto_ms = first_rto_ms(pair->agent);

	return pair->check.sent < TRANSMISSIONS ? rto_ms << (pair->check.sent - 1)
						: rto_ms * LAST_WAIT_RTOS;
}

static void transmit(struct pair *pair)
{
	int r = check_transmit(pair->agent, pair, &pair->check);

	/* Without memory the packet is lost, as packets are. */
	if (r < 0 && r != -ENOMEM) {
		fail(pair);
		return;
	}
	pair->check.sent++;
	agent_arm(pair->agent, &pair->retransmission, wait_ms(pair));
}

/* Over TCP, too: that a stream was refused shows when the next packet is for it, and who gets a
 * request twice answers twice. */
void check_retransmit(void *user)
{
	struct pair *pair = user;

	if (pair->check.sent >= TRANSMISSIONS)
		fail(pair);
	else
		transmit(pair);
}

void check_start(struct pair *pair, bool use_candidate)
{
	pair_remember_transaction(pair);
	stun_new_transaction(pair->check.id);
	pair->check.sent = 0;
	pair->check.controlling = pair->agent->controlling;
	pair->check.use_candidate = use_candidate;
	if (pair->state != PAIR_SUCCEEDED)
		pair->state = PAIR_IN_PROGRESS;
	transmit(pair);
}

/* The checks begin once the peer's credentials are known. After a pair was selected only the peer's
 * own checks trigger others (RFC 8445 section 8.1.2). */
void check_next(void *user)
{
	struct agent *agent = user;
	struct pair *pair;

	do
		pair = checklist_next(&agent->checklist, !agent->selected);
	while (pair && pair->state == PAIR_SUCCEEDED);
	if (!pair)
		return;
	check_start(pair, false);
	if (!agent_is_over(agent))
		agent_arm(agent, &agent->pace, agent->timing.pace_ms);
}

void check_schedule(struct agent *agent)
{
	if (*agent->remote_ufrag && !agent_is_over(agent) && !timer_is_armed(&agent->pace))
		agent_arm(agent, &agent->pace, 0);
}

/* RFC 8445 section 7.2.5.3.1. */
static struct candidate *find_mapped(struct agent *agent, struct pair *pair,
				     const struct address *mapped)
{
	const struct candidate *base = pair->local;
	struct candidate *candidate;

	/* An active TCP candidate's port says nothing. */
	if (base->transport == CANDIDATE_TCP_ACTIVE && address_same_ip(&base->address, mapped))
		return pair->local;
	for (unsigned i = 0; i < agent->local_count; i++)
		if (agent->locals[i]->carrier == base->carrier &&
		    address_equal(&agent->locals[i]->address, mapped))
			return agent->locals[i];
	if (candidate_create("agent", &candidate) < 0)
		return pair->local;
	candidate->type = CANDIDATE_PRFLX;
	candidate->transport = base->transport;
	candidate->component = base->component;
	candidate->priority = reflexive_priority(base);
	candidate->address = *mapped;
	candidate->related = base->address;
	candidate->carrier = base->carrier;
	carrier_retain(candidate->carrier, "candidate");
	agent_set_foundation(agent, candidate);
	return agent_add_local(agent, candidate) < 0 ? pair->local : candidate;
}

static void set_mapped(struct agent *agent, struct pair *pair, const struct address *address)
{
	struct candidate *mapped = find_mapped(agent, pair, address);

	if (mapped == pair->mapped)
		return;
	candidate_retain(mapped, "checklist");
	candidate_release(pair->mapped, "checklist");
	pair->mapped = mapped;
}

static void succeed(struct pair *pair, const struct transaction *transaction,
		    const struct address *mapped)
{
	struct agent *agent = pair->agent;
	bool nominates = transaction->use_candidate && transaction->controlling;

	timer_cancel(&pair->retransmission);
	pair_forget_transactions(pair);
	pair->state = PAIR_SUCCEEDED;
	set_mapped(agent, pair, mapped);
	checklist_unfreeze(&agent->checklist, pair);
	if (agent->nominating == pair)
		agent->nominating = NULL;
	if (nominates && agent->controlling)
		agent_select(agent, pair);
	else if (pair->is_nominated && !agent->controlling)
		nomination_accept(agent, pair);
	nomination_consider(agent);
	check_schedule(agent);
}

/* RFC 8445 section 7.2.5.1. */
static void resolve_conflict(struct pair *pair, const struct transaction *transaction)
{
	struct agent *agent = pair->agent;

	if (agent->controlling == transaction->controlling) {
		agent->tie_breaker = random_bits();
		agent_set_role(agent, !agent->controlling);
	}
	timer_cancel(&pair->retransmission);
	pair_forget_transactions(pair);
	if (pair->state == PAIR_SUCCEEDED)
		return;
	pair->state = PAIR_WAITING;
	checklist_trigger(&agent->checklist, pair);
	check_schedule(agent);
}

static void read_error(struct pair *pair, const struct transaction *transaction, unsigned code)
{
	switch (code) {
	case STUN_ROLE_CONFLICT:
		resolve_conflict(pair, transaction);
		return;
	case STUN_UNAUTHENTICATED: /* the peer may not know our credentials yet */
	case STUN_SERVER_ERROR:	   /* RFC 8489 section 6.3.4: to be tried again */
		return;
	default:
		fail(pair);
	}
}

/* Nothing is believed without the password, no error either (RFC 8489 section 9.1.4): whoever has
 * seen the question could end it. */
static bool is_trusted(const struct agent *agent, const struct packet *packet)
{
	return stun_check_integrity(packet->data, packet->size, agent->remote_password) == 0;
}

static bool is_from(const struct packet *packet, const struct pair *pair)
{
	return packet->carrier == pair->local->carrier &&
	       address_equal(packet->from, &pair->remote->address);
}

static void read_consent(struct agent *agent, const struct packet *packet)
{
	if (!agent->selected || !is_from(packet, agent->selected) ||
	    !consent_has_asked(agent, packet->message.transaction))
		return;
	if (packet->message.class == STUN_SUCCESS)
		consent_renew(agent);
	else if (packet->message.error_code == STUN_FORBIDDEN)
		consent_revoke(agent);
}

void check_read_answer(struct agent *agent, const struct packet *packet)
{
	const struct stun_message *message = &packet->message;

	if (agent_is_over(agent) || !*agent->remote_ufrag || !is_trusted(agent, packet))
		return;
	struct pair *pair = checklist_find_transaction(&agent->checklist, message->transaction);
	if (!pair) {
		read_consent(agent, packet);
		return;
	}
	const struct transaction *transaction = pair_find_transaction(pair, message->transaction);
	if (!is_from(packet, pair)) /* RFC 8445 section 7.2.5.2.1 */
		fail(pair);
	else if (message->class == STUN_ERROR)
		read_error(pair, transaction, message->error_code);
	else if (message->mapped.size > 0)
		succeed(pair, transaction, &message->mapped);
}
