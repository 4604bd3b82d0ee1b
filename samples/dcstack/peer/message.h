/* SPDX-License-Identifier: Apache-2.0 */
/* A message on its way out: handed over through the inbox, queued in its channel, taken by SCTP. */
#ifndef PEER_MESSAGE_H
#define PEER_MESSAGE_H

#include <dcstack/dcstack.h>
#include <run/executor.h>
#include <stddef.h>
#include <stdint.h>

struct message {
	struct job job;
	struct message *next;
	struct dc_channel *channel;
	uint32_t ppid;
	size_t counted; /* bytes of it in the channel's buffered amount */
	size_t size;
	uint8_t data[];
};

/* size bytes of room. NULL without memory; to be freed. */
struct message *message_create(struct dc_channel *channel, uint32_t ppid, size_t size);
/* The user's: an empty one is sent as one zero byte (RFC 8831 section 6.6). */
struct message *message_copy(struct dc_channel *channel, enum dc_kind kind, const void *data,
			     size_t size);

#endif
