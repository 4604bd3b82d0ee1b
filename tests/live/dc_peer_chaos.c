/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that the public functions of samples/dcstack allow, by several threads at random
 * moments on the same connections and channels: what dc_peer_stress does in an order, has none
 * here. Also from within callbacks, and while the library is cleaned up.
 *   dc_peer_chaos [ROUNDS [SEED]]     tells its seed; ends with 0, or tells what is wrong
 */
#include "nothing_left.inc.c"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	THREADS = 4,
	PEERS = 12, /* two and two are meant for each other */
	CHANNELS = 48,
	STEPS = 2000,
	NAP_NS_MAX = 2000000,
	MESSAGE_MAX = 70000,
};

/*
 * A callback runs under its slot's mutex, and here it sets and resets other slots in whatever order
 * chance has it. ThreadSanitizer would tell of each order; those of one connection never run at the
 * same time.
 */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "detect_deadlocks=0";
}

/*
 * Whoever uses what is in a place holds its lock for reading, and who destroys it holds it for
 * writing. Nobody waits for a lock: what cannot be had is not used this time, so that a callback
 * need not wait for who waits for it.
 */
struct peer {
	pthread_rwlock_t lock;
	struct dc_connection *connection;
	unsigned number;
};

struct talk {
	pthread_rwlock_t lock;
	struct dc_channel *channel;
};

static struct peer peers[PEERS];
static struct talk talks[CHANNELS];
static atomic_uint seed, connected, opened, arrived, messages, closed;
static _Thread_local unsigned state;

static unsigned chance(unsigned below)
{
	if (!state)
		state = atomic_fetch_add(&seed, 7919) + 1;
	return (unsigned)rand_r(&state) % below;
}

static void nap(void)
{
	struct timespec time = {.tv_nsec = chance(NAP_NS_MAX)};

	nanosleep(&time, NULL);
}

static unsigned entries(const char *path)
{
	DIR *folder = opendir(path);
	unsigned count = 0;

	check(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* Channels */

static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user);
static void on_open(struct dc_channel *channel, void *user);
static void on_closed(struct dc_channel *channel, void *user);
static void on_low(struct dc_channel *channel, void *user);

static void send_some(struct dc_channel *channel)
{
	static const uint8_t data[MESSAGE_MAX];
	size_t size = chance(4) ? chance(100) : chance(MESSAGE_MAX);
	int error = dc_channel_send(channel, chance(2) ? DC_TEXT : DC_BINARY, data, size);

	check(error == 0 || error == -ENOTCONN || error == -EMSGSIZE);
}

static void ask_channel(struct dc_channel *channel)
{
	check(dc_channel_label(channel) && dc_channel_protocol(channel));
	check(dc_channel_id(channel) < 1024);
	dc_channel_buffered(channel);
}

/* channel may be used: by its callback, or under the lock. */
static void use_channel(struct dc_channel *channel, struct talk *talk)
{
	switch (chance(12)) {
	case 0:
		dc_channel_on_open(channel, on_open, talk);
		break;
	case 1:
		dc_channel_on_closed(channel, on_closed, talk);
		break;
	case 2:
		dc_channel_on_message(channel, chance(4) ? on_message : NULL, talk);
		break;
	case 3:
		dc_channel_on_low(channel, chance(1000), on_low, talk);
		break;
	case 4:
		ask_channel(channel);
		break;
	case 5:
		if (!chance(10))
			dc_channel_close(channel);
		break;
	default:
		if (dc_channel_buffered(channel) < 1 << 20)
			send_some(channel);
	}
}

static void destroy_channel(struct talk *talk)
{
	if (pthread_rwlock_trywrlock(&talk->lock))
		return;
	dc_channel_destroy(talk->channel);
	talk->channel = NULL;
	pthread_rwlock_unlock(&talk->lock);
}

/* From within a callback. Its channel is not destroyed by others before that ends. */
static void react(struct dc_channel *channel, struct talk *talk)
{
	if (chance(40))
		use_channel(channel, talk);
	else
		destroy_channel(talk);
}

static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	unsigned sum = 0;

	(void)kind;
	for (size_t i = 0; i < size; i++)
		sum += ((const uint8_t *)data)[i];
	check(sum == 0);
	atomic_fetch_add(&messages, 1);
	if (!chance(3))
		react(channel, user);
	if (!chance(50))
		nap();
}

static void on_open(struct dc_channel *channel, void *user)
{
	atomic_fetch_add(&opened, 1);
	react(channel, user);
}

static void on_closed(struct dc_channel *channel, void *user)
{
	react(channel, user);
}

static void on_low(struct dc_channel *channel, void *user)
{
	react(channel, user);
}

