/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include "connection.h"
#include "owner.h"
#include <errno.h>
#include <ice/mux.h>
#include <run/fault.h>
#include <run/library.h>
#include <stdlib.h>
#include <track/track.h>

struct dc_server {
	struct object object;
	struct executor *executor;
	struct inbox inbox;
	struct events events;
	struct callback on_closed;
	struct job close, destroy;
	uint16_t udp_port, tcp_port;

	/* Any thread. */
	atomic_bool is_closing;
	atomic_bool close_waits; /* close is in the inbox */
	atomic_bool is_awaited;	 /* somebody waits for on_closed */
	atomic_bool is_told;	 /* who watches knows of the close */

	/* On the executor. */
	struct mux *mux; /* NULL: its sockets are freed */
	struct dc_connection *first_listener;
	struct event closed;
	atomic_bool closed_waits; /* closed is on its way */
};

/* Who opens it waits: on his stack. */
struct opening {
	struct job job;
	struct dc_server *server;
	struct mux_config config;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_done;
	int error;
};

static void destroy_object(struct object *object)
{
	struct dc_server *server = OWNER_OF(object, struct dc_server, object);

	callback_finish(&server->on_closed);
	events_finish(&server->events);
	inbox_finish(&server->inbox);
	free(server);
}

static const struct object_class server_class = {.name = "server", .destroy = destroy_object};

void server_retain(struct dc_server *server)
{
	if (server)
		object_retain(&server->object, "connection");
}

void server_release(struct dc_server *server)
{
	if (server)
		object_release(&server->object, "connection");
}

struct executor *server_executor(const struct dc_server *server)
{
	return server->executor;
}

bool server_is_closing(const struct dc_server *server)
{
	return atomic_load(&server->is_closing);
}

/* Its end. */

static void deliver_closed(struct event *event)
{
	struct dc_server *server = OWNER_OF(event, struct dc_server, closed);
	callback_fn fn;
	void *user;

	atomic_store(&server->closed_waits, false);
	if (!callback_begin(&server->on_closed, &fn, &user))
		return;
	atomic_store(&server->is_awaited, false);
	((dc_server_closed_fn)fn)(server, user);
	callback_end(&server->on_closed);
}

static void tell_closed(struct dc_server *server)
{
	if (!atomic_exchange(&server->closed_waits, true))
		events_push(&server->events, &server->closed);
}

/* Each forgets itself. */
static void end_listeners(struct dc_server *server)
{
	while (server->first_listener)
		connection_end_now(server->first_listener, DC_CLOSED, -ECANCELED);
}

/* The transports end before the sockets are freed, since their last words leave through these. */
static void end(struct dc_server *server)
{
	if (fault_on(FAULT_SERVER_CLOSE) || fault_on(FAULT_SERVER_CLOSE_CRASH))
		mux_close(server->mux);
	end_listeners(server);
	mux_destroy(server->mux);
	server->mux = NULL;
}

static void close_server(struct dc_server *server)
{
	if (!atomic_exchange(&server->is_closing, true))
		end(server);
	tell_closed(server);
}

static void run_close(struct job *job)
{
	struct dc_server *server = OWNER_OF(job, struct dc_server, close);

	atomic_store(&server->close_waits, false);
	close_server(server);
}

static void run_destroy(struct job *job)
{
	struct dc_server *server = OWNER_OF(job, struct dc_server, destroy);

	close_server(server);
	object_release(&server->object, "user");
}

/* Listeners. */

struct carrier *const *server_carriers(const struct dc_server *server)
{
	return server->mux ? mux_carriers(server->mux) : NULL;
}

int server_listen(struct dc_server *server, struct dc_connection *connection)
{
	int error = server_is_closing(server) ? -ENOTCONN : 0;

	if (!error)
		error = mux_add(server->mux, connection->transport.agent);
	if (error)
		return error;
	connection->transport.is_listener = true;
	connection->next_listener = server->first_listener;
	if (connection->next_listener)
		connection->next_listener->previous_listener = connection;
	server->first_listener = connection;
	return 0;
}

static void take_out(struct dc_server *server, struct dc_connection *connection)
{
	struct dc_connection *next = connection->next_listener;
	struct dc_connection *previous = connection->previous_listener;

	if (previous)
		previous->next_listener = next;
	else
		server->first_listener = next;
	if (next)
		next->previous_listener = previous;
	connection->next_listener = connection->previous_listener = NULL;
}

void server_forget(struct dc_server *server, struct dc_connection *connection)
{
	mux_remove(server->mux, connection->transport.agent);
	take_out(server, connection);
}

