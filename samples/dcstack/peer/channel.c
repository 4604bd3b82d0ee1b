/* SPDX-License-Identifier: Apache-2.0 */
#include "channel.h"

#include "connection.h"
#include "message.h"
#include "owner.h"
#include "protocol.h"
#include <errno.h>
#include <limits.h>
#include <run/fault.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

enum { TEXT_MAX = UINT16_MAX };

static void destroy_object(struct object *object)
{
	struct dc_channel *channel = OWNER_OF(object, struct dc_channel, object);
	struct dc_connection *connection = channel->connection;
	struct track_subject self = track_object(object);

	callback_finish(&channel->on_open);
	callback_finish(&channel->on_closed);
	callback_finish(&channel->on_message);
	callback_finish(&channel->on_low);
	track_scope_destroy(channel);
	free(channel);
	object_release_by(&connection->object, "channel", self);
}

static const struct object_class channel_class = {.name = "channel", .destroy = destroy_object};

/* Jobs of the user's wishes, on the executor. */

static void run_open(struct job *job)
{
	protocol_open(OWNER_OF(job, struct dc_channel, open));
}

static void run_close(struct job *job)
{
	struct dc_channel *channel = OWNER_OF(job, struct dc_channel, close);

	protocol_close(channel);
	object_release(&channel->object, "closing");
}

static void run_destroy(struct job *job)
{
	struct dc_channel *channel = OWNER_OF(job, struct dc_channel, destroy);

	protocol_close(channel);
	object_release(&channel->object, "user");
}

static void run_send(struct job *job)
{
	struct message *message = OWNER_OF(job, struct message, job);

	outbox_put(message);
}

/* Events, on the strand. */

/* What it costs to have it, until the user knows of it and may limit that himself. */
static size_t weight(const struct dc_channel *channel)
{
	return sizeof(*channel) + channel->label_size + channel->protocol_size;
}

static void deliver_arrived(struct event *event)
{
	struct dc_channel *channel = OWNER_OF(event, struct dc_channel, arrived);
	struct dc_connection *connection = channel->connection;
	callback_fn fn;
	void *user;

	inflow_discharge(connection, weight(channel));
	atomic_store(&channel->is_open, true);
	if (!callback_begin(&connection->on_channel, &fn, &user)) {
		atomic_store(&channel->listened, true);
		dc_channel_close(channel);
		return;
	}
	object_retain(&channel->object, "user");
	((dc_channel_fn)fn)(connection, channel, user);
	callback_end(&connection->on_channel);
}

static void deliver_opened(struct event *event)
{
	struct dc_channel *channel = OWNER_OF(event, struct dc_channel, opened);

	atomic_store(&channel->is_open, true);
	callback_fire(&channel->on_open, dc_event_fn, channel);
}

static void deliver_low(struct event *event)
{
	struct dc_channel *channel = OWNER_OF(event, struct dc_channel, low);

	atomic_store(&channel->low_waits, false);
	callback_fire(&channel->on_low, dc_event_fn, channel);
}

/* A callback was set that has missed its event, or messages. */
static void deliver_late(struct event *event)
{
	struct dc_channel *channel = OWNER_OF(event, struct dc_channel, late);

	atomic_store(&channel->late_waits, false);
	if (atomic_load(&channel->is_open))
		callback_fire(&channel->on_open, dc_event_fn, channel);
	if (atomic_load(&channel->listened))
		inflow_deliver_kept(channel);
	if (atomic_load(&channel->is_closed))
		callback_fire(&channel->on_closed, dc_event_fn, channel);
	object_release(&channel->object, "event");
}

static void deliver_gone(struct event *event)
{
	struct dc_channel *channel = OWNER_OF(event, struct dc_channel, gone);

	if (atomic_load(&channel->listened))
		inflow_deliver_kept(channel);
	inflow_drop_kept(channel);
	atomic_store(&channel->is_closed, true);
	callback_fire(&channel->on_closed, dc_event_fn, channel);
	object_release(&channel->object, "table");
}

static void tell(struct dc_channel *channel, struct event *event)
{
	events_collect(&channel->connection->events, event);
	connection_settle(channel->connection);
}

void channel_tell_arrived(struct dc_channel *channel)
{
	tell(channel, &channel->arrived);
	inflow_charge(channel->connection, weight(channel));
}

void channel_tell_open(struct dc_channel *channel)
{
	tell(channel, &channel->opened);
}

void channel_tell_low(struct dc_channel *channel)
{
	if (channel->state != CHANNEL_CLOSED && !atomic_exchange(&channel->low_waits, true))
		tell(channel, &channel->low);
}

void channel_tell_closed(struct dc_channel *channel)
{
	tell(channel, &channel->gone);
}

