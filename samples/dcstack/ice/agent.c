/* SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"

#include "answer.h"
#include "gather.h"
#include "nomination.h"
#include "reflexive.h"
#include "remote.h"

#include <errno.h>
#include <run/fault.h>
#include <stdlib.h>
#include <string.h>

enum { UFRAG_MIN = 4, PASSWORD_MIN = 22 }; /* RFC 8839 section 5.4 */

static const char holder[] = "agent";

static const struct agent_timing default_timing = {
	.pace_ms = 20,
	.rto_ms = 500,
	.keep_ms = 15000,
	.nominate_ms = 200,
	.fail_ms = 30000,
	.consent_ms = 5000,
	.disconnect_ms = 5000,
	.expire_ms = 30000,
	.name_ms = 1000,
};

/* ice-char, RFC 8839 section 5.4: 64 of them. */
static void random_string(char *text, size_t size)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < size; i++)
		text[i] = letters[random_bits() % 64];
	text[size] = '\0';
}

/* One event, after which the agent may be gone. */
static void tell(void *user)
{
	struct agent *agent = user;
	const struct agent_events *events = &agent->events;

	while (agent->told_locals < agent->local_count) {
		const struct candidate *candidate = agent->locals[agent->told_locals++];

		if (candidate->type == CANDIDATE_PRFLX) /* the peer knows it already */
			continue;
		agent_wake_teller(agent);
		events->candidate(agent->user, candidate);
		return;
	}
	if (agent->is_gathered && !agent->told_gathered) {
		agent->told_gathered = true;
		agent_wake_teller(agent);
		events->gathered(agent->user);
	} else if (agent->state != agent->told_state || agent->selected != agent->told_selected) {
		agent->told_state = agent->state;
		agent->told_selected = agent->selected;
		events->state(agent->user, agent->state);
	}
}

static void give_up(void *user)
{
	agent_set_state(user, AGENT_FAILED);
}

static int copy_string(const char *from, const char **ret_copy)
{
	char *copy = from ? strdup(from) : NULL;

	if (from && !copy)
		return -ENOMEM;
	*ret_copy = copy;
	return 0;
}

static int copy_carriers(struct carrier *const *from, struct carrier *const **ret_copy)
{
	size_t count = 0;

	if (!from)
		return 0;
	while (from[count])
		count++;
	struct carrier **copy = calloc(count + 1, sizeof(struct carrier *));
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		copy[i] = from[i];
		carrier_retain(copy[i], holder);
	}
	*ret_copy = copy;
	return 0;
}

static void finish_config(struct agent_config *config)
{
	for (size_t i = 0; config->carriers && config->carriers[i]; i++)
		carrier_release(config->carriers[i], holder);
	free((void *)config->carriers);
	free((char *)config->bind_address);
	free((char *)config->stun_server);
	free((char *)config->mdns_interface);
}

static int copy_config(const struct agent_config *from, struct agent_config *ret_config)
{
	struct agent_config config = *from;

	config.bind_address = config.stun_server = config.mdns_interface = NULL;
	config.carriers = NULL;
	if (copy_string(from->bind_address, &config.bind_address) < 0 ||
	    copy_string(from->stun_server, &config.stun_server) < 0 ||
	    copy_string(from->mdns_interface, &config.mdns_interface) < 0 ||
	    copy_carriers(from->carriers, &config.carriers) < 0) {
		finish_config(&config);
		return -ENOMEM;
	}
	*ret_config = config;
	return 0;
}

int agent_create(const struct agent_config *config, const struct agent_events *events, void *user,
		 struct agent **ret_agent)
{
	struct executor *executor = config->executor;
	struct agent *agent = calloc(1, sizeof(*agent));

	if (!agent)
		return -ENOMEM;
	int r = copy_config(config, &agent->config);
	if (r < 0) {
		free(agent);
		return r;
	}
	agent->events = *events;
	agent->user = user;
	agent->timing = default_timing;
	agent->controlling = agent->checklist.controlling = config->controlling;
	agent->tie_breaker = random_bits();
	random_string(agent->local_ufrag, LOCAL_UFRAG_SIZE);
	random_string(agent->local_password, LOCAL_PASSWORD_SIZE);
	timer_init(&agent->pace, executor, "check pace", check_next, agent);
	timer_init(&agent->nomination, executor, "nomination", nomination_expire, agent);
	timer_init(&agent->failure, executor, "checks fail", give_up, agent);
	timer_init(&agent->keep, executor, "reflexive addresses are kept", reflexive_keep, agent);
	timer_init(&agent->tell, executor, "agent events", tell, agent);
	consent_init(agent);
	*ret_agent = agent;
	return 0;
}

void agent_destroy(struct agent *agent)
{
	if (!agent)
		return;
	agent_close(agent);
	free(agent);
}

const char *agent_local_ufrag(const struct agent *agent)
{
	return agent->local_ufrag;
}

const char *agent_local_password(const struct agent *agent)
{
	return agent->local_password;
}

int agent_gather(struct agent *agent)
{
	if (agent->has_gathering_begun)
		return -EALREADY;
	agent->has_gathering_begun = true;
	agent_begin_time(agent);
	int r = gather_hosts(agent);
	if (r == 0 && agent->config.stun_server)
		r = reflexive_start(agent);
	if (r == 0 && !agent->reflexives)
		agent_set_gathered(agent);
	return r;
}

