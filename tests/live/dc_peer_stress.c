/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs of connections on several threads that come, negotiate, open channels, talk and go at any
 * moment, in any order, from within callbacks too: for ThreadSanitizer, AddressSanitizer and
 * valgrind, where the unit tests cannot run.
 *   live_dc_peer_stress [ROUNDS]     says nothing and ends with 0, or tells what is wrong
 */
#include "nothing_left.inc.c"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 25, CHANNELS = 3, ARRIVED_MAX = 16 };

/* How far a pair comes before its end begins, at least. */
enum milestone { BORN, DESCRIBED, CONNECTED, OPENED, SPOKEN, MILESTONES };

struct pair;

struct side {
	struct pair *pair;
	struct side *other;
	struct dc_connection *connection;
	struct dc_channel *channels[CHANNELS];
	struct dc_channel *arrived[ARRIVED_MAX]; /* under the lock */
	unsigned arrived_count;
	unsigned callers; /* from the other side's callbacks, under the lock */
	bool closed;
};

/* Callbacks borrow it: it goes when both connections and all channels are destroyed. */
struct pair {
	struct side sides[2];
	unsigned seed;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool reached[MILESTONES];
	bool trickle;
};

static unsigned draw(struct pair *pair, unsigned count)
{
	return (unsigned)rand_r(&pair->seed) / 16 % count;
}

static void reach(struct pair *pair, bool *what)
{
	pthread_mutex_lock(&pair->lock);
	*what = true;
	pthread_cond_signal(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
}

static void await(struct pair *pair, const bool *what)
{
	pthread_mutex_lock(&pair->lock);
	while (!*what)
		pthread_cond_wait(&pair->changed, &pair->lock);
	pthread_mutex_unlock(&pair->lock);
}

/* The other side may be destroyed at any time. NULL: it is; else it stays until unborrow. */
static struct dc_connection *borrow(struct side *side)
{
	struct dc_connection *connection;

	pthread_mutex_lock(&side->pair->lock);
	connection = side->connection;
	side->callers += connection != NULL;
	pthread_mutex_unlock(&side->pair->lock);
	return connection;
}

static void unborrow(struct side *side)
{
	pthread_mutex_lock(&side->pair->lock);
	side->callers--;
	pthread_cond_signal(&side->pair->changed);
	pthread_mutex_unlock(&side->pair->lock);
}

/* Nobody borrows it any more. */
static struct dc_connection *take(struct side *side)
{
	struct dc_connection *connection;

	pthread_mutex_lock(&side->pair->lock);
	connection = side->connection;
	side->connection = NULL;
	while (side->callers)
		pthread_cond_wait(&side->pair->changed, &side->pair->lock);
	pthread_mutex_unlock(&side->pair->lock);
	return connection;
}

static void on_closed(struct dc_connection *connection, void *user)
{
	struct side *side = user;

	check(dc_connection_state(connection) >= DC_FAILED);
	reach(side->pair, &side->closed);
}

static void on_state(struct dc_connection *connection, enum dc_state state, void *user)
{
	struct side *side = user;
	char path[128];

	dc_connection_path(connection, path, sizeof(path));
	if (state == DC_CONNECTED)
		reach(side->pair, &side->pair->reached[CONNECTED]);
}

static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct side *side = user;

	if (size && *(const char *)data == '?')
		dc_channel_send(channel, kind, "!", 1);
	if (size > 1000)
		dc_channel_close(channel);
	reach(side->pair, &side->pair->reached[SPOKEN]);
}

static void on_open(struct dc_channel *channel, void *user)
{
	struct side *side = user;

	check(dc_channel_id(channel) >= 0);
	reach(side->pair, &side->pair->reached[OPENED]);
}

static void on_channel(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	struct side *side = user;

	(void)connection;
	dc_channel_on_message(channel, on_message, side);
	dc_channel_send(channel, DC_TEXT, "?", 1);
	pthread_mutex_lock(&side->pair->lock);
	check(side->arrived_count < ARRIVED_MAX);
	side->arrived[side->arrived_count++] = channel;
	pthread_mutex_unlock(&side->pair->lock);
}

static void on_candidate(struct dc_connection *connection, const char *candidate, void *user)
{
	struct side *other = ((struct side *)user)->other;

	connection = borrow(other);
	if (!connection)
		return;
	dc_connection_add_candidate(connection, candidate);
	unborrow(other);
}

static void on_answer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct side *other = ((struct side *)user)->other;

	connection = error ? NULL : borrow(other);
	if (!connection)
		return;
	dc_connection_set_remote(connection, sdp, NULL, 0);
	unborrow(other);
}

