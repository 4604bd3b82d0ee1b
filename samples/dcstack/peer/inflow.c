/* SPDX-License-Identifier: Apache-2.0 */
#include "inflow.h"

#include "channel.h"
#include "connection.h"
#include "owner.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { UNREAD_HIGH = 4 << 20, UNREAD_LOW = UNREAD_HIGH / 2 };

struct incoming {
	struct event event;
	struct incoming *next; /* among those kept */
	struct dc_channel *channel;
	enum dc_kind kind;
	size_t size;
	uint8_t data[];
};

/* What it costs to have it, so that empty ones are bounded too. */
static size_t weight(const struct incoming *incoming)
{
	return sizeof(*incoming) + incoming->size;
}

static void resume(struct job *job)
{
	struct dc_connection *connection = OWNER_OF(job, struct dc_connection, inflow.resume);
	struct inflow *inflow = &connection->inflow;

	atomic_store(&inflow->resuming, false);
	if (!inflow->paused || atomic_load(&inflow->unread_bytes) > UNREAD_LOW)
		return;
	inflow->paused = false;
	if (connection->transport.sctp)
		sctp_pause(connection->transport.sctp, false);
}

void inflow_init(struct inflow *inflow)
{
	inflow->resume.run = resume;
}

void inflow_queue_init(struct inflow_queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
}

void inflow_charge(struct dc_connection *connection, size_t size)
{
	struct inflow *inflow = &connection->inflow;
	size_t unread = atomic_fetch_add(&inflow->unread_bytes, size) + size;

	if (inflow->paused || unread <= UNREAD_HIGH)
		return;
	inflow->paused = true;
	sctp_pause(connection->transport.sctp, true);
}

/*
 * Asks the executor to resume whenever the amount falls to the low mark, paused or not: whoever
 * pauses saw it above the high mark, and so this will happen after that.
 */
void inflow_discharge(struct dc_connection *connection, size_t size)
{
	struct inflow *inflow = &connection->inflow;
	size_t before = atomic_fetch_sub(&inflow->unread_bytes, size);

	if (before > UNREAD_LOW && before - size <= UNREAD_LOW &&
	    !atomic_exchange(&inflow->resuming, true))
		inbox_put(&connection->inbox, &inflow->resume);
}

static void drop(struct incoming *incoming)
{
	inflow_discharge(incoming->channel->connection, weight(incoming));
	free(incoming);
}

static void give(struct incoming *incoming)
{
	struct dc_channel *channel = incoming->channel;

	callback_fire(&channel->on_message, dc_message_fn, channel, incoming->kind, incoming->data,
		      incoming->size);
	drop(incoming);
}

static void deliver(struct event *event)
{
	struct incoming *incoming = OWNER_OF(event, struct incoming, event);
	struct dc_channel *channel = incoming->channel;

	if (atomic_load(&channel->listened)) {
		inflow_deliver_kept(channel);
		give(incoming);
		return;
	}
	incoming->next = NULL;
	*channel->kept.last = incoming;
	channel->kept.last = &incoming->next;
}

static void empty(struct dc_channel *channel, void (*each)(struct incoming *incoming))
{
	struct incoming *next, *incoming = channel->kept.first;

	inflow_queue_init(&channel->kept);
	for (; incoming; incoming = next) {
		next = incoming->next;
		each(incoming);
	}
}

void inflow_deliver_kept(struct dc_channel *channel)
{
	empty(channel, give);
}

void inflow_drop_kept(struct dc_channel *channel)
{
	empty(channel, drop);
}

int inflow_put(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size)
{
	struct dc_connection *connection = channel->connection;
	struct incoming *incoming = malloc(sizeof(*incoming) + size);

	if (!incoming)
		return -ENOMEM;
	*incoming = (struct incoming){
		.event.deliver = deliver, .channel = channel, .kind = kind, .size = size};
	if (size)
		memcpy(incoming->data, data, size);
	events_collect(&connection->events, &incoming->event);
	connection_settle(connection);
	inflow_charge(connection, weight(incoming));
	return 0;
}
