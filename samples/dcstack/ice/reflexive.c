/* SPDX-License-Identifier: Apache-2.0 */
#include "reflexive.h"

#include "parts.h"
#include "stun_server.h"

#include <errno.h>
#include <run/fault.h>
#include <run/library.h>
#include <run/resolver.h>
#include <run/task.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* RFC 8489 section 6.2.1 with Rc 3 and Rm 4 in place of 7 and 16: who waits for all
	 * candidates of a dead server waits 500 + 1000 + 2000 ms, not 39.5 s. */
	TRANSMISSIONS = 3,
	LAST_WAIT_RTOS = 4,
	PREFERENCE_MASK = 0xffff,
};

struct reflexive {
	struct reflexive *next;
	struct agent *agent;
	struct candidate *base; /* the agent's, borrowed */
	struct task *task;
	struct query *query;
	struct timer timer;
	struct waker waker;    /* the timer's */
	struct address server; /* size 0: not resolved yet */
	struct transaction transaction;
	struct address mapped; /* size 0: not answered yet */
	bool is_over;
};

/* A server in the world is not reached from a loopback address. */
static enum task_state resolve(struct reflexive *reflexive)
{
	struct sockaddr_storage found;
	struct address server;
	int r = query_answer(reflexive->query, &found);

	if (r == -EAGAIN)
		return TASK_PENDING;
	if (r < 0)
		return TASK_DONE;
	address_from_sockaddr((struct sockaddr *)&found, sizeof(found), &server);
	if (address_is_loopback(&reflexive->base->address) && !address_is_loopback(&server))
		return TASK_DONE;
	reflexive->server = server;
	stun_new_transaction(reflexive->transaction.id);
	return TASK_PENDING;
}

static enum task_state ask(struct reflexive *reflexive)
{
	struct stun_message request = {.class = STUN_REQUEST, .method = STUN_BINDING};
	struct transaction *transaction = &reflexive->transaction;
	unsigned rto_ms = reflexive->agent->timing.rto_ms;
	uint8_t data[STUN_MESSAGE_MAX];

	if (transaction->sent == TRANSMISSIONS)
		return TASK_DONE;
	memcpy(request.transaction, transaction->id, sizeof(request.transaction));
	int size = stun_write(&request, NULL, data, sizeof(data));
	/* What does not go out now may the next time. */
	if (size > 0)
		carrier_send(reflexive->base->carrier, &reflexive->server, data, (size_t)size);
	unsigned rtos = ++transaction->sent == TRANSMISSIONS ? LAST_WAIT_RTOS
							     : 1u << (transaction->sent - 1);
	return timer_arm(&reflexive->timer, TIMER_MS(rto_ms * rtos)) < 0 ? TASK_DONE : TASK_PENDING;
}

/* RFC 8445 section 5.1.3: what is the same as a candidate of this base is redundant. */
static bool is_redundant(const struct reflexive *reflexive)
{
	const struct agent *agent = reflexive->agent;

	for (unsigned i = 0; i < agent->local_count; i++)
		if (agent->locals[i]->carrier == reflexive->base->carrier &&
		    address_equal(&agent->locals[i]->address, &reflexive->mapped))
			return true;
	return false;
}

void reflexive_keep(void *user)
{
	struct stun_message request = {.class = STUN_REQUEST, .method = STUN_BINDING};
	struct agent *agent = user;
	uint8_t data[STUN_MESSAGE_MAX];

	if (agent->selected || agent_is_over(agent))
		return;
	for (const struct reflexive *each = agent->reflexives; each; each = each->next) {
		if (each->mapped.size == 0)
			continue;
		stun_new_transaction(request.transaction);
		int size = stun_write(&request, NULL, data, sizeof(data));
		if (size > 0)
			carrier_send(each->base->carrier, &each->server, data, (size_t)size);
	}
	agent_arm(agent, &agent->keep, agent->timing.keep_ms);
}

static void add_candidate(struct reflexive *reflexive)
{
	const struct candidate *base = reflexive->base;
	struct candidate *candidate;

	if (is_redundant(reflexive) || candidate_create("agent", &candidate) < 0)
		return;
	candidate->type = CANDIDATE_SRFLX;
	candidate->transport = base->transport;
	candidate->component = base->component;
	candidate->priority =
		candidate_priority(CANDIDATE_SRFLX, base->transport,
				   base->priority >> 8 & PREFERENCE_MASK, base->component);
	candidate->address = reflexive->mapped;
	candidate->related = base->address;
	candidate->carrier = base->carrier;
	carrier_retain(candidate->carrier, "candidate");
	agent_set_foundation(reflexive->agent, candidate);
	agent_add_local(reflexive->agent, candidate);
}

