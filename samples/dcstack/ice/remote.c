/* SPDX-License-Identifier: Apache-2.0 */
#include "remote.h"

#include "mdns.h"
#include "nomination.h"
#include "parts.h"

#include <errno.h>
#include <run/fault.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUESTIONS = 5 }; /* that a name is worth */

/* Waits for the address of a .local name. */
struct named {
	struct named *next;
	struct agent *agent;
	struct candidate *candidate; /* holder "agent" */
	struct mdns_query *query;
	struct timer patience;
};

static struct candidate *find(const struct agent *agent, enum candidate_transport transport,
			      const struct address *address)
{
	for (unsigned i = 0; i < agent->remote_count; i++)
		if (agent->remotes[i]->transport == transport &&
		    address_equal(&agent->remotes[i]->address, address))
			return agent->remotes[i];
	return NULL;
}

static bool is_usable(const struct agent *agent, const struct candidate *candidate)
{
	bool is_udp = candidate->transport == CANDIDATE_UDP;
	bool is_ipv6 =
		candidate->address.size > 0 && address_family(&candidate->address) == AF_INET6;

	if (candidate->component != AGENT_COMPONENT || (is_ipv6 && agent->config.no_ipv6))
		return false;
	/* We only open streams to passive ones. The active say themselves where they are. */
	return is_udp ? !agent->config.no_udp
		      : candidate->transport == CANDIDATE_TCP_PASSIVE && !agent->config.no_tcp;
}

/* What we learned from a check is now told by the peer: it knows better, and others of ours than
 * the one that was checked may reach it too. */
static void merge(struct agent *agent, struct candidate *known, const struct candidate *told)
{
	if (known->type != CANDIDATE_PRFLX)
		return;
	known->type = told->type;
	known->priority = told->priority;
	known->related = told->related;
	memcpy(known->foundation, told->foundation, sizeof(known->foundation));
	memcpy(known->name, told->name, sizeof(known->name));
	checklist_sort(&agent->checklist, agent->controlling);
	agent_pair_remote(agent, known);
}

/* Takes the reference. */
static int add(struct agent *agent, struct candidate *candidate)
{
	struct candidate *known = find(agent, candidate->transport, &candidate->address);

	if (known)
		merge(agent, known, candidate);
	if (known || agent->remote_count == AGENT_REMOTES_MAX) {
		candidate_release(candidate, "agent");
		return known ? 0 : -ENOSPC;
	}
	track_own(track_scope(agent), track_object(candidate));
	agent->remotes[agent->remote_count++] = candidate;
	agent_pair_remote(agent, candidate);
	return 0;
}

static int copy(const struct candidate *candidate, struct candidate **ret_copy)
{
	struct candidate *made;
	int r = candidate_create("agent", &made);

	if (r < 0)
		return r;
	candidate_describe(made, candidate);
	*ret_copy = made;
	return 0;
}

static void unlink_named(struct named *named)
{
	struct named **place = &named->agent->names;

	while (*place != named)
		place = &(*place)->next;
	*place = named->next;
}

static void resolved(void *user, const struct address *address)
{
	struct named *named = user;
	struct agent *agent = named->agent;
	struct candidate *candidate = named->candidate;

	unlink_named(named);
	timer_cancel(&named->patience);
	mdns_drop(named->query);
	free(named);
	candidate->address = *address;
	address_set_port(&candidate->address, candidate->name_port);
	add(agent, candidate);
	nomination_consider(agent);
}

/* A name that nobody knows is passed over: others may be reached, or reach us. */
static void give_up(void *user)
{
	struct named *named = user;
	struct agent *agent = named->agent;

	unlink_named(named);
	mdns_drop(named->query);
	candidate_release(named->candidate, "agent");
	free(named);
	nomination_consider(agent);
}

