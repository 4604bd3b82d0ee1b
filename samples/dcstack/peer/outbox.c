/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox.h"

#include "channel.h"
#include "connection.h"
#include "message.h"
#include "protocol.h"
#include <errno.h>
#include <stdlib.h>

void outbox_init(struct outbox *outbox)
{
	*outbox = (struct outbox){0};
	outbox->last = &outbox->first;
}

void outbox_queue_init(struct outbox_queue *queue)
{
	*queue = (struct outbox_queue){0};
	queue->last = &queue->first;
}

static void take_turn(struct dc_channel *channel)
{
	struct outbox *outbox = &channel->connection->outbox;
	struct outbox_queue *queue = &channel->queue;

	if (queue->in_turn || !queue->first)
		return;
	queue->in_turn = true;
	queue->next = NULL;
	*outbox->last = channel;
	outbox->last = &queue->next;
}

static void leave_turn(struct dc_channel *channel)
{
	struct outbox *outbox = &channel->connection->outbox;
	struct dc_channel **at = &outbox->first;

	if (!channel->queue.in_turn)
		return;
	while (*at != channel)
		at = &(*at)->queue.next;
	*at = channel->queue.next;
	if (!*at)
		outbox->last = at;
	channel->queue.in_turn = false;
}

/* The user gets his bytes back. */
static void forget(struct message *message)
{
	struct dc_channel *channel = message->channel;
	size_t before = atomic_fetch_sub(&channel->buffered, message->counted);
	size_t threshold = atomic_load(&channel->low_threshold);

	if (before > threshold && before - message->counted <= threshold)
		channel_tell_low(channel);
	free(message);
}

void outbox_put(struct message *message)
{
	struct dc_channel *channel = message->channel;

	if (channel->state > CHANNEL_OPEN) {
		forget(message);
		return;
	}
	*channel->queue.last = message;
	channel->queue.last = &message->next;
	if (channel->state != CHANNEL_WAITING)
		outbox_start(channel);
}

void outbox_put_first(struct message *message)
{
	struct outbox_queue *queue = &message->channel->queue;

	message->next = queue->first;
	queue->first = message;
	if (!message->next)
		queue->last = &message->next;
}

void outbox_start(struct dc_channel *channel)
{
	take_turn(channel);
	connection_settle(channel->connection);
}

void outbox_drop(struct dc_channel *channel)
{
	struct message *next, *message = channel->queue.first;

	leave_turn(channel);
	outbox_queue_init(&channel->queue);
	for (; message; message = next) {
		next = message->next;
		forget(message);
	}
}

bool outbox_is_drained(const struct dc_channel *channel)
{
	const struct message *current = channel->connection->outbox.current;

	return !channel->queue.first && (!current || current->channel != channel);
}

/* The first message of the channel whose turn it is, who then queues up again. */
static struct message *take_next(struct outbox *outbox)
{
	struct dc_channel *channel = outbox->first;
	struct message *message;

	if (!channel)
		return NULL;
	leave_turn(channel);
	message = channel->queue.first;
	channel->queue.first = message->next;
	if (!message->next)
		channel->queue.last = &channel->queue.first;
	take_turn(channel);
	return message;
}

/* Ordered until the peer is known to know the channel (RFC 8832 section 6). */
static int give(struct dc_connection *connection, const struct message *message)
{
	const struct dc_channel *channel = message->channel;
	bool is_control = message->ppid == PPID_DCEP;
	struct sctp_message out = {
		.stream = (uint16_t)atomic_load(&channel->id),
		.ppid = message->ppid,
		.unordered = !is_control && channel->unordered && channel->acknowledged,
		.max_retransmits = is_control ? -1 : channel->max_retransmits,
		.max_lifetime_ms = is_control ? -1 : channel->max_lifetime_ms,
		.data = message->data,
		.size = message->size,
		.more = connection->outbox.first,
	};

	/* It may have been queued before the peer said what it accepts. */
	if (message->counted > atomic_load(&connection->message_max))
		return -EMSGSIZE;
	return sctp_send(connection->transport.sctp, &out, connection->outbox.offset,
			 &connection->outbox.offset);
}

/* false: SCTP takes no more now. */
static bool pump_one(struct dc_connection *connection)
{
	struct outbox *outbox = &connection->outbox;
	struct message *message = outbox->current;
	struct dc_channel *channel = message->channel;
	int error = give(connection, message);

	if (error == -EAGAIN || error == -ENOTCONN) {
		outbox->blocked = true;
		return false;
	}
	outbox->current = NULL;
	outbox->offset = 0;
	forget(message);
	if (error)
		protocol_fail(channel);
	else if (!channel->queue.first)
		protocol_drained(channel);
	return true;
}

void outbox_pump(struct dc_connection *connection)
{
	struct outbox *outbox = &connection->outbox;

	if (!connection->transport.sctp)
		return;
	while (!outbox->blocked) {
		if (!outbox->current)
			outbox->current = take_next(outbox);
		if (!outbox->current || !pump_one(connection))
			return;
	}
}

void outbox_finish(struct dc_connection *connection)
{
	struct outbox *outbox = &connection->outbox;

	if (outbox->current)
		forget(outbox->current);
	outbox->current = NULL;
	outbox->blocked = true;
}
