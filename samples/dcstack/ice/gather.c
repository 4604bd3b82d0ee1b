/* SPDX-License-Identifier: Apache-2.0 */
#include "gather.h"

#include "parts.h"

#include <errno.h>
#include <stdlib.h>

enum { ADDRESSES_MAX = 16, LISTED_MAX = 64, PREFERENCE_UDP = 0xffff, PREFERENCE_TCP = 0x1fff };

static const struct kind_row {
	enum carrier_kind kind;
	enum candidate_transport transport;
} kinds[] = {
	{CARRIER_UDP, CANDIDATE_UDP},
	{CARRIER_TCP_PASSIVE, CANDIDATE_TCP_PASSIVE},
	{CARRIER_TCP_ACTIVE, CANDIDATE_TCP_ACTIVE},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), DISCARD_PORT = 9 };

static void receive(void *user, struct carrier *carrier, const struct address *from,
		    const uint8_t *data, size_t size)
{
	agent_input(user, carrier, from, data, size);
}

/* Takes the reference to carrier (holder "candidate"). rank: 0 for the address preferred most. */
static int add_host(struct agent *agent, const struct kind_row *row, struct carrier *carrier,
		    unsigned rank)
{
	struct candidate *candidate;
	bool is_udp = row->transport == CANDIDATE_UDP;
	int r = candidate_create("agent", &candidate);

	if (r < 0) {
		carrier_release(carrier, "candidate");
		return r;
	}
	candidate->type = CANDIDATE_HOST;
	candidate->transport = row->transport;
	candidate->component = AGENT_COMPONENT;
	candidate->priority = candidate_priority(CANDIDATE_HOST, row->transport,
						 (is_udp ? PREFERENCE_UDP : PREFERENCE_TCP) - rank,
						 AGENT_COMPONENT);
	candidate->address = *carrier_local(carrier);
	candidate->carrier = carrier;
	if (row->transport == CANDIDATE_TCP_ACTIVE) /* RFC 6544 section 4.5 */
		address_set_port(&candidate->address, DISCARD_PORT);
	agent_set_foundation(agent, candidate);
	return agent_add_local(agent, candidate);
}

/* The first port of the range that is free; an active candidate has none to show. */
static int open_carrier(const struct agent *agent, enum carrier_kind kind, struct address bind,
			struct carrier **ret_carrier)
{
	const struct agent_config *config = &agent->config;
	bool is_active = kind == CARRIER_TCP_ACTIVE;
	unsigned first = is_active ? 0 : config->port_begin;
	unsigned last = is_active ? 0 : config->port_end;
	int r;

	do {
		address_set_port(&bind, (uint16_t)first);
		r = carrier_open(kind, config->executor, &bind, "candidate", ret_carrier);
	} while (r == -EADDRINUSE && first++ < last);
	return r;
}

static bool is_wanted(const struct agent *agent, enum carrier_kind kind)
{
	return kind == CARRIER_UDP ? !agent->config.no_udp : !agent->config.no_tcp;
}

/* An active candidate binds nothing until it connects: those before it say whether the address is
 * one of ours. */
static int gather_address(struct agent *agent, const struct address *address, unsigned rank)
{
	int error = 0;

	for (unsigned i = 0; i < KINDS && error != -EADDRNOTAVAIL; i++) {
		struct carrier *carrier;
		int r;

		if (!is_wanted(agent, kinds[i].kind))
			continue;
		r = open_carrier(agent, kinds[i].kind, *address, &carrier);
		if (r == 0) {
			carrier_set_receiver(carrier, receive, agent);
			r = add_host(agent, &kinds[i], carrier, rank);
		}
		if (r < 0)
			error = r;
	}
	return error;
}

static int gather_carriers(struct agent *agent)
{
	int error = -EADDRNOTAVAIL;

	for (unsigned i = 0; agent->config.carriers[i]; i++) {
		struct carrier *carrier = agent->config.carriers[i];
		const struct kind_row *row = kinds;

		if (!is_wanted(agent, carrier_kind(carrier)))
			continue;
		while (row->kind != carrier_kind(carrier))
			row++;
		carrier_retain(carrier, "candidate");
		int r = add_host(agent, row, carrier, i);
		if (r < 0)
			error = r;
	}
	return error;
}

static bool is_known(const struct address *addresses, unsigned count, const struct address *address)
{
	for (unsigned i = 0; i < count; i++)
		if (address_same_ip(&addresses[i], address))
			return true;
	return false;
}

static unsigned select_addresses(const struct agent *agent, const struct address *listed,
				 int listed_count, bool loopback,
				 struct address ret_addresses[ADDRESSES_MAX], unsigned count)
{
	for (int i = 0; i < listed_count && count < ADDRESSES_MAX; i++) {
		const struct address *address = &listed[i];

		if (address_is_loopback(address) != loopback || address_is_link_local(address) ||
		    (address_family(address) == AF_INET6 && agent->config.no_ipv6) ||
		    is_known(ret_addresses, count, address))
			continue;
		ret_addresses[count++] = *address;
	}
	return count;
}

/* Loopback comes last, and only where it is asked for or all there is. */
static int find_addresses(const struct agent *agent, struct address ret_addresses[ADDRESSES_MAX])
{
	struct address listed[LISTED_MAX];

	if (agent->config.bind_address) {
		int r = address_parse(agent->config.bind_address, 0, &ret_addresses[0]);
		return r < 0 ? r : 1;
	}
	int listed_count = address_list_interfaces(listed, LISTED_MAX);
	if (listed_count < 0)
		return listed_count;
	unsigned count = select_addresses(agent, listed, listed_count, false, ret_addresses, 0);
	if (count == 0 || agent->config.loopback)
		count = select_addresses(agent, listed, listed_count, true, ret_addresses, count);
	return (int)count;
}

int gather_hosts(struct agent *agent)
{
	struct address addresses[ADDRESSES_MAX];
	int error = 0;

	if (agent->config.carriers) {
		error = gather_carriers(agent);
		return agent->local_count > 0 ? 0 : error;
	}
	int count = find_addresses(agent, addresses);
	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		int r = gather_address(agent, &addresses[i], (unsigned)i);
		if (r < 0)
			error = r;
	}
	return agent->local_count > 0 ? 0 : error;
}
