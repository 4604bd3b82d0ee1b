/* SPDX-License-Identifier: Apache-2.0 */
/* Who is on a mux, found by ufrag, and by the addresses where its peer was heard. */
#ifndef ICE_MUX_TABLE_H
#define ICE_MUX_TABLE_H

#include <net/carrier.h>

struct agent;

enum {
	MUX_BUCKETS = 512,
	MUX_ROUTES_MAX = 16, /* of a member; the oldest makes room */
};

/* From this address, on this carrier, comes what is for this member. */
struct mux_route {
	struct mux_route *next; /* in its bucket */
	struct mux_member *member;
	struct carrier *carrier; /* the mux's */
	struct address remote;
};

struct mux_member {
	struct mux_member *next; /* in its bucket */
	struct agent *agent;
	struct mux_route *routes[MUX_ROUTES_MAX];
	unsigned route_count; /* that were made: the next takes the place of the oldest */
};

/* Zeroed is empty, but for gone. */
struct mux_table {
	/* A member gives up a route: it is removed, or has too many. */
	void (*gone)(const struct mux_route *route);
	struct mux_member *members[MUX_BUCKETS];
	struct mux_route *routes[MUX_BUCKETS];
};

/* size: of the ufrag, which need not end there. NULL: there is none. */
struct mux_member *mux_table_find(const struct mux_table *table, const char *ufrag, size_t size);
/* -ENOMEM. */
int mux_table_add(struct mux_table *table, struct agent *agent);
void mux_table_remove(struct mux_table *table, struct mux_member *member); /* with its routes */
/* Who awaits the answer to this transaction. NULL: nobody. */
struct mux_member *mux_table_find_awaiting(const struct mux_table *table,
					   const uint8_t *transaction);

struct mux_route *mux_table_find_route(const struct mux_table *table, const struct carrier *carrier,
				       const struct address *remote);
/* Of one that has none yet. Without memory there is none. */
void mux_table_add_route(struct mux_table *table, struct mux_member *member,
			 struct carrier *carrier, const struct address *remote);
void mux_table_remove_route(struct mux_table *table, struct mux_route *route);

#endif