/* The public functions, on any thread. */

static void run_open(struct job *job)
{
	struct opening *opening = OWNER_OF(job, struct opening, job);
	struct dc_server *server = opening->server;
	int error = mux_create(&opening->config, &server->mux);

	if (!error) {
		for (struct carrier *const *at = mux_carriers(server->mux); *at; at++)
			track_own(track_scope(server), track_object(*at));
		server->udp_port = mux_port(server->mux, CARRIER_UDP);
		server->tcp_port = mux_port(server->mux, CARRIER_TCP_PASSIVE);
	}
	pthread_mutex_lock(&opening->lock);
	opening->error = error;
	opening->is_done = true;
	pthread_cond_signal(&opening->changed);
	pthread_mutex_unlock(&opening->lock);
}

static int open_mux(struct dc_server *server, const struct dc_server_config *config)
{
	struct opening opening = {
		.job.run = run_open,
		.server = server,
		.config = {.executor = server->executor,
			   .bind_address = config->bind_address,
			   .port = config->port,
			   .no_udp = config->no_udp,
			   .no_tcp = config->no_tcp,
			   .linger_ms = config->linger_ms},
	};

	pthread_mutex_init(&opening.lock, NULL);
	pthread_cond_init(&opening.changed, NULL);
	inbox_put(&server->inbox, &opening.job);
	pthread_mutex_lock(&opening.lock);
	while (!opening.is_done)
		pthread_cond_wait(&opening.changed, &opening.lock);
	pthread_mutex_unlock(&opening.lock);
	pthread_cond_destroy(&opening.changed);
	pthread_mutex_destroy(&opening.lock);
	return opening.error;
}

/* As of a connection that gathers there. */
static int check_config(const struct dc_server_config *config)
{
	const struct dc_config like = {.bind_address = config->bind_address,
				       .no_udp = config->no_udp,
				       .no_tcp = config->no_tcp};

	return config->bind_address ? dc_config_check(&like, NULL) : -EINVAL;
}

static int create(struct dc_server **ret_server)
{
	struct dc_server *server = calloc(1, sizeof(*server));
	int error;

	if (!server)
		return -ENOMEM;
	error = object_init(&server->object, &server_class, "user");
	if (error) {
		free(server);
		return error;
	}
	track_scope_open(server, "server", TRACK_MUST_CLOSE);
	track_own(track_scope(server), track_object(server));
	server->executor = library_executor();
	inbox_init(&server->inbox, server->executor, &server->object);
	events_init(&server->events, library_pool(), &server->object);
	callback_init(&server->on_closed, "on_closed", CALLBACK_ONE_SHOT, track_scope(server));
	server->close.run = run_close;
	server->destroy.run = run_destroy;
	server->closed.deliver = deliver_closed;
	*ret_server = server;
	return 0;
}

int dc_server_create(const struct dc_server_config *config, struct dc_server **ret_server)
{
	struct dc_server *server;
	int error = check_config(config);

	if (!error)
		error = create(&server);
	if (error)
		return error;
	error = open_mux(server, config);
	if (error) {
		track_scope_destroy(server);
		object_release(&server->object, "user");
	} else
		*ret_server = server;
	return error;
}

uint16_t dc_server_udp_port(const struct dc_server *server)
{
	return server->udp_port;
}

uint16_t dc_server_tcp_port(const struct dc_server *server)
{
	return server->tcp_port;
}

/* false: it is known. */
static bool begin_close(struct dc_server *server)
{
	if (atomic_exchange(&server->is_told, true))
		return false;
	track_scope_close(server);
	return true;
}

int dc_server_close(struct dc_server *server, dc_server_closed_fn fn, void *user)
{
	bool is_first;

	if (fn && atomic_exchange(&server->is_awaited, true))
		return -EALREADY;
	/* It may close already: fn comes as soon as it is set, and may destroy it. */
	object_retain(&server->object, "call");
	if (fn)
		callback_set(&server->on_closed, (callback_fn)fn, user);
	is_first = begin_close(server);
	if (!atomic_exchange(&server->close_waits, true))
		inbox_put(&server->inbox, &server->close);
	if (is_first)
		track_scope_closed(server);
	object_release(&server->object, "call");
	return 0;
}

void dc_server_destroy(struct dc_server *server)
{
	if (!server)
		return;
	callback_reset(&server->on_closed);
	if (begin_close(server))
		track_scope_closed(server);
	track_scope_destroy(server);
	inbox_put(&server->inbox, &server->destroy);
}
