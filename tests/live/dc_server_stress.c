/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls between a server's connections and others, found by signalling, with a producer and its
 * consumers on top; they end at any moment, in any order, while their server is closed under them
 * and destroyed, and while strangers knock: for ThreadSanitizer and AddressSanitizer.
 *   live_dc_server_stress [ROUNDS]     says nothing and ends with 0, or tells what is wrong
 */
#include "dc_stranger.h"
#include "nothing_left.inc.c"

#include <dcstack/router.h>
#include <dcstack/server.h>
#include <dcstack/signalling.h>
#include <errno.h>
#include <pthread.h>
#include <run/late.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	THREADS = 4,
	ROUNDS = 10,
	CONSUMERS = 3,
	ARRIVED_MAX = CONSUMERS + 1,
	STREAMS = 8,
	LINGER_MS = 20,
	SAY_MS = 20,
};

/* How far a call comes before its end begins, unless its server's comes first. */
enum milestone { BORN, HEARD, CONNECTED, ARRIVED, SPOKEN, MILESTONES };

static const char *const addresses[] = {"127.0.0.1", "::1"};

/* Who makes a connection on it holds the lock, so that it is not destroyed meanwhile. */
static struct hall {
	pthread_rwlock_t lock;
	struct dc_server *server;
	const char *address;
} hall = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static atomic_uint given, told; /* messages with a function */
static atomic_bool is_over;

struct call;

struct arrival {
	struct dc_producer *producer;
	struct dc_consumer *consumer;
};

struct side {
	struct call *call;
	struct dc_connection *connection;
	struct dc_signalling *signalling; /* NULL: the connection ended before */
	struct arrival arrivals[ARRIVED_MAX];
	unsigned arrival_count;
	bool is_shut, is_closed, is_destroyed;
};

/* Callbacks borrow it: it goes when all that may call back is destroyed. */
struct call {
	struct side sides[2];
	struct dc_producer *producer;
	struct dc_consumer *consumers[CONSUMERS];
	struct dc_channel
		*channel; /* NULL: its connection ended before; destroyed when it closes */
	bool is_channel_gone;
	unsigned seed;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool reached[MILESTONES];
};

static unsigned draw(unsigned *seed, unsigned count)
{
	return (unsigned)rand_r(seed) / 16 % count;
}

static void rest(unsigned milliseconds)
{
	const struct timespec time = {.tv_nsec = (long)milliseconds * 1000000};

	nanosleep(&time, NULL);
}

static void reach(struct call *call, bool *what)
{
	pthread_mutex_lock(&call->lock);
	*what = true;
	pthread_cond_broadcast(&call->changed);
	pthread_mutex_unlock(&call->lock);
}

static void on_queued(int error, void *user)
{
	check(error <= 0);
	atomic_fetch_add((atomic_uint *)user, 1);
}

static void say(struct call *call)
{
	const struct dc_parcel parcel = {.kind = DC_TEXT, .data = "hello", .size = 5};

	if (!call->producer)
		return;
	check(!dc_producer_send(call->producer, &parcel));
	for (unsigned i = 0; i < CONSUMERS; i++) {
		if (!call->consumers[i])
			continue;
		check(!dc_consumer_send(call->consumers[i], &parcel, on_queued, &told));
		atomic_fetch_add(&given, 1);
	}
}

/* It may have been told before anybody listened. */
static bool has_ended(const struct side *side)
{
	return dc_connection_state(side->connection) >= DC_FAILED;
}

/* Or the end of either side. What is said before anybody listens is not heard. */
static void await(struct call *call, const bool *what)
{
	bool is_there = false;

	while (!is_there) {
		say(call);
		rest(SAY_MS);
		pthread_mutex_lock(&call->lock);
		is_there = *what || has_ended(&call->sides[0]) || has_ended(&call->sides[1]);
		pthread_mutex_unlock(&call->lock);
	}
}

static void await_surely(struct call *call, const bool *what)
{
	pthread_mutex_lock(&call->lock);
	while (!*what)
		pthread_cond_wait(&call->changed, &call->lock);
	pthread_mutex_unlock(&call->lock);
}