static enum task_state poll(struct task *task, void *state)
{
	struct reflexive *reflexive = state;

	(void)task;
	if (reflexive->server.size == 0) {
		enum task_state resolved = resolve(reflexive);
		if (resolved == TASK_DONE || reflexive->server.size == 0)
			return resolved;
	}
	if (reflexive->mapped.size > 0) {
		add_candidate(reflexive);
		if (!timer_is_armed(&reflexive->agent->keep))
			agent_arm(reflexive->agent, &reflexive->agent->keep,
				  reflexive->agent->timing.keep_ms);
		return TASK_DONE;
	}
	return timer_is_armed(&reflexive->timer) ? TASK_PENDING : ask(reflexive);
}

static void consider_gathered(struct agent *agent)
{
	for (const struct reflexive *other = agent->reflexives; other; other = other->next)
		if (!other->is_over)
			return;
	agent_set_gathered(agent);
}

/* Nobody wakes the task any more. */
static void silence(struct reflexive *reflexive)
{
	query_drop(reflexive->query);
	reflexive->query = NULL;
	timer_cancel(&reflexive->timer);
	waker_drop(&reflexive->waker);
}

static void drop(void *state)
{
	struct reflexive *reflexive = state;

	silence(reflexive);
	reflexive->is_over = true;
	if (!agent_is_over(reflexive->agent))
		consider_gathered(reflexive->agent);
}

static const struct task_class reflexive_class = {"server-reflexive", poll, drop};

static void wake(void *user)
{
	const struct reflexive *reflexive = user;

	waker_wake(&reflexive->waker);
}

static int start(struct agent *agent, const struct stun_server *server, struct candidate *base)
{
	struct reflexive *reflexive = calloc(1, sizeof(*reflexive));
	struct executor *executor = agent->config.executor;

	if (!reflexive)
		return -ENOMEM;
	reflexive->agent = agent;
	reflexive->base = base;
	timer_init(&reflexive->timer, executor, "server-reflexive", wake, reflexive);
	int r = task_spawn(executor, &reflexive_class, reflexive, &reflexive->task);
	if (r < 0) {
		free(reflexive);
		return r;
	}
	track_own(track_scope(agent), track_task(reflexive->task));
	timer_own(&reflexive->timer, track_task(reflexive->task));
	waker_set(&reflexive->waker, reflexive->task);
	r = resolver_ask(library_resolver(), server->host, server->port,
			 address_family(&base->address), reflexive->task, &reflexive->query);
	if (r < 0) {
		task_cancel(reflexive->task);
		free(reflexive);
		return r;
	}
	reflexive->next = agent->reflexives;
	agent->reflexives = reflexive;
	return 0;
}

int reflexive_start(struct agent *agent)
{
	struct stun_server server;
	int r = stun_server_parse(agent->config.stun_server, &server);

	for (unsigned i = 0; r == 0 && i < agent->local_count; i++) {
		struct candidate *base = agent->locals[i];

		if (base->type == CANDIDATE_HOST && base->transport == CANDIDATE_UDP)
			r = start(agent, &server, base);
	}
	return r;
}

bool reflexive_read_answer(struct agent *agent, const struct packet *packet)
{
	for (struct reflexive *reflexive = agent->reflexives; reflexive;
	     reflexive = reflexive->next) {
		if (reflexive->is_over || reflexive->transaction.sent == 0 ||
		    reflexive->base->carrier != packet->carrier ||
		    memcmp(reflexive->transaction.id, packet->message.transaction,
			   STUN_TRANSACTION_SIZE) != 0)
			continue;
		if (!address_equal(&reflexive->server, packet->from))
			return true;
		if (packet->message.class == STUN_SUCCESS)
			reflexive->mapped = packet->message.mapped;
		if (reflexive->mapped.size > 0)
			task_wake(reflexive->task);
		return true;
	}
	return false;
}

void reflexive_finish(struct agent *agent)
{
	struct reflexive *reflexive;

	while ((reflexive = agent->reflexives)) {
		agent->reflexives = reflexive->next;
		silence(reflexive);
		if (fault_on(FAULT_LOST_WAKER))
			task_release(reflexive->task, "owner");
		else
			task_cancel(reflexive->task);
		free(reflexive);
	}
}
