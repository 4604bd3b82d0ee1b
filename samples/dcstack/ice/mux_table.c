/* SPDX-License-Identifier: Apache-2.0 */
#include "mux_table.h"

#include <errno.h>
#include <ice/agent.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a. No stranger chooses what is stored: ufrags are ours, addresses are of those who know one
 * and its password. */
static unsigned hash(unsigned seed, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint32_t value = 2166136261u ^ seed;

	for (size_t i = 0; i < size; i++)
		value = (value ^ bytes[i]) * 16777619u;
	return (value ^ value >> 16) % MUX_BUCKETS;
}

static unsigned hash_address(const struct address *address)
{
	unsigned port = address_port(address);

	if (address_family(address) == AF_INET6)
		return hash(port, &address->v6.sin6_addr, sizeof(address->v6.sin6_addr));
	return hash(port, &address->v4.sin_addr, sizeof(address->v4.sin_addr));
}

static bool has_ufrag(const struct mux_member *member, const char *ufrag, size_t size)
{
	const char *own = agent_local_ufrag(member->agent);

	return strlen(own) == size && memcmp(own, ufrag, size) == 0;
}

struct mux_member *mux_table_find(const struct mux_table *table, const char *ufrag, size_t size)
{
	struct mux_member *member = table->members[hash(0, ufrag, size)];

	while (member && !has_ufrag(member, ufrag, size))
		member = member->next;
	return member;
}

int mux_table_add(struct mux_table *table, struct agent *agent)
{
	const char *ufrag = agent_local_ufrag(agent);
	struct mux_member **bucket = &table->members[hash(0, ufrag, strlen(ufrag))];
	struct mux_member *member = calloc(1, sizeof(*member));

	if (!member)
		return -ENOMEM;
	member->agent = agent;
	member->next = *bucket;
	*bucket = member;
	return 0;
}

static void give_up(struct mux_table *table, struct mux_route *route)
{
	if (!route)
		return;
	table->gone(route);
	mux_table_remove_route(table, route);
}

void mux_table_remove(struct mux_table *table, struct mux_member *member)
{
	const char *ufrag = agent_local_ufrag(member->agent);
	struct mux_member **place = &table->members[hash(0, ufrag, strlen(ufrag))];

	for (unsigned i = 0; i < MUX_ROUTES_MAX; i++)
		give_up(table, member->routes[i]);
	while (*place != member)
		place = &(*place)->next;
	*place = member->next;
	free(member);
}

struct mux_member *mux_table_find_awaiting(const struct mux_table *table,
					   const uint8_t *transaction)
{
	for (unsigned i = 0; i < MUX_BUCKETS; i++)
		for (struct mux_member *member = table->members[i]; member; member = member->next)
			if (agent_awaits(member->agent, transaction))
				return member;
	return NULL;
}

struct mux_route *mux_table_find_route(const struct mux_table *table, const struct carrier *carrier,
				       const struct address *remote)
{
	struct mux_route *route = table->routes[hash_address(remote)];

	while (route && (route->carrier != carrier || !address_equal(&route->remote, remote)))
		route = route->next;
	return route;
}

void mux_table_add_route(struct mux_table *table, struct mux_member *member,
			 struct carrier *carrier, const struct address *remote)
{
	struct mux_route **bucket = &table->routes[hash_address(remote)];
	struct mux_route **place = &member->routes[member->route_count % MUX_ROUTES_MAX];
	struct mux_route *route = malloc(sizeof(*route));

	if (!route)
		return;
	give_up(table, *place);
	*route = (struct mux_route){
		.next = *bucket, .member = member, .carrier = carrier, .remote = *remote};
	*bucket = *place = route;
	member->route_count++;
}

void mux_table_remove_route(struct mux_table *table, struct mux_route *route)
{
	struct mux_route **place = &table->routes[hash_address(&route->remote)];

	while (*place != route)
		place = &(*place)->next;
	*place = route->next;
	for (unsigned i = 0; i < MUX_ROUTES_MAX; i++)
		if (route->member->routes[i] == route)
			route->member->routes[i] = NULL;
	free(route);
}