/* What a call is told. */

static void on_state(struct dc_connection *connection, enum dc_state state, void *user)
{
	struct side *side = user;

	(void)connection;
	check(!side->is_destroyed);
	if (state == DC_CONNECTED)
		reach(side->call, &side->call->reached[CONNECTED]);
}

static void on_heard(struct dc_signalling *signalling, void *user)
{
	struct side *side = user;

	(void)signalling;
	reach(side->call, &side->call->reached[HEARD]);
}

static void on_shut(struct dc_signalling *signalling, void *user)
{
	struct side *side = user;

	(void)signalling;
	reach(side->call, &side->is_shut);
}

static void on_parcel(struct dc_consumer *consumer, enum dc_kind kind, const void *data,
		      size_t size, void *user)
{
	struct side *side = user;

	(void)consumer;
	check(kind == DC_TEXT && size == 5 && memcmp(data, "hello", 5) == 0);
	reach(side->call, &side->call->reached[SPOKEN]);
}

static void on_consumer_closed(struct dc_consumer *consumer, void *user)
{
	const struct dc_parcel parcel = {.kind = DC_TEXT, .data = "late", .size = 4};

	(void)user;
	check(!dc_consumer_send(consumer, &parcel, on_queued, &told));
	atomic_fetch_add(&given, 1);
}

static void on_channel(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	struct side *side = user;
	struct arrival *arrival = &side->arrivals[side->arrival_count++];
	int error;

	(void)connection;
	check(side->arrival_count <= ARRIVED_MAX);
	check(!dc_producer_create(channel, &arrival->producer));
	error = dc_consumer_create(arrival->producer, NULL, &arrival->consumer);
	check(!error || error == -ENOTCONN);
	if (!error)
		dc_consumer_on_message(arrival->consumer, on_parcel, side);
	reach(side->call, &side->call->reached[ARRIVED]);
}

/* How a call begins. */

/* -ENOTCONN: the server is closed. */
static int open_connections(struct call *call)
{
	struct dc_config config = {.no_udp = draw(&call->seed, 2), .trickle = draw(&call->seed, 2)};
	int error;

	pthread_rwlock_rdlock(&hall.lock);
	config.server = hall.server;
	error = dc_connection_create(&config, &call->sides[0].connection);
	if (draw(&call->seed, 16) == 0)
		dc_server_close(hall.server, NULL, NULL);
	config.server = NULL;
	config.bind_address = hall.address;
	pthread_rwlock_unlock(&hall.lock);
	check(!error || error == -ENOTCONN);
	if (!error)
		check(!dc_connection_create(&config, &call->sides[1].connection));
	return error;
}

static void open_signalling(struct side *side, int fd, bool offers)
{
	const struct dc_signalling_options options = {
		.offers = offers, .on_open = on_heard, .on_closed = on_shut, .user = side};
	int error = dc_signalling_open(fd, side->connection, &options, &side->signalling);

	check(!error || error == -ENOTCONN);
	if (error)
		close(fd);
}

static void open_consumers(struct call *call, unsigned from)
{
	check(!dc_producer_create(NULL, &call->producer));
	for (unsigned i = 0; i < CONSUMERS; i++) {
		struct dc_consumer_options options = {.paused = draw(&call->seed, 8) == 0};
		int error = dc_channel_open(call->sides[from].connection, NULL, &options.channel);

		check(!error || error == -ENOTCONN);
		if (error)
			continue;
		check(!dc_consumer_create(call->producer, &options, &call->consumers[i]));
		dc_consumer_on_closed(call->consumers[i], on_consumer_closed, NULL);
	}
}

static void open_channel(struct call *call, unsigned from)
{
	int error = dc_channel_open(call->sides[from].connection, NULL, &call->channel);

	check(!error || error == -ENOTCONN);
}

