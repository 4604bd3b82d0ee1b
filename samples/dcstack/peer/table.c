/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <errno.h>
#include <sctp/sctp.h>
#include <stdlib.h>

enum { STREAM_PAIRS = SCTP_STREAMS_MAX / 2 };

void table_finish(struct table *table)
{
	free(table->channels);
	*table = (struct table){0};
}

struct dc_channel *table_find(const struct table *table, unsigned stream)
{
	if (!table->channels || stream >= SCTP_STREAMS_MAX)
		return NULL;
	return table->channels[stream];
}

int table_claim(struct table *table, unsigned stream, struct dc_channel *channel)
{
	if (stream >= SCTP_STREAMS_MAX)
		return -EINVAL;
	if (table_find(table, stream))
		return -EBUSY;
	if (!table->channels)
		table->channels = calloc(SCTP_STREAMS_MAX, sizeof(*table->channels));
	if (!table->channels)
		return -ENOMEM;
	table->channels[stream] = channel;
	return 0;
}

/* Takes turns, so that what is late for a stream does not meet the next channel on it. */
int table_claim_free(struct table *table, unsigned parity, struct dc_channel *channel,
		     uint16_t *ret_stream)
{
	for (unsigned i = 0; i < STREAM_PAIRS; i++) {
		unsigned pair = (table->turn + i) % STREAM_PAIRS;
		unsigned stream = pair * 2 + parity;
		int error;

		if (table_find(table, stream))
			continue;
		error = table_claim(table, stream, channel);
		if (error)
			return error;
		table->turn = pair + 1;
		*ret_stream = (uint16_t)stream;
		return 0;
	}
	return -ENOSPC;
}

void table_release(struct table *table, unsigned stream)
{
	if (table_find(table, stream))
		table->channels[stream] = NULL;
}
