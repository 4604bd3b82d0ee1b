/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

#include <sctp/sctp.h>
#include <stdlib.h>
#include <string.h>

struct message *message_create(struct dc_channel *channel, uint32_t ppid, size_t size)
{
	struct message *message = NULL;

	if (size <= SIZE_MAX - sizeof(*message))
		message = malloc(sizeof(*message) + size);
	if (message)
		*message = (struct message){.channel = channel, .ppid = ppid, .size = size};
	return message;
}

struct message *message_copy(struct dc_channel *channel, enum dc_kind kind, const void *data,
			     size_t size)
{
	static const struct {
		uint32_t full, empty;
	} ppids[] = {[DC_TEXT] = {PPID_STRING, PPID_STRING_EMPTY},
		     [DC_BINARY] = {PPID_BINARY, PPID_BINARY_EMPTY}};
	struct message *message = message_create(
		channel, size ? ppids[kind].full : ppids[kind].empty, size ? size : 1);

	if (!message)
		return NULL;
	message->counted = size;
	if (size)
		memcpy(message->data, data, size);
	else
		message->data[0] = 0;
	return message;
}