static void init_callbacks(struct dc_channel *channel)
{
	callback_init(&channel->on_open, "on_open", CALLBACK_ONE_SHOT, track_scope(channel));
	callback_init(&channel->on_closed, "on_closed", CALLBACK_ONE_SHOT, track_scope(channel));
	callback_init(&channel->on_message, "on_message", CALLBACK_PERSISTENT,
		      track_scope(channel));
	callback_init(&channel->on_low, "on_low", CALLBACK_PERSISTENT, track_scope(channel));
	channel->open.run = run_open;
	channel->close.run = run_close;
	channel->destroy.run = run_destroy;
	channel->arrived.deliver = deliver_arrived;
	channel->opened.deliver = deliver_opened;
	channel->low.deliver = deliver_low;
	channel->late.deliver = deliver_late;
	channel->gone.deliver = deliver_gone;
}

static void init_text(struct dc_channel *channel, const struct dcep_open *open)
{
	char *protocol = channel->text + open->label_size + 1;

	if (open->label_size)
		memcpy(channel->text, open->label, open->label_size);
	if (open->protocol_size)
		memcpy(protocol, open->protocol, open->protocol_size);
	channel->label = channel->text;
	channel->label_size = open->label_size;
	channel->protocol = protocol;
	channel->protocol_size = open->protocol_size;
}

int channel_create(struct dc_connection *connection, const struct dcep_open *open, bool incoming,
		   struct dc_channel **ret_channel)
{
	struct dc_channel *channel =
		calloc(1, sizeof(*channel) + open->label_size + open->protocol_size + 2);
	int error;

	if (!channel)
		return -ENOMEM;
	error = object_init(&channel->object, &channel_class, "table");
	if (error) {
		free(channel);
		return error;
	}
	if (!incoming)
		object_retain(&channel->object, "user");
	object_retain_by(&connection->object, "channel", track_object(channel));
	track_scope_open(channel, "channel", 0);
	track_own(track_scope(connection), track_scope(channel));
	track_own(track_scope(channel), track_object(channel));
	channel->connection = connection;
	channel->incoming = incoming;
	channel->unordered = open->unordered;
	channel->max_retransmits = open->max_retransmits;
	channel->max_lifetime_ms = open->max_lifetime_ms;
	init_text(channel, open);
	init_callbacks(channel);
	outbox_queue_init(&channel->queue);
	inflow_queue_init(&channel->kept);
	atomic_init(&channel->id, -ENOTCONN);
	atomic_init(&channel->sendable, true);
	*ret_channel = channel;
	return 0;
}

/* The public functions, on any thread. */

static int text_size(const char *text, size_t *ret_size)
{
	size_t size = text ? strlen(text) : 0;

	if (size > TEXT_MAX)
		return -EINVAL;
	*ret_size = size;
	return 0;
}

static int read_options(const struct dc_channel_options *options, struct dcep_open *ret_open)
{
	struct dcep_open open = {
		.unordered = options->unordered,
		.max_retransmits = -1,
		.max_lifetime_ms = -1,
		.label = options->label,
		.protocol = options->protocol,
	};
	int error = text_size(options->label, &open.label_size);

	if (!error)
		error = text_size(options->protocol, &open.protocol_size);
	if (error)
		return error;
	if (options->limit > INT_MAX || (options->negotiated && options->id >= SCTP_STREAMS_MAX))
		return -EINVAL;
	switch (options->reliability) {
	case DC_RELIABLE:
		break;
	case DC_MAX_RETRANSMITS:
		open.max_retransmits = (int)options->limit;
		break;
	case DC_MAX_LIFETIME_MS:
		open.max_lifetime_ms = (int)options->limit;
		break;
	}
	*ret_open = open;
	return 0;
}

/* Of one parity there are half of the streams. */
static int count_channel(struct dc_connection *connection)
{
	if (atomic_fetch_add(&connection->channel_count, 1) < SCTP_STREAMS_MAX / 2)
		return 0;
	atomic_fetch_sub(&connection->channel_count, 1);
	return -ENOSPC;
}

static int create_with_dcep(struct dc_connection *connection, const struct dcep_open *open,
			    struct dc_channel **ret_channel)
{
	int error = count_channel(connection);

	if (error)
		return error;
	error = channel_create(connection, open, false, ret_channel);
	if (error)
		atomic_fetch_sub(&connection->channel_count, 1);
	return error;
}

static int create_negotiated(struct dc_connection *connection, const struct dcep_open *open,
			     uint16_t id, struct dc_channel **ret_channel)
{
	struct dc_channel *channel;
	int error = channel_create(connection, open, false, &channel);

	if (error)
		return error;
	channel->negotiated = true;
	atomic_store(&channel->id, id);
	*ret_channel = channel;
	return 0;
}

int dc_channel_open(struct dc_connection *connection, const struct dc_channel_options *options,
		    struct dc_channel **ret_channel)
{
	static const struct dc_channel_options defaults;
	struct dc_channel *channel;
	struct dcep_open open;
	int error;