/* Takes the reference. */
static int resolve(struct agent *agent, struct candidate *candidate)
{
	struct named *named = calloc(1, sizeof(*named));
	struct mdns_config config = {
		.executor = agent->config.executor,
		.interface = agent->config.mdns_interface,
		.no_ipv6 = agent->config.no_ipv6,
		.owner = track_scope(agent),
		.interval_ms = agent->timing.name_ms,
	};
	int r = named ? 0 : -ENOMEM;

	if (r == 0)
		r = mdns_ask(&config, candidate->name, resolved, named, &named->query);
	if (r < 0) {
		free(named);
		candidate_release(candidate, "agent");
		return r == -ENOMEM ? r : 0; /* where there is no multicast no name is known */
	}
	named->agent = agent;
	named->candidate = candidate;
	named->next = agent->names;
	agent->names = named;
	timer_init(&named->patience, config.executor, "mdns patience", give_up, named);
	timer_own(&named->patience, track_scope(agent));
	agent_arm(agent, &named->patience, QUESTIONS * agent->timing.name_ms);
	return 0;
}

static bool is_asked_for(const struct agent *agent, const struct candidate *candidate)
{
	for (const struct named *named = agent->names; named; named = named->next)
		if (strcasecmp(named->candidate->name, candidate->name) == 0 &&
		    named->candidate->name_port == candidate->name_port &&
		    named->candidate->transport == candidate->transport)
			return true;
	return false;
}

static unsigned count_names(const struct agent *agent)
{
	unsigned count = 0;

	for (const struct named *named = agent->names; named; named = named->next)
		count++;
	return count;
}

int remote_add(struct agent *agent, const struct candidate *candidate)
{
	bool is_named = candidate->address.size == 0;
	struct candidate *made;

	if (!is_usable(agent, candidate) || is_asked_for(agent, candidate))
		return 0;
	if (agent->remote_count + count_names(agent) >= AGENT_REMOTES_MAX)
		return is_named || !find(agent, candidate->transport, &candidate->address) ? -ENOSPC
											   : 0;
	int r = copy(candidate, &made);
	if (r < 0)
		return r;
	return is_named ? resolve(agent, made) : add(agent, made);
}

/* A peer that opened a stream to us is active, and the other way round. */
static enum candidate_transport opposite(enum candidate_transport transport)
{
	switch (transport) {
	case CANDIDATE_TCP_ACTIVE:
		return CANDIDATE_TCP_PASSIVE;
	case CANDIDATE_TCP_PASSIVE:
		return CANDIDATE_TCP_ACTIVE;
	case CANDIDATE_TCP_SO:
	case CANDIDATE_UDP:
		break;
	}
	return transport;
}

struct candidate *remote_learn(struct agent *agent, const struct candidate *local,
			       const struct packet *packet)
{
	enum candidate_transport transport = opposite(local->transport);
	struct candidate *candidate = find(agent, transport, packet->from);

	if (candidate)
		return candidate;
	if (agent->remote_count == AGENT_REMOTES_MAX || candidate_create("agent", &candidate) < 0)
		return NULL;
	candidate->type = CANDIDATE_PRFLX;
	candidate->transport = transport;
	candidate->component = AGENT_COMPONENT;
	candidate->priority = packet->message.priority;
	candidate->address = *packet->from;
	/* One that no candidate of the peer has: it draws from ice-char, we from outside. */
	snprintf(candidate->foundation, sizeof(candidate->foundation), "~%u", agent->remote_count);
	track_own(track_scope(agent), track_object(candidate));
	agent->remotes[agent->remote_count++] = candidate;
	return candidate;
}

void remote_finish(struct agent *agent)
{
	struct named *named;

	while ((named = agent->names)) {
		agent->names = named->next;
		timer_cancel(&named->patience);
		/* Whatever becomes of the query, who asked is gone. */
		mdns_mute(named->query);
		if (!fault_on(FAULT_MDNS_QUERY))
			mdns_drop(named->query);
		candidate_release(named->candidate, "agent");
		free(named);
	}
}
