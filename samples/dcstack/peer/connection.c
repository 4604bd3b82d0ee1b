/* SPDX-License-Identifier: Apache-2.0 */
#include "connection.h"

#include "channel.h"
#include "owner.h"
#include "protocol.h"
#include "server.h"
#include <errno.h>
#include <run/fault.h>
#include <run/late.h>
#include <run/library.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

enum {
	MESSAGE_MAX_DEFAULT = 262144, /* that we accept */
	MESSAGE_MAX_UNSAID = 65536,   /* that any peer accepts: RFC 8841 section 6 */
};

struct state_event {
	struct event event;
	struct dc_connection *connection;
	enum dc_state state;
};

static void free_config(struct dc_config *config)
{
	free((char *)config->bind_address);
	free((char *)config->stun_server);
	free((char *)config->mdns_interface);
	server_release(config->server);
}

static void destroy_object(struct object *object)
{
	struct dc_connection *connection = OWNER_OF(object, struct dc_connection, object);

	callback_finish(&connection->on_state);
	callback_finish(&connection->on_channel);
	callback_finish(&connection->on_closed);
	negotiation_destroy(&connection->negotiation);
	table_finish(&connection->table);
	events_finish(&connection->events);
	inbox_finish(&connection->inbox);
	pthread_mutex_destroy(&connection->lock);
	free_config(&connection->config);
	free(connection);
}

static const struct object_class connection_class = {
	.name = "connection",
	.destroy = destroy_object,
};

/* The state, as it is told. */

static void deliver_state(struct event *event)
{
	struct state_event *told = OWNER_OF(event, struct state_event, event);

	callback_fire(&told->connection->on_state, dc_state_fn, told->connection, told->state);
	free(told);
}

/* Without memory it is not told, but can be asked for. */
void connection_set_state(struct dc_connection *connection, enum dc_state state)
{
	struct state_event *told;

	if (connection->end != CONNECTION_ALIVE ||
	    (enum dc_state)atomic_exchange(&connection->state, (int)state) == state)
		return;
	told = malloc(sizeof(*told));
	if (!told)
		return;
	*told = (struct state_event){
		.event.deliver = deliver_state, .connection = connection, .state = state};
	events_collect(&connection->events, &told->event);
	connection_settle(connection);
}

static void fire_closed(struct dc_connection *connection)
{
	callback_fn fn;
	void *user;

	if (!callback_begin(&connection->on_closed, &fn, &user))
		return;
	atomic_store(&connection->is_awaited, false);
	((dc_closed_fn)fn)(connection, user);
	callback_end(&connection->on_closed);
}

static void deliver_ended(struct event *event)
{
	struct dc_connection *connection = OWNER_OF(event, struct dc_connection, ended);
	bool is_early = fault_on(FAULT_CLOSE_FROM_CALLBACK);

	if (is_early)
		fire_closed(connection);
	callback_fire(&connection->on_state, dc_state_fn, connection, connection->last_state);
	atomic_store(&connection->is_ended, true);
	/* Last: who closes it when he hears of the end waits for this. */
	if (!is_early)
		fire_closed(connection);
}

static void deliver_ended_late(struct event *event)
{
	struct dc_connection *connection = OWNER_OF(event, struct dc_connection, ended_late);

	atomic_store(&connection->ended_late_waits, false);
	fire_closed(connection);
}

/* Everything is let go of, and told last. */
static void finish(struct dc_connection *connection)
{
	connection->end = CONNECTION_GONE;
	transport_finish(connection);
	/* Before the events of its channels, which leave at once from here on. */
	atomic_store(&connection->state, (int)connection->last_state);
	negotiation_finish(connection, connection->error);
	protocol_finish(connection);
	events_collect(&connection->events, &connection->ended);
	events_flush(&connection->events);
}

/* The end may be asked for by what the pump does. This is the last time, once it is there. */
static void settle(struct job *job)
{
	struct dc_connection *connection = OWNER_OF(job, struct dc_connection, settle);

	if (connection->end == CONNECTION_ALIVE) {
		outbox_pump(connection);
		events_flush(&connection->events);
	}
	connection->is_settling = false;
	if (connection->end == CONNECTION_ENDING && !atomic_load(&connection->is_forgotten))
		finish(connection);
	if (connection->end == CONNECTION_GONE)
		object_release(&connection->object, "network");
}