int agent_set_remote_credentials(struct agent *agent, const char *ufrag, const char *password)
{
	size_t ufrag_size = strlen(ufrag), password_size = strlen(password);

	if (ufrag_size < UFRAG_MIN || ufrag_size > AGENT_UFRAG_MAX ||
	    password_size < PASSWORD_MIN || password_size > AGENT_PASSWORD_MAX)
		return -EINVAL;
	if (*agent->remote_ufrag) {
		bool is_same = strcmp(agent->remote_ufrag, ufrag) == 0 &&
			       strcmp(agent->remote_password, password) == 0;
		return is_same ? 0 : -EALREADY;
	}
	memcpy(agent->remote_ufrag, ufrag, ufrag_size + 1);
	memcpy(agent->remote_password, password, password_size + 1);
	agent_begin_time(agent);
	agent_set_state(agent, AGENT_CHECKING);
	check_schedule(agent);
	return 0;
}

int agent_add_remote(struct agent *agent, const struct candidate *candidate)
{
	return agent_is_over(agent) ? 0 : remote_add(agent, candidate);
}

void agent_remote_complete(struct agent *agent)
{
	agent->is_remote_complete = true;
	nomination_consider(agent);
}

void agent_set_controlling(struct agent *agent, bool controlling)
{
	agent_set_role(agent, controlling);
}

/* Where data goes before a pair is selected: RFC 8445 section 12.1. */
int agent_send(struct agent *agent, const void *data, size_t size)
{
	const struct pair *pair = agent->selected;

	if (!pair)
		pair = checklist_best_valid(&agent->checklist);
	if (!pair || agent_is_over(agent))
		return -ENOTCONN;
	return carrier_send(pair->local->carrier, &pair->remote->address, data, size);
}

static void input_stun(struct agent *agent, struct packet *packet)
{
	if (stun_read(packet->data, packet->size, &packet->message) < 0 ||
	    packet->message.method != STUN_BINDING)
		return;
	switch (packet->message.class) {
	case STUN_REQUEST:
		answer_request(agent, packet);
		return;
	case STUN_SUCCESS:
	case STUN_ERROR:
		if (!reflexive_read_answer(agent, packet))
			check_read_answer(agent, packet);
		return;
	case STUN_INDICATION: /* keeps a binding alive, and asks for nothing */
		return;
	}
}

bool agent_awaits(const struct agent *agent, const uint8_t transaction[STUN_TRANSACTION_SIZE])
{
	return checklist_find_transaction(&agent->checklist, transaction) ||
	       consent_has_asked(agent, transaction);
}

bool agent_is_answered(const struct agent *agent, const struct carrier *carrier,
		       const struct address *from)
{
	const struct pair *pair = checklist_find(&agent->checklist, carrier, from);

	return pair && pair->state == PAIR_SUCCEEDED;
}

bool agent_has_heard(const struct agent *agent, const struct carrier *carrier,
		     const struct address *from)
{
	const struct pair *pair = agent->selected;

	if (pair && pair->local->carrier == carrier && address_equal(&pair->remote->address, from))
		return true;
	pair = checklist_find(&agent->checklist, carrier, from);
	return pair && (pair->is_authentic || pair->state == PAIR_SUCCEEDED);
}

void agent_input(struct agent *agent, struct carrier *carrier, const struct address *from,
		 const uint8_t *data, size_t size)
{
	if (agent->state == AGENT_CLOSED)
		return;
	if (stun_is_message(data, size)) {
		struct packet packet = {
			.carrier = carrier, .from = from, .data = data, .size = size};
		input_stun(agent, &packet);
	} else if (agent_has_heard(agent, carrier, from)) {
		agent->events.receive(agent->user, data, size);
	}
}

/* A shared carrier's receiver is its owner's. */
static void release_locals(struct agent *agent)
{
	for (unsigned i = 0; i < agent->local_count; i++) {
		if (!agent->config.carriers)
			carrier_set_receiver(agent->locals[i]->carrier, NULL, NULL);
		candidate_release(agent->locals[i], holder);
	}
	agent->local_count = agent->told_locals = 0;
}

static void release_remotes(struct agent *agent)
{
	for (unsigned i = 0; i < agent->remote_count; i++)
		candidate_release(agent->remotes[i], holder);
	agent->remote_count = 0;
}

static void release_pairs(struct agent *agent)
{
	agent_release_selected(agent);
	checklist_release(&agent->checklist);
}

void agent_close(struct agent *agent)
{
	if (agent->state == AGENT_CLOSED)
		return;
	agent->state = AGENT_CLOSED;
	agent_stop_checks(agent);
	timer_cancel(&agent->tell);
	reflexive_finish(agent);
	remote_finish(agent);
	if (!fault_on(FAULT_CANDIDATE_REFS))
		release_pairs(agent);
	agent->selected = agent->nominating = NULL;
	checklist_finish(&agent->checklist);
	release_remotes(agent);
	release_locals(agent);
	finish_config(&agent->config);
}

enum agent_state agent_state(const struct agent *agent)
{
	return agent->state;
}

void agent_selected(const struct agent *agent, const struct candidate **ret_local,
		    const struct candidate **ret_remote)
{
	const struct pair *pair = agent->selected;

	*ret_local = pair ? pair->mapped : NULL;
	*ret_remote = pair ? pair->remote : NULL;
}