/* Takes the reference. */
static void keep_channel(struct dc_channel *channel)
{
	struct talk *talk = &talks[chance(CHANNELS)];

	if (pthread_rwlock_trywrlock(&talk->lock)) {
		dc_channel_destroy(channel);
		return;
	}
	if (talk->channel) {
		pthread_rwlock_unlock(&talk->lock);
		dc_channel_destroy(channel);
		return;
	}
	talk->channel = channel;
	if (chance(10))
		dc_channel_on_message(channel, on_message, talk);
	dc_channel_on_open(channel, on_open, talk);
	if (chance(2))
		dc_channel_on_closed(channel, on_closed, talk);
	pthread_rwlock_unlock(&talk->lock);
}

static void open_channel(struct dc_connection *connection)
{
	struct dc_channel_options options = {
		.label = "stress",
		.protocol = chance(2) ? "none" : NULL,
		.unordered = chance(2),
		.reliability = (enum dc_reliability)chance(3),
		.limit = chance(5),
		.negotiated = !chance(4),
		.id = (uint16_t)chance(6),
	};
	struct dc_channel *channel;
	int error = dc_channel_open(connection, &options, &channel);

	check(error == 0 || error == -ENOTCONN || error == -ENOSPC);
	if (!error)
		keep_channel(channel);
}

/* Connections */

static struct peer *other_of(const struct peer *peer)
{
	return &peers[peer->number ^ 1];
}

static void destroy_connection(struct peer *peer)
{
	if (pthread_rwlock_trywrlock(&peer->lock))
		return;
	dc_connection_destroy(peer->connection);
	peer->connection = NULL;
	pthread_rwlock_unlock(&peer->lock);
}

static void on_connection_closed(struct dc_connection *connection, void *user)
{
	check(dc_connection_state(connection) == DC_CLOSED ||
	      dc_connection_state(connection) == DC_FAILED);
	atomic_fetch_add(&closed, 1);
	if (chance(2))
		destroy_connection(user);
}

static void close_connection(struct dc_connection *connection, struct peer *peer)
{
	int error = dc_connection_close(connection, chance(2) ? on_connection_closed : NULL, peer);

	check(error == 0 || error == -EALREADY);
}

static void on_answer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct peer *peer = other_of(user);

	(void)connection;
	check(!sdp == (error != 0));
	if (!sdp || pthread_rwlock_tryrdlock(&peer->lock))
		return;
	if (peer->connection)
		dc_connection_set_remote(peer->connection, sdp, NULL, 0);
	pthread_rwlock_unlock(&peer->lock);
	if (!chance(20))
		destroy_connection(user);
}

static void on_offer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct peer *peer = other_of(user);
	char what[100];

	(void)connection;
	check(!sdp == (error != 0));
	if (!sdp || pthread_rwlock_tryrdlock(&peer->lock))
		return;
	if (peer->connection &&
	    !dc_connection_set_remote(peer->connection, sdp, what, sizeof(what)))
		dc_connection_answer(peer->connection, on_answer, peer);
	pthread_rwlock_unlock(&peer->lock);
	if (!chance(20))
		destroy_connection(user);
}

static void on_candidate(struct dc_connection *connection, const char *candidate, void *user)
{
	struct peer *peer = other_of(user);

	(void)connection;
	if (pthread_rwlock_tryrdlock(&peer->lock))
		return;
	if (peer->connection)
		dc_connection_add_candidate(peer->connection, candidate);
	pthread_rwlock_unlock(&peer->lock);
}

static void on_channel(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	(void)connection;
	atomic_fetch_add(&arrived, 1);
	keep_channel(channel);
	if (!chance(100))
		destroy_connection(user);
}

static void on_state(struct dc_connection *connection, enum dc_state now, void *user)
{
	if (now == DC_CONNECTED)
		atomic_fetch_add(&connected, 1);
	if (now == DC_CLOSED || now == DC_FAILED || !chance(20))
		destroy_connection(user);
	else if (chance(2))
		open_channel(connection);
	else if (!chance(10))
		close_connection(connection, user);
}

static void create_connection(struct peer *peer, const struct dc_config *config)
{
	int error;

	if (pthread_rwlock_trywrlock(&peer->lock))
		return;
	error = peer->connection ? -EEXIST : dc_connection_create(config, &peer->connection);
	/* -EBUSY: somebody has just cleaned up. */
	check(error == 0 || error == -EEXIST || error == -EBUSY);
	if (!error) {
		dc_connection_on_state(peer->connection, on_state, peer);
		dc_connection_on_channel(peer->connection, on_channel, peer);
		dc_connection_on_candidate(peer->connection, on_candidate, peer);
	}
	pthread_rwlock_unlock(&peer->lock);
}

