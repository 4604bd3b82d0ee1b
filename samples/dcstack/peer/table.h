/* SPDX-License-Identifier: Apache-2.0 */
/* The channels of a connection by their stream (RFC 8831 section 6.4). On the executor only. */
#ifndef PEER_TABLE_H
#define PEER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dc_channel;

/* Zeroed is empty. */
struct table {
	struct stream {
		struct dc_channel *channel;
		bool abandoned;
	} * streams;   /* not allocated before the first */
	unsigned turn; /* where the search for a free stream goes on */
};

void table_finish(struct table *table);

/* NULL: the stream has none. */
struct dc_channel *table_find(const struct table *table, unsigned stream);
/* -EBUSY, -EINVAL for one that cannot be, -ENOMEM. */
int table_claim(struct table *table, unsigned stream, struct dc_channel *channel);
/* One of that parity, 0 or 1 (RFC 8832 section 6). -ENOSPC, -ENOMEM. */
int table_claim_free(struct table *table, unsigned parity, struct dc_channel *channel,
		     uint16_t *ret_stream);
void table_release(struct table *table, unsigned stream);
/* Has no channel any more, and gets no other: what SCTP makes of it is not known. */
void table_abandon(struct table *table, unsigned stream);

#endif
