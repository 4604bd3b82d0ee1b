/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol.h"

#include "channel.h"
#include "connection.h"
#include "message.h"
#include <errno.h>
#include <sctp/dcep.h>

enum { ACK_SIZE = 1, OPEN_HEADER_SIZE = 12 };

/* RFC 8832 section 6: the DTLS client has the even streams. */
static unsigned parity(const struct dc_connection *connection)
{
	return connection->transport.role == DTLS_SERVER;
}

static void add(struct dc_channel *channel)
{
	struct dc_connection *connection = channel->connection;

	channel->previous = connection->last;
	if (channel->previous)
		channel->previous->next = channel;
	else
		connection->first = channel;
	connection->last = channel;
}

static void take_out(struct dc_channel *channel)
{
	struct dc_connection *connection = channel->connection;

	if (channel->previous)
		channel->previous->next = channel->next;
	else
		connection->first = channel->next;
	if (channel->next)
		channel->next->previous = channel->previous;
	else
		connection->last = channel->previous;
}

static unsigned stream_of(const struct dc_channel *channel)
{
	return (unsigned)atomic_load(&channel->id);
}

static void end(struct dc_channel *channel)
{
	struct dc_connection *connection = channel->connection;

	atomic_store(&channel->sendable, false);
	channel->state = CHANNEL_CLOSED;
	timer_cancel(&channel->patience);
	outbox_drop(channel);
	if (table_find(&connection->table, stream_of(channel)) == channel)
		table_release(&connection->table, stream_of(channel));
	if (!channel->incoming && !channel->negotiated)
		atomic_fetch_sub(&connection->channel_count, 1);
	take_out(channel);
	channel_tell_closed(channel);
}

static void become_open(struct dc_channel *channel)
{
	channel->acknowledged = true;
	if (channel->state != CHANNEL_OPENING && channel->state != CHANNEL_WAITING)
		return;
	channel->state = CHANNEL_OPEN;
	channel_tell_open(channel);
}

/* DATA_CHANNEL_OPEN goes ahead of what the user has sent already. */
static int ask_open(struct dc_channel *channel)
{
	struct dcep_open open = {
		.unordered = channel->unordered,
		.max_retransmits = channel->max_retransmits,
		.max_lifetime_ms = channel->max_lifetime_ms,
		.label = channel->label,
		.label_size = channel->label_size,
		.protocol = channel->protocol,
		.protocol_size = channel->protocol_size,
	};
	size_t size = OPEN_HEADER_SIZE + open.label_size + open.protocol_size;
	struct message *message = message_create(channel, PPID_DCEP, size);
	int written;

	if (!message)
		return -ENOMEM;
	written = dcep_write_open(&open, message->data, size);
	message->size = written > 0 ? (size_t)written : 0;
	outbox_put_first(message);
	channel->state = CHANNEL_OPENING;
	return 0;
}

/* The association is there. */
static void start(struct dc_channel *channel)
{
	struct dc_connection *connection = channel->connection;
	uint16_t stream;
	int error;

	if (channel->negotiated) {
		become_open(channel);
		outbox_start(channel);
		return;
	}
	error = table_claim_free(&connection->table, parity(connection), channel, &stream);
	if (!error) {
		atomic_store(&channel->id, stream);
		error = ask_open(channel);
	}
	if (error)
		end(channel);
	else
		outbox_start(channel);
}

void protocol_open(struct dc_channel *channel)
{
	struct dc_connection *connection = channel->connection;
	int error = 0;

	add(channel);
	if (channel->negotiated)
		error = table_claim(&connection->table, stream_of(channel), channel);
	if (error || connection->end != CONNECTION_ALIVE)
		end(channel);
	else if (connection->is_up)
		start(channel);
}

void protocol_connected(struct dc_connection *connection)
{
	struct dc_channel *next;

	for (struct dc_channel *channel = connection->first; channel; channel = next) {
		next = channel->next;
		start(channel);
	}
}

/* The peer has no channel there, or a reset got lost on the way: the user is not kept waiting. */
static void lose_patience(void *user)
{
	struct dc_channel *channel = user;

	table_abandon(&channel->connection->table, stream_of(channel));
	end(channel);
}

/* RFC 8831 section 6.7: what was sent arrives before the reset. */
void protocol_drained(struct dc_channel *channel)
{
	struct dc_connection *connection = channel->connection;
	struct sctp *sctp = connection->transport.sctp;

	if (!sctp || channel->state != CHANNEL_CLOSING || !outbox_is_drained(channel))
		return;
	channel->state = CHANNEL_RESETTING;
	timer_init(&channel->patience, connection->executor, "channel reset", lose_patience,
		   channel);
	timer_own(&channel->patience, track_scope(channel));
	if (timer_arm(&channel->patience, TIMER_MS(connection->patience_ms)) ||
	    sctp_reset_stream(sctp, (uint16_t)stream_of(channel)))
		end(channel);
}

