/* SPDX-License-Identifier: Apache-2.0 */
#include "consent.h"

#include "check.h"
#include "parts.h"

#include <string.h>

/* RFC 7675 section 5.1: 0.8 to 1.2 times the interval, so that peers do not come into step. */
static unsigned next_delay_ms(const struct agent *agent)
{
	unsigned base = agent->timing.consent_ms;

	return base * 8 / 10 + (unsigned)(random_bits() % (base * 4 / 10 + 1));
}

/* Each is a transaction of its own and never repeated (RFC 7675 section 5.1). */
static void ask(void *user)
{
	struct agent *agent = user;
	struct consent *consent = &agent->consent;
	struct transaction *transaction = &consent->open[consent->count++ % CONSENT_OPEN_MAX];

	stun_new_transaction(transaction->id);
	transaction->controlling = agent->controlling;
	transaction->use_candidate = agent->controlling;
	transaction->sent = 1;
	check_transmit(agent, agent->selected, transaction);
	if (!timer_is_armed(&consent->silence))
		agent_arm(agent, &consent->silence, agent->timing.disconnect_ms);
	agent_arm(agent, &consent->check, next_delay_ms(agent));
}

static void fall_silent(void *user)
{
	struct agent *agent = user;

	if (agent->state == AGENT_CONNECTED)
		agent_set_state(agent, AGENT_DISCONNECTED);
}

static void expire(void *user)
{
	consent_revoke(user);
}

void consent_init(struct agent *agent)
{
	struct consent *consent = &agent->consent;
	struct executor *executor = agent->config.executor;

	timer_init(&consent->check, executor, "consent check", ask, agent);
	timer_init(&consent->silence, executor, "consent silence", fall_silent, agent);
	timer_init(&consent->expiry, executor, "consent expiry", expire, agent);
}

void consent_start(struct agent *agent)
{
	struct consent *consent = &agent->consent;

	consent_stop(agent);
	memset(consent->open, 0, sizeof(consent->open));
	consent->count = 0;
	agent_arm(agent, &consent->check, next_delay_ms(agent));
	agent_arm(agent, &consent->expiry, agent->timing.expire_ms);
}

void consent_stop(struct agent *agent)
{
	struct consent *consent = &agent->consent;

	timer_cancel(&consent->check);
	timer_cancel(&consent->silence);
	timer_cancel(&consent->expiry);
}

bool consent_has_asked(const struct agent *agent, const uint8_t id[STUN_TRANSACTION_SIZE])
{
	const struct consent *consent = &agent->consent;

	for (unsigned i = 0; i < CONSENT_OPEN_MAX; i++)
		if (consent->open[i].sent > 0 &&
		    memcmp(consent->open[i].id, id, STUN_TRANSACTION_SIZE) == 0)
			return true;
	return false;
}

void consent_renew(struct agent *agent)
{
	timer_cancel(&agent->consent.silence);
	agent_arm(agent, &agent->consent.expiry, agent->timing.expire_ms);
	if (agent->state == AGENT_DISCONNECTED)
		agent_set_state(agent, AGENT_CONNECTED);
}

void consent_revoke(struct agent *agent)
{
	agent_set_state(agent, AGENT_FAILED);
}