void connection_settle(struct dc_connection *connection)
{
	if (connection->end == CONNECTION_GONE) {
		events_flush(&connection->events);
		return;
	}
	if (connection->is_settling)
		return;
	connection->is_settling = true;
	executor_defer(connection->executor, &connection->settle);
}

/* For who watches; false: it ended before. */
static bool begin_close(struct dc_connection *connection)
{
	if (atomic_exchange(&connection->closing, true))
		return false;
	track_scope_close(connection);
	return true;
}

void connection_end(struct dc_connection *connection, enum dc_state last_state, int error)
{
	if (connection->end != CONNECTION_ALIVE)
		return;
	connection->end = CONNECTION_ENDING;
	connection->last_state = last_state;
	connection->error = error;
	if (begin_close(connection))
		track_scope_closed(connection);
	connection_settle(connection);
}

void connection_end_now(struct dc_connection *connection, enum dc_state last_state, int error)
{
	connection_end(connection, last_state, error);
	if (connection->end != CONNECTION_ENDING)
		return;
	connection_settle(connection); /* lets go of it, and may have been already */
	finish(connection);
}

int connection_refuse(const struct dc_connection *connection)
{
	if (atomic_load(&connection->is_destroyed)) {
		track_use(track_scope(connection));
		late_use("a connection that is destroyed was told of its peer");
	}
	return -ENOTCONN;
}

/* Jobs of the user's wishes, on the executor. */

static void run_start(struct job *job)
{
	struct dc_connection *connection = OWNER_OF(job, struct dc_connection, start);
	int error = transport_start(connection);

	if (error)
		connection_end(connection, DC_FAILED, error);
}

static void run_close(struct job *job)
{
	struct dc_connection *connection = OWNER_OF(job, struct dc_connection, close);

	atomic_store(&connection->close_waits, false);
	connection_end(connection, DC_CLOSED, -ECANCELED);
}

static void run_destroy(struct job *job)
{
	struct dc_connection *connection = OWNER_OF(job, struct dc_connection, destroy);

	connection_end(connection, DC_CLOSED, -ECANCELED);
	object_release(&connection->object, "user");
}

/* The public functions, on any thread. */

static int copy_text(const char *text, const char **ret_copy)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return -ENOMEM;
	*ret_copy = copy;
	return 0;
}

static int copy_config(const struct dc_config *config, struct dc_config *ret_copy)
{
	struct dc_config copy = *config;
	int error;

	copy.bind_address = copy.stun_server = copy.mdns_interface = NULL;
	server_retain(copy.server);
	if (!copy.max_message_size)
		copy.max_message_size = MESSAGE_MAX_DEFAULT;
	error = copy_text(config->bind_address, &copy.bind_address);
	if (!error)
		error = copy_text(config->stun_server, &copy.stun_server);
	if (!error)
		error = copy_text(config->mdns_interface, &copy.mdns_interface);
	if (error) {
		free_config(&copy);
		return error;
	}
	*ret_copy = copy;
	return 0;
}

int dc_config_check(const struct dc_config *config, const char **ret_what)
{
	struct agent_config agent = transport_agent_config(config);
	const char *what;
	int error = agent_check_config(&agent, &what);

	if (error && ret_what)
		*ret_what = what;
	return error;
}