static void on_offer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct side *side = user, *other = side->other;

	connection = error ? NULL : borrow(other);
	if (connection) {
		if (!dc_connection_set_remote(connection, sdp, NULL, 0))
			dc_connection_answer(connection, on_answer, other);
		unborrow(other);
	}
	reach(side->pair, &side->pair->reached[DESCRIBED]);
}

static void open_side(struct pair *pair, struct side *side)
{
	struct dc_config config = {.bind_address = "127.0.0.1",
				   .no_udp = draw(pair, 4) == 0,
				   .trickle = pair->trickle};

	check(!dc_connection_create(&config, &side->connection));
	dc_connection_on_state(side->connection, on_state, side);
	dc_connection_on_channel(side->connection, on_channel, side);
	dc_connection_on_candidate(side->connection, on_candidate, side);
}

static void open_channel(struct pair *pair, struct side *side, struct dc_channel **channel)
{
	struct dc_channel_options options = {.label = "stress", .unordered = draw(pair, 2)};

	check(!dc_channel_open(side->connection, &options, channel));
	dc_channel_on_open(*channel, on_open, side);
	dc_channel_on_message(*channel, on_message, side);
	for (unsigned i = draw(pair, 20); i > 0; i--)
		dc_channel_send(*channel, DC_TEXT, "?", draw(pair, 2));
}

/* The first stays open for whoever waits for it. */
static void open_channels(struct pair *pair, struct side *side)
{
	static const char large[20000];

	for (unsigned i = 0; i < CHANNELS; i++) {
		open_channel(pair, side, &side->channels[i]);
		if (i > 0 && draw(pair, 4) == 0)
			dc_channel_send(side->channels[i], DC_BINARY, large, sizeof(large));
		if (i > 0 && draw(pair, 4) == 0)
			dc_channel_close(side->channels[i]);
	}
}

static void destroy_channels(struct side *side)
{
	for (int i = 0; i < CHANNELS; i++)
		dc_channel_destroy(side->channels[i]);
}

static void end_side(struct pair *pair, struct side *side)
{
	bool channels_first = draw(pair, 2);

	if (channels_first)
		destroy_channels(side);
	if (draw(pair, 2)) {
		check(!dc_connection_close(side->connection, on_closed, side));
		if (draw(pair, 2))
			await(pair, &side->closed);
	}
	dc_connection_destroy(take(side));
	if (!channels_first)
		destroy_channels(side);
	/* Nothing comes any more; but callbacks of these may still run. */
	for (unsigned i = 0; i < side->arrived_count; i++)
		dc_channel_destroy(side->arrived[i]);
}

static void run_pair(unsigned seed)
{
	struct pair pair = {.seed = seed};
	unsigned first;

	pthread_mutex_init(&pair.lock, NULL);
	pthread_cond_init(&pair.changed, NULL);
	pair.reached[BORN] = true;
	pair.trickle = draw(&pair, 2);
	for (int i = 0; i < 2; i++) {
		pair.sides[i].pair = &pair;
		pair.sides[i].other = &pair.sides[!i];
		open_side(&pair, &pair.sides[i]);
	}
	open_channels(&pair, &pair.sides[0]);
	check(!dc_connection_offer(pair.sides[0].connection, on_offer, &pair.sides[0]));
	await(&pair, &pair.reached[draw(&pair, MILESTONES)]);
	open_channels(&pair, &pair.sides[1]);
	first = draw(&pair, 2);
	end_side(&pair, &pair.sides[first]);
	end_side(&pair, &pair.sides[!first]);
	pthread_cond_destroy(&pair.changed);
	pthread_mutex_destroy(&pair.lock);
}

struct runner {
	pthread_t thread;
	unsigned seed, rounds;
};

static void *run(void *user)
{
	struct runner *runner = user;

	for (unsigned i = 0; i < runner->rounds; i++)
		run_pair(runner->seed * 10007 + i);
	return NULL;
}

int main(int argc, char **argv)
{
	static const struct dc_library_options options = {.executors = 3, .workers = 3};
	struct runner runners[THREADS];

	check(!dc_library_start(&options));
	for (unsigned i = 0; i < THREADS; i++) {
		runners[i] = (struct runner){.seed = i + 1,
					     .rounds = argc > 1 ? (unsigned)atoi(argv[1]) : ROUNDS};
		check(!pthread_create(&runners[i].thread, NULL, run, &runners[i]));
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(runners[i].thread, NULL);
	expect_nothing_left();
	return 0;
}
