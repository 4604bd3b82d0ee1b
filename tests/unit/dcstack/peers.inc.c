/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two connections in this process that talk to each other on 127.0.0.1, and what was told of them.
 * What a test waits for is a condition on that, under one lock.
 */
#include "../deadline.inc.c"
#include "../entries.inc.c"

#include <dcstack/dcstack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 20, SEEN_MAX = 1100, SAMPLE_SIZE = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* What was told of a channel. */
struct seen {
	struct dc_channel *channel;
	unsigned opened, closed, low;
	unsigned messages;
	size_t bytes;
	enum dc_kind kind; /* of the last message */
	size_t size;
	char sample[SAMPLE_SIZE]; /* its beginning */
	bool echo;		  /* send back what comes */
};

struct side {
	struct side *other;
	struct dc_connection *connection;
	unsigned states[DC_CLOSED + 1]; /* how often each was told */
	unsigned descriptions;
	int error; /* of the last description */
	unsigned closed;
	unsigned candidates, last_candidates;
	bool echo;
	struct seen seen[SEEN_MAX]; /* channels that the peer opened, in order */
	unsigned arrived;
	void (*on_channel)(struct side *side, struct dc_channel *channel); /* in place of watch */
};

static struct peers {
	struct side offerer, answerer;
	unsigned descriptors, threads;
} peers;