static void init(struct dc_connection *connection)
{
	const struct dc_server *server = connection->config.server;

	connection->executor = server ? server_executor(server) : library_executor();
	inbox_init(&connection->inbox, connection->executor, &connection->object);
	events_init(&connection->events, library_pool(), &connection->object);
	callback_init(&connection->on_state, "on_state", CALLBACK_PERSISTENT,
		      track_scope(connection));
	callback_init(&connection->on_channel, "on_channel", CALLBACK_PERSISTENT,
		      track_scope(connection));
	callback_init(&connection->on_closed, "on_closed", CALLBACK_ONE_SHOT,
		      track_scope(connection));
	connection->patience_ms = PATIENCE_MS;
	connection->start.run = run_start;
	connection->close.run = run_close;
	connection->destroy.run = run_destroy;
	connection->settle.run = settle;
	connection->ended.deliver = deliver_ended;
	connection->ended_late.deliver = deliver_ended_late;
	pthread_mutex_init(&connection->lock, NULL);
	atomic_init(&connection->message_max, MESSAGE_MAX_UNSAID);
	negotiation_init(&connection->negotiation, track_scope(connection));
	outbox_init(&connection->outbox);
	inflow_init(&connection->inflow);
}

int dc_connection_create(const struct dc_config *config, struct dc_connection **ret_connection)
{
	static const struct dc_config defaults;
	struct dc_connection *connection;
	int error;

	if (!config)
		config = &defaults;
	error = dc_config_check(config, NULL);
	if (!error && config->server && server_is_closing(config->server))
		error = -ENOTCONN;
	if (error)
		return error;
	connection = calloc(1, sizeof(*connection));
	if (!connection)
		return -ENOMEM;
	error = copy_config(config, &connection->config);
	if (!error)
		error = object_init(&connection->object, &connection_class, "user");
	if (error) {
		free_config(&connection->config);
		free(connection);
		return error;
	}
	track_scope_open(connection, "connection", TRACK_MUST_CLOSE);
	track_own(track_scope(connection), track_object(connection));
	init(connection);
	object_retain(&connection->object, "network");
	inbox_put(&connection->inbox, &connection->start);
	*ret_connection = connection;
	return 0;
}

void dc_connection_reset_callbacks(struct dc_connection *connection)
{
	callback_reset(&connection->on_state);
	callback_reset(&connection->on_channel);
	callback_reset(&connection->on_closed);
	atomic_store(&connection->is_awaited, false);
	callback_reset(&connection->negotiation.on_description);
	callback_reset(&connection->negotiation.on_candidate);
}

void dc_connection_destroy(struct dc_connection *connection)
{
	if (!connection)
		return;
	dc_connection_reset_callbacks(connection);
	atomic_store(&connection->is_destroyed, true);
	if (begin_close(connection))
		track_scope_closed(connection);
	track_scope_destroy(connection);
	if (fault_on(FAULT_ASYNC_CLOSE_NOT_AWAITED))
		atomic_store(&connection->is_forgotten, true);
	inbox_put(&connection->inbox, &connection->destroy);
}

int dc_connection_close(struct dc_connection *connection, dc_closed_fn fn, void *user)
{
	bool is_first;

	if (fn && atomic_exchange(&connection->is_awaited, true))
		return -EALREADY;
	/* It may end already: fn comes as soon as it is set, and may destroy it. */
	object_retain(&connection->object, "call");
	if (fn)
		callback_set(&connection->on_closed, (callback_fn)fn, user);
	is_first = begin_close(connection);
	if (!atomic_load(&connection->is_ended)) {
		if (!atomic_exchange(&connection->close_waits, true))
			inbox_put(&connection->inbox, &connection->close);
	} else if (!atomic_exchange(&connection->ended_late_waits, true)) {
		events_push(&connection->events, &connection->ended_late);
	}
	if (is_first)
		track_scope_closed(connection);
	object_release(&connection->object, "call");
	return 0;
}

void dc_connection_on_state(struct dc_connection *connection, dc_state_fn fn, void *user)
{
	callback_set(&connection->on_state, (callback_fn)fn, user);
}

void dc_connection_on_channel(struct dc_connection *connection, dc_channel_fn fn, void *user)
{
	callback_set(&connection->on_channel, (callback_fn)fn, user);
}

enum dc_state dc_connection_state(const struct dc_connection *connection)
{
	return (enum dc_state)atomic_load(&connection->state);
}

void dc_connection_path(const struct dc_connection *connection, char *text, size_t size)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)&connection->lock;

	pthread_mutex_lock(lock);
	snprintf(text, size, "%s", connection->path);
	pthread_mutex_unlock(lock);
}
