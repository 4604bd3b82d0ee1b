/* SPDX-License-Identifier: Apache-2.0 */
#include "answer.h"

#include "nomination.h"
#include "parts.h"
#include "remote.h"

#include <errno.h>
#include <string.h>

static void send_answer(const struct packet *packet, struct stun_message *answer,
			const char *password)
{
	uint8_t data[STUN_MESSAGE_MAX];

	answer->method = STUN_BINDING;
	memcpy(answer->transaction, packet->message.transaction, STUN_TRANSACTION_SIZE);
	int size = stun_write(answer, password, data, sizeof(data));
	if (size > 0)
		carrier_send(packet->carrier, packet->from, data, (size_t)size);
}

static void send_success(struct agent *agent, const struct packet *packet)
{
	struct stun_message answer = {.class = STUN_SUCCESS, .mapped = *packet->from};

	send_answer(packet, &answer, agent->local_password);
}

/* Who has no password for us gets none of ours (RFC 8489 section 9.1.3). */
static void send_error(const struct packet *packet, unsigned code, const char *password)
{
	struct stun_message answer = {.class = STUN_ERROR, .error_code = code};

	answer.unknown_count = packet->message.unknown_count;
	memcpy(answer.unknown, packet->message.unknown, sizeof(answer.unknown));
	send_answer(packet, &answer, password);
}

/* "ours:theirs" */
static bool is_for_us(const struct agent *agent, const char *username)
{
	size_t size = strlen(agent->local_ufrag);

	return strncmp(username, agent->local_ufrag, size) == 0 && username[size] == ':';
}

/* RFC 8489 section 9.1.3, then 6.3.1: 0, or the error to answer with. */
static unsigned authenticate(const struct agent *agent, const struct packet *packet)
{
	const struct stun_message *message = &packet->message;

	if (!message->has_integrity || !*message->username)
		return STUN_BAD_REQUEST;
	if (!is_for_us(agent, message->username) ||
	    stun_check_integrity(packet->data, packet->size, agent->local_password) < 0)
		return STUN_UNAUTHENTICATED;
	return 0;
}

/* RFC 8445 section 7.3.1.1: false if the peer is to change its role. */
static bool settle_roles(struct agent *agent, const struct stun_message *message)
{
	bool is_conflict = agent->controlling ? message->controlling : message->controlled;

	if (!is_conflict)
		return true;
	bool we_control = agent->tie_breaker >= message->tie_breaker;
	if (we_control == agent->controlling)
		return false;
	agent_set_role(agent, we_control);
	return true;
}

/* RFC 8445 section 7.3.1.4. An answer to what is under way still counts. */
static void trigger(struct agent *agent, struct pair *pair)
{
	switch (pair->state) {
	case PAIR_SUCCEEDED:
		return;
	case PAIR_IN_PROGRESS:
		timer_cancel(&pair->retransmission);
		break;
	case PAIR_FROZEN:
	case PAIR_WAITING:
	case PAIR_FAILED:
		break;
	}
	pair->state = PAIR_WAITING;
	checklist_trigger(&agent->checklist, pair);
	check_schedule(agent);
}

/* The pair that a request came on, made if need be: section 7.3.1.3's candidate, and the pair of a
 * passive TCP candidate, whose peer is known now. */
static struct pair *find_pair(struct agent *agent, const struct packet *packet)
{
	struct pair *pair = checklist_find(&agent->checklist, packet->carrier, packet->from);
	struct candidate *local = agent_find_base(agent, packet->carrier);

	if (pair || !local)
		return pair;
	struct candidate *remote = remote_learn(agent, local, packet);
	return remote ? agent_pair(agent, local, remote) : NULL;
}

static void note_pair(struct agent *agent, const struct packet *packet)
{
	struct pair *pair = find_pair(agent, packet);

	if (!pair)
		return;
	pair->is_authentic = true;
	if (packet->message.use_candidate && !agent->controlling) {
		pair->is_nominated = true;
		if (pair->state == PAIR_SUCCEEDED)
			nomination_accept(agent, pair);
	}
	trigger(agent, pair);
}

void answer_request(struct agent *agent, const struct packet *packet)
{
	unsigned error = authenticate(agent, packet);

	if (error) {
		send_error(packet, error, NULL);
	} else if (packet->message.unknown_count > 0) {
		send_error(packet, STUN_UNKNOWN_ATTRIBUTE, agent->local_password);
	} else if (!settle_roles(agent, &packet->message)) {
		send_error(packet, STUN_ROLE_CONFLICT, agent->local_password);
	} else {
		send_success(agent, packet);
		if (!agent_is_over(agent))
			note_pair(agent, packet);
	}
}