static inline void note(unsigned *count)
{
	pthread_mutex_lock(&lock);
	++*count;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

/* Looks now and then at what nobody tells, such as what a channel has buffered. */
#define AWAIT(condition)                                                                           \
	do {                                                                                       \
		const struct timespec deadline = deadline_in_ms(AWAIT_MS);                         \
		bool came;                                                                         \
		pthread_mutex_lock(&lock);                                                         \
		while (!(came = (condition)) && !deadline_is_past(&deadline)) {                    \
			const struct timespec look = deadline_in_ms(LOOK_MS);                      \
			await_news(&changed, &lock, &look);                                        \
		}                                                                                  \
		pthread_mutex_unlock(&lock);                                                       \
		cr_assert(came, "%s", #condition);                                                 \
	} while (0)

static inline void told_open(struct dc_channel *channel, void *user)
{
	(void)channel;
	note(&((struct seen *)user)->opened);
}

static inline void told_closed(struct dc_channel *channel, void *user)
{
	(void)channel;
	note(&((struct seen *)user)->closed);
}

static inline void told_low(struct dc_channel *channel, void *user)
{
	(void)channel;
	note(&((struct seen *)user)->low);
}

static inline void told_message(struct dc_channel *channel, enum dc_kind kind, const void *data,
				size_t size, void *user)
{
	struct seen *seen = user;

	if (seen->echo)
		dc_channel_send(channel, kind, data, size);
	pthread_mutex_lock(&lock);
	seen->messages++;
	seen->bytes += size;
	seen->kind = kind;
	seen->size = size;
	memset(seen->sample, 0, sizeof(seen->sample));
	if (size)
		memcpy(seen->sample, data, size < SAMPLE_SIZE ? size : SAMPLE_SIZE);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static inline void watch(struct dc_channel *channel, struct seen *seen)
{
	seen->channel = channel;
	dc_channel_on_open(channel, told_open, seen);
	dc_channel_on_closed(channel, told_closed, seen);
	dc_channel_on_message(channel, told_message, seen);
}

static inline void told_state(struct dc_connection *connection, enum dc_state state, void *user)
{
	(void)connection;
	note(&((struct side *)user)->states[state]);
}

static inline void told_end(struct dc_connection *connection, void *user)
{
	(void)connection;
	note(&((struct side *)user)->closed);
}

static inline void told_channel(struct dc_connection *connection, struct dc_channel *channel,
				void *user)
{
	struct side *side = user;
	struct seen *seen = &side->seen[side->arrived];

	(void)connection;
	seen->echo = side->echo;
	if (side->on_channel) {
		seen->channel = channel;
		side->on_channel(side, channel);
	} else {
		watch(channel, seen);
	}
	note(&side->arrived);
}

static inline void told_candidate(struct dc_connection *connection, const char *candidate,
				  void *user)
{
	struct side *side = user;

	(void)connection;
	pthread_mutex_lock(&lock);
	if (side->other->connection)
		dc_connection_add_candidate(side->other->connection, candidate);
	pthread_mutex_unlock(&lock);
	note(candidate ? &side->candidates : &side->last_candidates);
}

/* An answer, or why there is none. */
static inline void told_answer(struct dc_connection *connection, const char *sdp, int error,
			       void *user)
{
	struct side *side = user;

	(void)connection;
	side->error = error;
	pthread_mutex_lock(&lock);
	if (sdp && side->other->connection)
		dc_connection_set_remote(side->other->connection, sdp, NULL, 0);
	pthread_mutex_unlock(&lock);
	note(&side->descriptions);
}

static inline void told_offer(struct dc_connection *connection, const char *sdp, int error,
			      void *user)
{
	struct side *side = user, *other = side->other;

	(void)connection;
	side->error = error;
	if (sdp && !dc_connection_set_remote(other->connection, sdp, NULL, 0))
		dc_connection_answer(other->connection, told_answer, other);
	note(&side->descriptions);
}

static inline struct dc_config local_config(void)
{
	return (struct dc_config){.bind_address = "127.0.0.1", .no_tcp = true};
}

static inline void side_open(struct side *side, struct side *other, const struct dc_config *config)
{
	side->other = other;
	cr_assert_eq(dc_connection_create(config, &side->connection), 0);
	dc_connection_on_state(side->connection, told_state, side);
	dc_connection_on_channel(side->connection, told_channel, side);
	dc_connection_on_candidate(side->connection, told_candidate, side);
}

/* Two connections that know nothing of each other yet. */
static inline void peers_create(const struct dc_config *config)
{
	struct dc_config defaults = local_config();

	peers.descriptors = count_fds();
	peers.threads = entries("/proc/self/task");
	side_open(&peers.offerer, &peers.answerer, config ? config : &defaults);
	side_open(&peers.answerer, &peers.offerer, config ? config : &defaults);
}

static inline void peers_negotiate(void)
{
	cr_assert_eq(dc_connection_offer(peers.offerer.connection, told_offer, &peers.offerer), 0);
}

/* Connected. */
static inline void peers_connect(const struct dc_config *config)
{
	peers_create(config);
	peers_negotiate();
	AWAIT(peers.offerer.states[DC_CONNECTED] && peers.answerer.states[DC_CONNECTED]);
}

static inline struct dc_channel *
open_channel(struct side *side, const struct dc_channel_options *options, struct seen *seen)
{
	struct dc_channel *channel = NULL;

	cr_assert_eq(dc_channel_open(side->connection, options, &channel), 0);
	watch(channel, seen);
	return channel;
}

/* Its connection, which the other side cannot signal to any more. */
static inline struct dc_connection *side_take(struct side *side)
{
	struct dc_connection *connection;

	pthread_mutex_lock(&lock);
	connection = side->connection;
	side->connection = NULL;
	pthread_mutex_unlock(&lock);
	return connection;
}

/* With the channels that came: from the first line on, none comes any more. */
static inline void side_destroy(struct side *side)
{
	struct dc_connection *connection = side_take(side);

	if (connection)
		dc_connection_on_channel(connection, NULL, NULL);
	for (unsigned i = 0; i < side->arrived; i++)
		dc_channel_destroy(side->seen[i].channel);
	dc_connection_destroy(connection);
	side->arrived = 0;
}

static inline void print_alive(void *user, const char *class_name, const char *holder,
			       unsigned references)
{
	(void)user;
	fprintf(stderr, "alive: %s, held by %s (%u)\n", class_name, holder, references);
}

/* Of the library: no object, no thread, no descriptor. */
static inline void expect_nothing_left(void)
{
	int error = dc_library_cleanup(AWAIT_MS);

	if (error)
		dc_library_alive(print_alive, NULL);
	cr_expect_eq(error, 0);
	cr_expect_eq(count_fds(), peers.descriptors);
	cr_expect_eq(threads_settled(peers.threads), peers.threads);
}

static inline void peers_destroy(void)
{
	side_destroy(&peers.offerer);
	side_destroy(&peers.answerer);
	expect_nothing_left();
}
