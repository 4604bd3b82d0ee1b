/* SPDX-License-Identifier: Apache-2.0 */
#include <ice/mux.h>

#include "mux_table.h"

#include <errno.h>
#include <ice/agent.h>
#include <stdlib.h>
#include <string.h>

enum { CARRIERS_MAX = 2 };

static const char holder[] = "mux";

struct mux {
	struct carrier *carriers[CARRIERS_MAX + 1]; /* NULL-terminated */
	unsigned carrier_count;
	struct mux_table table;
};

static struct mux_member *find_asked(const struct mux *mux, const struct stun_message *request)
{
	const char *colon = strchr(request->username, ':');

	if (!colon)
		return NULL;
	return mux_table_find(&mux->table, request->username, (size_t)(colon - request->username));
}

static struct mux_member *find_heard(const struct mux *mux, const struct carrier *carrier,
				     const struct address *from)
{
	const struct mux_route *route = mux_table_find_route(&mux->table, carrier, from);

	return route ? route->member : NULL;
}

/* Two may have the same peer's address. */
static struct mux_member *find_answered(const struct mux *mux, const struct carrier *carrier,
					const struct address *from,
					const struct stun_message *answer)
{
	struct mux_member *member = find_heard(mux, carrier, from);

	if (member && agent_awaits(member->agent, answer->transaction))
		return member;
	return mux_table_find_awaiting(&mux->table, answer->transaction);
}

/* Whose a STUN message is. */
static struct mux_member *find_meant(const struct mux *mux, const struct carrier *carrier,
				     const struct address *from, const uint8_t *data, size_t size)
{
	struct stun_message message;

	if (stun_read(data, size, &message) < 0)
		return NULL;
	switch (message.class) {
	case STUN_REQUEST:
		return find_asked(mux, &message);
	case STUN_SUCCESS:
	case STUN_ERROR:
		return find_answered(mux, carrier, from, &message);
	case STUN_INDICATION:
		return find_heard(mux, carrier, from);
	}
	return NULL;
}

/* Who has heard his peer from there gets what comes from there. An address that is another's
 * already he takes over only where the peer has answered: a request may be written by anybody who
 * has a password of some agent here, with any address on it. */
static void learn(struct mux *mux, struct mux_member *member, struct carrier *carrier,
		  const struct address *from)
{
	struct mux_route *route = mux_table_find_route(&mux->table, carrier, from);
	const struct agent *agent = member->agent;

	if (route && route->member == member)
		return;
	if (route ? !agent_is_answered(agent, carrier, from)
		  : !agent_has_heard(agent, carrier, from))
		return;
	if (route)
		mux_table_remove_route(&mux->table, route);
	mux_table_add_route(&mux->table, member, carrier, from);
	carrier_trust(carrier, from);
}

/* The agent may be removed by what it tells of this. */
static void input_stun(struct mux *mux, struct carrier *carrier, const struct address *from,
		       const uint8_t *data, size_t size)
{
	struct mux_member *member = find_meant(mux, carrier, from, data, size);
	char ufrag[AGENT_UFRAG_MAX + 1];
	size_t ufrag_size;

	if (!member)
		return;
	ufrag_size = strlen(agent_local_ufrag(member->agent));
	memcpy(ufrag, agent_local_ufrag(member->agent), ufrag_size);
	agent_input(member->agent, carrier, from, data, size);
	member = mux_table_find(&mux->table, ufrag, ufrag_size);
	if (member)
		learn(mux, member, carrier, from);
}

static void receive(void *user, struct carrier *carrier, const struct address *from,
		    const uint8_t *data, size_t size)
{
	struct mux *mux = user;
	const struct mux_member *member;

	if (stun_is_message(data, size)) {
		input_stun(mux, carrier, from, data, size);
		return;
	}
	member = find_heard(mux, carrier, from);
	if (member)
		agent_input(member->agent, carrier, from, data, size);
}

static void drop_stream(const struct mux_route *route)
{
	carrier_drop(route->carrier, &route->remote);
}

static int open_carrier(struct mux *mux, const struct mux_config *config, enum carrier_kind kind)
{
	struct carrier *carrier;
	struct address bind;
	int error = address_parse(config->bind_address, config->port, &bind);

	if (!error)
		error = carrier_open(kind, config->executor, &bind, holder, &carrier);
	if (error)
		return error;
	carrier_set_receiver(carrier, receive, mux);
	carrier_set_linger(carrier, config->linger_ms);
	mux->carriers[mux->carrier_count++] = carrier;
	return 0;
}

int mux_create(const struct mux_config *config, struct mux **ret_mux)
{
	struct mux *mux;
	int error = 0;

	if (!config->bind_address || (config->no_udp && config->no_tcp))
		return -EINVAL;
	mux = calloc(1, sizeof(*mux));
	if (!mux)
		return -ENOMEM;
	mux->table.gone = drop_stream;
	if (!config->no_udp)
		error = open_carrier(mux, config, CARRIER_UDP);
	if (!error && !config->no_tcp)
		error = open_carrier(mux, config, CARRIER_TCP_PASSIVE);
	if (error)
		mux_destroy(mux);
	else
		*ret_mux = mux;
	return error;
}

void mux_close(struct mux *mux)
{
	for (unsigned i = 0; i < mux->carrier_count; i++)
		carrier_close(mux->carriers[i]);
}

void mux_destroy(struct mux *mux)
{
	if (!mux)
		return;
	mux_close(mux);
	for (unsigned i = 0; i < mux->carrier_count; i++)
		carrier_release(mux->carriers[i], holder);
	free(mux);
}

struct carrier *const *mux_carriers(const struct mux *mux)
{
	return mux->carriers;
}

uint16_t mux_port(const struct mux *mux, enum carrier_kind kind)
{
	for (unsigned i = 0; i < mux->carrier_count; i++)
		if (carrier_kind(mux->carriers[i]) == kind)
			return address_port(carrier_local(mux->carriers[i]));
	return 0;
}

int mux_add(struct mux *mux, struct agent *agent)
{
	const char *ufrag = agent_local_ufrag(agent);

	if (mux_table_find(&mux->table, ufrag, strlen(ufrag)))
		return -EEXIST;
	return mux_table_add(&mux->table, agent);
}

void mux_remove(struct mux *mux, struct agent *agent)
{
	const char *ufrag = agent_local_ufrag(agent);
	struct mux_member *member = mux_table_find(&mux->table, ufrag, strlen(ufrag));

	if (member && member->agent == agent)
		mux_table_remove(&mux->table, member);
}