static void begin(struct dc_connection *connection, struct peer *peer)
{
	int error;

	open_channel(connection);
	error = dc_connection_offer(connection, on_offer, peer);
	check(error == 0 || error == -ENOTCONN || error == -EALREADY);
}

static void create_pair(struct peer *peer)
{
	struct dc_config config = {
		.bind_address = "127.0.0.1",
		.trickle = chance(2),
		.max_message_size = chance(2) ? 0 : 1000 + chance(MESSAGE_MAX),
		.stun_server = chance(30) ? NULL : "localhost:9",
	};

	config.no_udp = !chance(4);
	config.no_tcp = !config.no_udp && chance(2);
	create_connection(peer, &config);
	create_connection(other_of(peer), &config);
	if (pthread_rwlock_tryrdlock(&peer->lock))
		return;
	if (peer->connection)
		begin(peer->connection, peer);
	pthread_rwlock_unlock(&peer->lock);
}

static void ask_connection(struct dc_connection *connection)
{
	char path[200];

	dc_connection_path(connection, path, sizeof(path));
	check(dc_connection_state(connection) <= DC_CLOSED);
}

static void use_connection(struct dc_connection *connection, struct peer *peer)
{
	switch (chance(16)) {
	case 0:
		dc_connection_on_state(connection, on_state, peer);
		break;
	case 1:
		dc_connection_on_channel(connection, chance(3) ? on_channel : NULL, peer);
		break;
	case 2:
		dc_connection_add_candidate(connection, "candidate:nonsense");
		break;
	case 3:
		begin(connection, peer);
		break;
	case 4:
		if (!chance(3))
			close_connection(connection, peer);
		break;
	case 5:
		ask_connection(connection);
		break;
	default:
		open_channel(connection);
	}
}

/* What the threads do */

static void step_connection(struct peer *peer)
{
	bool there;

	if (!chance(60)) {
		destroy_connection(peer);
		return;
	}
	if (pthread_rwlock_tryrdlock(&peer->lock))
		return;
	there = peer->connection;
	if (there)
		use_connection(peer->connection, peer);
	pthread_rwlock_unlock(&peer->lock);
	if (!there)
		create_pair(peer);
}

static void step_channel(struct talk *talk)
{
	if (!chance(150)) {
		destroy_channel(talk);
		return;
	}
	if (pthread_rwlock_tryrdlock(&talk->lock))
		return;
	if (talk->channel)
		use_channel(talk->channel, talk);
	pthread_rwlock_unlock(&talk->lock);
}

static void count(void *user, const char *class_name, const char *holder, unsigned references)
{
	(void)class_name;
	(void)holder;
	*(unsigned *)user += references;
}

static void *run(void *user)
{
	for (unsigned i = 0; i < STEPS; i++) {
		if (!chance(12))
			step_connection(&peers[chance(PEERS)]);
		else
			step_channel(&talks[chance(CHANNELS)]);
		if (!chance(3))
			nap();
		if (!chance(100)) {
			unsigned references = 0;
			int error = dc_library_cleanup(1);

			check(error == 0 || error == -ETIMEDOUT);
			dc_library_alive(count, &references);
		}
	}
	return user;
}

/* First the connections: afterwards no channel comes any more. */
static void destroy_all(void)
{
	for (unsigned i = 0; i < PEERS; i++) {
		pthread_rwlock_wrlock(&peers[i].lock);
		dc_connection_destroy(peers[i].connection);
		peers[i].connection = NULL;
		pthread_rwlock_unlock(&peers[i].lock);
	}
	for (unsigned i = 0; i < CHANNELS; i++) {
		pthread_rwlock_wrlock(&talks[i].lock);
		dc_channel_destroy(talks[i].channel);
		talks[i].channel = NULL;
		pthread_rwlock_unlock(&talks[i].lock);
	}
}

static void play_round(void)
{
	unsigned descriptors = entries("/proc/self/fd");
	pthread_t threads[THREADS];

	for (unsigned i = 0; i < THREADS; i++)
		check(pthread_create(&threads[i], NULL, run, NULL) == 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	destroy_all();
	expect_nothing_left();
	check(entries("/proc/self/fd") == descriptors);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 3;

	atomic_store(&seed, argc > 2 ? (unsigned)atoi(argv[2]) : (unsigned)getpid());
	printf("seed=%u\n", seed); /* for whoever looks for what went wrong */
	fflush(stdout);
	for (unsigned i = 0; i < PEERS; i++) {
		peers[i].number = i;
		pthread_rwlock_init(&peers[i].lock, NULL);
	}
	for (unsigned i = 0; i < CHANNELS; i++)
		pthread_rwlock_init(&talks[i].lock, NULL);
	while (rounds--)
		play_round();
	printf("connected=%u closed=%u opened=%u arrived=%u messages=%u\n", connected, closed,
	       opened, arrived, messages);
	return 0;
}