static void begin(struct call *call)
{
	unsigned from = draw(&call->seed, 2);
	int fds[2];

	check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
	for (unsigned i = 0; i < 2; i++) {
		dc_connection_on_state(call->sides[i].connection, on_state, &call->sides[i]);
		dc_connection_on_channel(call->sides[i].connection, on_channel, &call->sides[i]);
	}
	open_consumers(call, draw(&call->seed, 2));
	open_channel(call, draw(&call->seed, 2));
	for (unsigned i = 0; i < 2; i++)
		open_signalling(&call->sides[i], fds[i], i == from);
}

/* How it ends. */

static void destroy_consumer(struct dc_consumer *consumer, void *user)
{
	(void)user;
	dc_consumer_destroy(consumer);
}

/* Some are destroyed when they are told that it is closed. */
static void end_router(struct call *call)
{
	bool is_producer_first = draw(&call->seed, 2);

	if (is_producer_first)
		dc_producer_destroy(call->producer);
	for (unsigned i = 0; i < CONSUMERS; i++) {
		if (call->consumers[i] && is_producer_first && draw(&call->seed, 2))
			dc_consumer_on_closed(call->consumers[i], destroy_consumer, NULL);
		else
			dc_consumer_destroy(call->consumers[i]);
		call->consumers[i] = NULL;
	}
	if (!is_producer_first)
		dc_producer_destroy(call->producer);
	call->producer = NULL;
}

static void destroy_connection(struct dc_connection *connection, void *user)
{
	struct side *side = user;

	dc_connection_destroy(connection);
	side->is_destroyed = true;
	reach(side->call, &side->is_closed);
}

/* At once, or when it is told that it is closed. */
static void end_connection(struct side *side)
{
	if (draw(&side->call->seed, 2)) {
		check(!dc_connection_close(side->connection, destroy_connection, side));
		await_surely(side->call, &side->is_closed);
	} else {
		dc_connection_destroy(side->connection);
		side->is_destroyed = true;
	}
}

static void end_signalling(struct side *side)
{
	int error = dc_signalling_close(side->signalling);

	check(!error || error == -EALREADY);
	if (draw(&side->call->seed, 2))
		await_surely(side->call, &side->is_shut);
}

static void end_side(struct side *side)
{
	bool is_closed_first = side->signalling && draw(&side->call->seed, 2);

	if (is_closed_first)
		end_signalling(side);
	else
		dc_signalling_destroy(side->signalling);
	end_connection(side);
	if (is_closed_first)
		dc_signalling_destroy(side->signalling);
	/* Nothing arrives any more. */
	for (unsigned i = 0; i < side->arrival_count; i++) {
		dc_producer_destroy(side->arrivals[i].producer);
		dc_consumer_destroy(side->arrivals[i].consumer);
	}
}

static void destroy_channel(struct dc_channel *channel, void *user)
{
	struct call *call = user;

	dc_channel_destroy(channel);
	reach(call, &call->is_channel_gone);
}

/* While its connection may end. */
static void end_channel(struct call *call)
{
	struct dc_producer *producer;

	if (!call->channel)
		return;
	if (draw(&call->seed, 2)) {
		dc_channel_on_closed(call->channel, destroy_channel, call);
		return;
	}
	check(!dc_producer_create(call->channel, &producer));
	dc_producer_destroy(producer);
	call->channel = NULL;
}

static void run_call(struct call *call)
{
	bool is_router_first;
	unsigned first;

	begin(call);
	await(call, &call->reached[draw(&call->seed, MILESTONES)]);
	first = draw(&call->seed, 2);
	is_router_first = draw(&call->seed, 2);
	if (is_router_first)
		end_router(call);
	end_side(&call->sides[first]);
	end_channel(call);
	end_side(&call->sides[!first]);
	if (!is_router_first)
		end_router(call);
	if (call->channel)
		await_surely(call, &call->is_channel_gone);
}

static void make_call(unsigned seed)
{
	struct call *call = calloc(1, sizeof(*call));

	check(call);
	call->seed = seed;
	call->reached[BORN] = true;
	call->sides[0].call = call->sides[1].call = call;
	pthread_mutex_init(&call->lock, NULL);
	pthread_cond_init(&call->changed, NULL);
	while (open_connections(call))
		rest(1);
	run_call(call);
	pthread_cond_destroy(&call->changed);
	pthread_mutex_destroy(&call->lock);
	free(call);
}

