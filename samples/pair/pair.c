/* SPDX-License-Identifier: Apache-2.0 */
#include <pair/pair.h>

#include <errno.h>
#include <stddef.h>

#define BIND "127.0.0.1"

const struct pair_options pair_defaults = {
	.offerer = {.bind_address = BIND, .no_tcp = true},
	.answerer = {.bind_address = BIND, .no_tcp = true},
	.channel = {.label = "pair"},
};

void pair_tell(struct pair *pair, bool *what)
{
	pthread_mutex_lock(&pair->lock);
	*what = true;
	pthread_cond_broadcast(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
}

void pair_fail(struct pair *pair, int error)
{
	pthread_mutex_lock(&pair->lock);
	if (!pair->error)
		pair->error = error;
	pthread_cond_broadcast(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
}

int pair_await(struct pair *pair, const bool *what)
{
	int error;

	pthread_mutex_lock(&pair->lock);
	while (!*what && !pair->error)
		pthread_cond_wait(&pair->changed, &pair->lock);
	error = *what ? 0 : pair->error;
	pthread_mutex_unlock(&pair->lock);
	return error;
}

void pair_await_end(struct pair *pair, const bool *what)
{
	pthread_mutex_lock(&pair->lock);
	while (!*what)
		pthread_cond_wait(&pair->changed, &pair->lock);
	pthread_mutex_unlock(&pair->lock);
}

/* What the ends are told. */

static void on_state(struct dc_connection *connection, enum dc_state state, void *user)
{
	struct pair_end *end = user;

	(void)connection;
	if (state == DC_FAILED)
		pair_fail(end->pair, -EHOSTUNREACH);
	if (state == DC_CLOSED)
		pair_fail(end->pair, -ECONNRESET);
}

static void on_candidate(struct dc_connection *connection, const char *candidate, void *user)
{
	struct pair_end *end = user;

	(void)connection;
	dc_connection_add_candidate(end->other->connection, candidate);
}

static void on_answer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct pair_end *end = user;

	(void)connection;
	if (!error)
		error = dc_connection_set_remote(end->other->connection, sdp, NULL, 0);
	if (error)
		pair_fail(end->pair, error);
}

static void on_offer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct pair_end *end = user, *other = end->other;

	(void)connection;
	if (!error)
		error = dc_connection_set_remote(other->connection, sdp, NULL, 0);
	if (!error)
		error = dc_connection_answer(other->connection, on_answer, other);
	if (error)
		pair_fail(end->pair, error);
}

static void on_channel(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	struct pair_end *end = user;

	(void)connection;
	end->channel = channel;
	pair_tell(end->pair, &end->pair->has_channel);
}

static void on_open(struct dc_channel *channel, void *user)
{
	struct pair_end *end = user;

	(void)channel;
	pair_tell(end->pair, &end->pair->is_open);
}

static void on_closed(struct dc_connection *connection, void *user)
{
	struct pair_end *end = user;

	(void)connection;
	pair_tell(end->pair, &end->is_closed);
}

static void on_greeting(struct dc_channel *channel, enum dc_kind kind, const void *data,
			size_t size, void *user)
{
	struct pair_end *end = user;

	(void)channel, (void)kind, (void)data, (void)size;
	pair_tell(end->pair, &end->is_greeted);
}

/* The life of a pair. */

static int open_end(struct pair_end *end, const struct dc_config *config)
{
	int error = dc_connection_create(config, &end->connection);

	if (error)
		return error;
	dc_connection_on_state(end->connection, on_state, end);
	dc_connection_on_candidate(end->connection, on_candidate, end);
	dc_connection_on_channel(end->connection, on_channel, end);
	return 0;
}

static int open_channel(struct pair_end *end, const struct dc_channel_options *options)
{
	int error = dc_channel_open(end->connection, options, &end->channel);

	if (!error)
		dc_channel_on_open(end->channel, on_open, end);
	return error;
}

int pair_open(struct pair *pair, const struct pair_options *options)
{
	int error;

	if (!options)
		options = &pair_defaults;
	*pair = (struct pair){.offerer = {.pair = pair, .other = &pair->answerer},
			      .answerer = {.pair = pair, .other = &pair->offerer}};
	pthread_mutex_init(&pair->lock, NULL);
	pthread_cond_init(&pair->changed, NULL);
	error = open_end(&pair->offerer, &options->offerer);
	if (!error)
		error = open_end(&pair->answerer, &options->answerer);
	if (!error)
		error = open_channel(&pair->offerer, &options->channel);
	return error;
}

int pair_connect(struct pair *pair)
{
	int error = dc_connection_offer(pair->offerer.connection, on_offer, &pair->offerer);

	if (!error)
		error = pair_await(pair, &pair->is_open);
	return error ? error : pair_await(pair, &pair->has_channel);
}

static void listen_for_greeting(struct pair_end *end)
{
	pthread_mutex_lock(&end->pair->lock);
	end->is_greeted = false;
	pthread_mutex_unlock(&end->pair->lock);
	dc_channel_on_message(end->channel, on_greeting, end);
}

static int greet(struct pair_end *end)
{
	return dc_channel_send(end->channel, DC_TEXT, "hello", 5);
}

static int await_greeting(struct pair_end *end)
{
	int error = pair_await(end->pair, &end->is_greeted);

	dc_channel_on_message(end->channel, NULL, NULL);
	return error;
}

int pair_greet(struct pair *pair)
{
	int error;

	listen_for_greeting(&pair->offerer);
	listen_for_greeting(&pair->answerer);
	error = greet(&pair->offerer);
	if (!error)
		error = greet(&pair->answerer);
	if (!error)
		error = await_greeting(&pair->offerer);
	return error ? error : await_greeting(&pair->answerer);
}

int pair_start(struct pair *pair, const struct pair_options *options)
{
	int error = pair_open(pair, options);

	if (!error)
		error = pair_connect(pair);
	return error ? error : pair_greet(pair);
}

void pair_close_end(struct pair_end *end)
{
	if (end->connection && !dc_connection_close(end->connection, on_closed, end))
		pair_await_end(end->pair, &end->is_closed);
}

void pair_destroy_end(struct pair_end *end)
{
	dc_channel_destroy(end->channel);
	dc_connection_destroy(end->connection);
	end->channel = NULL;
	end->connection = NULL;
}

void pair_finish(struct pair *pair)
{
	pair_close_end(&pair->offerer);
	pair_close_end(&pair->answerer);
	pair_destroy_end(&pair->offerer);
	pair_destroy_end(&pair->answerer);
	pthread_cond_destroy(&pair->changed);
	pthread_mutex_destroy(&pair->lock);
}