	if (!options)
		options = &defaults;
	error = read_options(options, &open);
	if (error)
		return error;
	if (atomic_load(&connection->closing))
		return -ENOTCONN;
	if (options->negotiated)
		error = create_negotiated(connection, &open, options->id, &channel);
	else
		error = create_with_dcep(connection, &open, &channel);
	if (error)
		return error;
	inbox_put(&connection->inbox, &channel->open);
	*ret_channel = channel;
	return 0;
}

/* What is set may have come before: then it is told now. */
static void look_back(struct dc_channel *channel)
{
	if (atomic_exchange(&channel->late_waits, true))
		return;
	object_retain(&channel->object, "event");
	events_push(&channel->connection->events, &channel->late);
}

/* Messages are kept for him who listens first, if only to get rid of them. */
static void begin_to_listen(struct dc_channel *channel)
{
	if (!atomic_exchange(&channel->listened, true))
		look_back(channel);
}

void dc_channel_destroy(struct dc_channel *channel)
{
	if (!channel)
		return;
	if (!fault_on(FAULT_CALLBACK_AFTER_FREE))
		callback_reset(&channel->on_open);
	callback_reset(&channel->on_closed);
	callback_reset(&channel->on_message);
	callback_reset(&channel->on_low);
	begin_to_listen(channel);
	atomic_store(&channel->sendable, false);
	track_scope_destroy(channel);
	inbox_put(&channel->connection->inbox, &channel->destroy);
}

int dc_channel_send(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size)
{
	struct dc_connection *connection = channel->connection;
	struct message *message;

	if (kind != DC_TEXT && kind != DC_BINARY)
		return -EINVAL;
	if (!atomic_load(&channel->sendable) || atomic_load(&connection->closing))
		return -ENOTCONN;
	if (size > atomic_load(&connection->message_max))
		return -EMSGSIZE;
	message = message_copy(channel, kind, data, size);
	if (!message)
		return -ENOMEM;
	message->job.run = run_send;
	atomic_fetch_add(&channel->buffered, size);
	inbox_put(&connection->inbox, &message->job);
	return 0;
}

bool dc_channel_is_ready(const struct dc_channel *channel)
{
	const struct dc_connection *connection = channel->connection;

	return atomic_load(&channel->is_open) && atomic_load(&channel->sendable) &&
	       !atomic_load(&connection->closing) &&
	       dc_connection_state(connection) == DC_CONNECTED;
}

size_t dc_channel_message_max(const struct dc_channel *channel)
{
	return atomic_load(&channel->connection->message_max);
}

size_t dc_channel_buffered(const struct dc_channel *channel)
{
	return atomic_load(&channel->buffered);
}

void dc_channel_close(struct dc_channel *channel)
{
	atomic_store(&channel->sendable, false);
	if (atomic_exchange(&channel->closing, true))
		return;
	if (fault_on(FAULT_CLOSE_EVENT_DROPPED))
		callback_drop(&channel->on_closed);
	object_retain(&channel->object, "closing");
	inbox_put(&channel->connection->inbox, &channel->close);
}

/* What is set may come at once, and destroy the channel: the call holds it. */

void dc_channel_on_open(struct dc_channel *channel, dc_event_fn fn, void *user)
{
	object_retain(&channel->object, "call");
	callback_set(&channel->on_open, (callback_fn)fn, user);
	if (fn && atomic_load(&channel->is_open))
		look_back(channel);
	object_release(&channel->object, "call");
}

void dc_channel_on_closed(struct dc_channel *channel, dc_event_fn fn, void *user)
{
	object_retain(&channel->object, "call");
	callback_set(&channel->on_closed, (callback_fn)fn, user);
	if (fn && atomic_load(&channel->is_closed))
		look_back(channel);
	object_release(&channel->object, "call");
}

void dc_channel_on_message(struct dc_channel *channel, dc_message_fn fn, void *user)
{
	object_retain(&channel->object, "call");
	callback_set(&channel->on_message, (callback_fn)fn, user);
	begin_to_listen(channel);
	object_release(&channel->object, "call");
}

void dc_channel_on_low(struct dc_channel *channel, size_t threshold, dc_event_fn fn, void *user)
{
	object_retain(&channel->object, "call");
	callback_set(&channel->on_low, (callback_fn)fn, user);
	atomic_store(&channel->low_threshold, threshold);
	object_release(&channel->object, "call");
}

const char *dc_channel_label(const struct dc_channel *channel)
{
	return channel->label;
}

const char *dc_channel_protocol(const struct dc_channel *channel)
{
	return channel->protocol;
}

int dc_channel_id(const struct dc_channel *channel)
{
	return atomic_load(&channel->id);
}
