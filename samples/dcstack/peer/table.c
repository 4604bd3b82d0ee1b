/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <errno.h>
#include <sctp/sctp.h>
#include <stdlib.h>

enum { STREAM_PAIRS = SCTP_STREAMS_MAX / 2 };

void table_finish(struct table *table)
{
	free(table->streams);
	*table = (struct table){0};
}

struct dc_channel *table_find(const struct table *table, unsigned stream)
{
	if (!table->streams || stream >= SCTP_STREAMS_MAX)
		return NULL;
	return table->streams[stream].channel;
}

int table_claim(struct table *table, unsigned stream, struct dc_channel *channel)
{
	if (stream >= SCTP_STREAMS_MAX)
		return -EINVAL;
	if (!table->streams)
		table->streams = calloc(SCTP_STREAMS_MAX, sizeof(*table->streams));
	if (!table->streams)
		return -ENOMEM;
	if (table->streams[stream].channel || table->streams[stream].abandoned)
		return -EBUSY;
	table->streams[stream].channel = channel;
	return 0;
}

/* Takes turns, so that what is late for a stream does not meet the next channel on it. */
int table_claim_free(struct table *table, unsigned parity, struct dc_channel *channel,
		     uint16_t *ret_stream)
{
	for (unsigned i = 0; i < STREAM_PAIRS; i++) {
		unsigned pair = (table->turn + i) % STREAM_PAIRS;
		unsigned stream = pair * 2 + parity;
		int error = table_claim(table, stream, channel);

		if (error == -EBUSY)
			continue;
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
		table->streams[stream].channel = NULL;
}

void table_abandon(struct table *table, unsigned stream)
{
	if (table_find(table, stream))
		table->streams[stream] = (struct stream){.abandoned = true};
}