void protocol_close(struct dc_channel *channel)
{
	atomic_store(&channel->sendable, false);
	switch (channel->state) {
	case CHANNEL_WAITING:
		end(channel);
		break;
	case CHANNEL_OPENING:
	case CHANNEL_OPEN:
		channel->state = CHANNEL_CLOSING;
		protocol_drained(channel);
		break;
	case CHANNEL_CLOSING:
	case CHANNEL_RESETTING:
	case CHANNEL_CLOSED:
		break;
	}
}

void protocol_fail(struct dc_channel *channel)
{
	outbox_drop(channel);
	protocol_drained(channel);
	protocol_close(channel);
}

/* Only then the stream is free for another channel. */
static void end_if_reset(struct dc_channel *channel)
{
	if (channel->is_reset && channel->peer_reset)
		end(channel);
}

void protocol_reset(struct dc_connection *connection, uint16_t stream)
{
	struct dc_channel *channel = table_find(&connection->table, stream);

	if (!channel)
		return;
	channel->peer_reset = true;
	protocol_fail(channel);
	end_if_reset(channel);
}

/* A peer who does not reset streams at all does not answer with his either. */
void protocol_reset_done(struct dc_connection *connection, uint16_t stream, int error)
{
	struct dc_channel *channel = table_find(&connection->table, stream);

	if (!channel || channel->state != CHANNEL_RESETTING)
		return;
	channel->is_reset = true;
	channel->peer_reset |= error != 0;
	end_if_reset(channel);
}

void protocol_finish(struct dc_connection *connection)
{
	outbox_finish(connection);
	while (connection->first)
		end(connection->first);
}

static void acknowledge(struct dc_channel *channel)
{
	struct message *message = message_create(channel, PPID_DCEP, ACK_SIZE);

	if (!message) {
		protocol_fail(channel);
		return;
	}
	dcep_write_ack(message->data, ACK_SIZE);
	outbox_put(message);
}

/* A peer who opens a channel on a stream anew knows of both resets, whatever we have heard. */
static void make_room(struct dc_connection *connection, uint16_t stream)
{
	struct dc_channel *channel = table_find(&connection->table, stream);

	if (channel && channel->state == CHANNEL_RESETTING && channel->peer_reset)
		end(channel);
}

static int take_open(struct dc_connection *connection, uint16_t stream,
		     const struct dcep_open *open)
{
	struct dc_channel *channel;
	int error;

	if (stream % 2 == parity(connection))
		return -EBADMSG;
	make_room(connection, stream);
	error = channel_create(connection, open, true, &channel);
	if (error)
		return error;
	error = table_claim(&connection->table, stream, channel);
	if (error) {
		object_release(&channel->object, "table");
		return error;
	}
	atomic_store(&channel->id, stream);
	channel->state = CHANNEL_OPEN;
	channel->acknowledged = true;
	add(channel);
	channel_tell_arrived(channel);
	acknowledge(channel);
	return 0;
}

/* RFC 8832 section 6: what is not as it should be closes its channel. */
static void refuse(struct dc_connection *connection, uint16_t stream)
{
	struct dc_channel *channel = table_find(&connection->table, stream);

	if (channel)
		protocol_fail(channel);
	else
		sctp_reset_stream(connection->transport.sctp, stream);
}

static void receive_control(struct dc_connection *connection, uint16_t stream, const uint8_t *data,
			    size_t size)
{
	struct dc_channel *channel = table_find(&connection->table, stream);
	struct dcep_open open;
	int type = dcep_read(data, size, &open);

	if (type == DCEP_OPEN)
		type = take_open(connection, stream, &open);
	else if (type == DCEP_ACK && channel)
		become_open(channel);
	if (type < 0)
		refuse(connection, stream);
}

/* A message on a stream that is not open, or not any more, goes nowhere. */
static void receive_message(struct dc_connection *connection, uint16_t stream, enum dc_kind kind,
			    const uint8_t *data, size_t size)
{
	struct dc_channel *channel = table_find(&connection->table, stream);

	if (!channel)
		return;
	if (channel->state == CHANNEL_OPENING)
		become_open(channel); /* an unordered one may overtake the ACK */
	if (channel->state == CHANNEL_OPEN && inflow_put(channel, kind, data, size))
		protocol_fail(channel);
}

void protocol_receive(struct dc_connection *connection, uint16_t stream, uint32_t ppid,
		      const uint8_t *data, size_t size)
{
	switch (ppid) {
	case PPID_DCEP:
		receive_control(connection, stream, data, size);
		break;
	case PPID_STRING:
		receive_message(connection, stream, DC_TEXT, data, size);
		break;
	case PPID_BINARY:
		receive_message(connection, stream, DC_BINARY, data, size);
		break;
	case PPID_STRING_EMPTY:
		receive_message(connection, stream, DC_TEXT, data, 0);
		break;
	case PPID_BINARY_EMPTY:
		receive_message(connection, stream, DC_BINARY, data, 0);
		break;
	}
}