struct caller {
	pthread_t thread;
	unsigned seed, rounds;
};

static void *run_caller(void *user)
{
	struct caller *caller = user;

	for (unsigned i = 0; i < caller->rounds; i++)
		make_call(caller->seed * 10007 + i);
	return NULL;
}

/* Strangers, at the server's ports. */

static int come(bool is_tcp, unsigned *seed)
{
	const char *address;
	uint16_t port;

	pthread_rwlock_rdlock(&hall.lock);
	address = hall.address;
	port = is_tcp ? dc_server_tcp_port(hall.server) : dc_server_udp_port(hall.server);
	pthread_rwlock_unlock(&hall.lock);
	return stranger_come(address, port, is_tcp, seed);
}

static void *run_strangers(void *user)
{
	int fds[STREAMS] = {0};
	unsigned seed = 77;

	(void)user;
	for (unsigned i = 0; i < STREAMS; i++)
		fds[i] = come(i % 2, &seed);
	while (!atomic_load(&is_over)) {
		unsigned i = draw(&seed, STREAMS);

		close(fds[i]);
		fds[i] = come(i % 2, &seed);
		rest(1);
	}
	for (unsigned i = 0; i < STREAMS; i++)
		close(fds[i]);
	return NULL;
}

/* Servers. */

static const char *choose_address(unsigned *seed)
{
	static int v6_error = 1;
	struct dc_server_config config = {.bind_address = addresses[1]};
	struct dc_server *server;

	if (v6_error > 0) {
		v6_error = dc_server_create(&config, &server);
		if (!v6_error)
			dc_server_destroy(server);
	}
	return addresses[v6_error ? 0 : draw(seed, 2)];
}

static struct dc_server *replace_server(const char *address)
{
	struct dc_server_config config = {.bind_address = address, .linger_ms = LINGER_MS};
	struct dc_server *server, *before;

	if (address)
		check(!dc_server_create(&config, &server));
	else
		server = NULL;
	pthread_rwlock_wrlock(&hall.lock);
	before = hall.server;
	hall.server = server;
	hall.address = address;
	pthread_rwlock_unlock(&hall.lock);
	return before;
}

static void on_server_closed(struct dc_server *server, void *user)
{
	(void)user;
	dc_server_destroy(server);
}

static void end_server(struct dc_server *server, unsigned *seed)
{
	switch (draw(seed, 3)) {
	case 0:
		check(!dc_server_close(server, on_server_closed, NULL));
		return;
	case 1:
		check(!dc_server_close(server, NULL, NULL));
	}
	dc_server_destroy(server);
}

static void *run_servers(void *user)
{
	unsigned seed = 99;

	(void)user;
	while (!atomic_load(&is_over)) {
		rest(50 + draw(&seed, 450));
		end_server(replace_server(choose_address(&seed)), &seed);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static const struct dc_library_options options = {.executors = 3, .workers = 3};
	struct caller callers[THREADS];
	pthread_t servers, strangers;

	check(!dc_library_start(&options));
	replace_server(addresses[0]);
	check(!pthread_create(&servers, NULL, run_servers, NULL));
	check(!pthread_create(&strangers, NULL, run_strangers, NULL));
	for (unsigned i = 0; i < THREADS; i++) {
		callers[i] = (struct caller){.seed = i + 1,
					     .rounds = argc > 1 ? (unsigned)atoi(argv[1]) : ROUNDS};
		check(!pthread_create(&callers[i].thread, NULL, run_caller, &callers[i]));
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(callers[i].thread, NULL);
	atomic_store(&is_over, true);
	pthread_join(strangers, NULL);
	pthread_join(servers, NULL);
	dc_server_destroy(replace_server(NULL));
	expect_nothing_left();
	check(atomic_load(&given) == atomic_load(&told));
	check(late_count() == 0);
	return 0;
}
