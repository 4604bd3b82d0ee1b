/* SPDX-License-Identifier: Apache-2.0 */
/* Two associations, on executors of their own or on one, joined by a network that can be bad. */
#include "../entries.inc.c"
#include "../errand.inc.c"

#include <run/library.h>
#include <sctp/crc32c.h>
#include <sctp/sctp.h>
#include <stdlib.h>
#include <string.h>

enum { GOT_MAX = 4096 };

struct got {
	uint16_t stream;
	uint32_t ppid;
	uint8_t *data;
	size_t size;
};

struct outgoing {
	struct outgoing *next;
	struct sctp_message message;
	size_t taken;
	uint8_t data[];
};

struct parcel {
	struct job job;
	struct side *to;
	size_t size;
	uint8_t packet[];
};

struct pair;

struct side {
	struct pair *pair;
	struct side *other;
	struct executor *executor;
	struct sctp *sctp;		/* on the executor */
	struct outgoing *first, **last; /* on the executor */
	struct parcel *held;
	bool has_lost; /* the packet before */
	/* Under the pair's lock. */
	enum sctp_state state;
	unsigned states_told, writable_told, packets_sent;
	struct got got[GOT_MAX];
	size_t got_count, sent_bytes;
	unsigned resets[SCTP_STREAMS_MAX], resets_done[SCTP_STREAMS_MAX];
	/* Called within the event, after it was noted. */
	void (*on_receive)(struct side *side), (*on_state)(struct side *side);
};

struct pair {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct side sides[2];
	unsigned in_flight;
	unsigned loss, duplicates, swaps; /* of 1000 packets */
	bool hears_again;		  /* after a loss the next packet of that side arrives */
	unsigned seed;
	bool cut;
	bool spoils; /* each packet comes with another last byte first */
	unsigned descriptors;
};

/* --- on an executor, from the test's thread --- */

struct side_errand {
	struct side *side;
	void (*run)(struct side *side, void *user);
	void *user;
};

static void side_errand_run(void *user)
{
	struct side_errand *errand = user;

	errand->run(errand->side, errand->user);
}

static void side_call(struct side *side, void (*run)(struct side *side, void *user), void *user)
{
	struct side_errand errand = {.side = side, .run = run, .user = user};

	run_on(side->executor, side_errand_run, &errand);
}

#define pair_wait(pair, condition)                                                                 \
	do {                                                                                       \
		const struct timespec deadline = deadline_in_ms(AWAIT_MS);                         \
		int wait_error = 0;                                                                \
		pthread_mutex_lock(&(pair)->lock);                                                 \
		while (!(condition) && !wait_error)                                                \
			wait_error = await_news(&(pair)->changed, &(pair)->lock, &deadline);       \
		if (condition)                                                                     \
			wait_error = 0;                                                            \
		pthread_mutex_unlock(&(pair)->lock);                                               \
		cr_assert_eq(wait_error, 0, "never: %s", #condition);                              \
	} while (0)

/* --- the network --- */

static void parcel_run(struct job *job)
{
	struct parcel *parcel = (struct parcel *)job;
	struct pair *pair = parcel->to->pair;

	if (parcel->to->sctp)
		sctp_input(parcel->to->sctp, parcel->packet, parcel->size);
	free(parcel);
	pthread_mutex_lock(&pair->lock);
	pair->in_flight--;
	pthread_cond_broadcast(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
}

static struct parcel *parcel_copy(struct side *to, const uint8_t *packet, size_t size)
{
	struct parcel *parcel = malloc(sizeof(*parcel) + size);

	parcel->job.run = parcel_run;
	parcel->to = to;
	parcel->size = size;
	memcpy(parcel->packet, packet, size);
	return parcel;
}

static void parcel_post(struct parcel *parcel)
{
	parcel->to->pair->in_flight++;
	executor_post(parcel->to->executor, &parcel->job);
}

static bool by_chance(struct pair *pair, unsigned permille)
{
	return (unsigned)rand_r(&pair->seed) % 1000 < permille;
}

static void parcel_post_spoilt(struct side *to, const uint8_t *packet, size_t size)
{
	struct parcel *parcel = parcel_copy(to, packet, size);

	parcel->packet[size - 1] ^= 0xff;
	parcel_post(parcel);
}

static bool is_lost(struct side *from)
{
	bool lost = by_chance(from->pair, from->pair->loss);

	from->has_lost = lost && !(from->pair->hears_again && from->has_lost);
	return from->has_lost;
}

static void network_carry(struct side *from, const uint8_t *packet, size_t size)
{
	struct pair *pair = from->pair;
	struct parcel *late = from->held;

	if (pair->cut || is_lost(from))
		return;
	if (pair->spoils)
		parcel_post_spoilt(from->other, packet, size);
	if (by_chance(pair, pair->duplicates))
		parcel_post(parcel_copy(from->other, packet, size));
	if (!late && by_chance(pair, pair->swaps)) {
		from->held = parcel_copy(from->other, packet, size);
		return;
	}
	parcel_post(parcel_copy(from->other, packet, size));
	from->held = NULL;
	if (late)
		parcel_post(late);
}

static bool checksum_is_right(const uint8_t *packet, size_t size)
{
	uint8_t copy[SCTP_PACKET_MAX];
	uint32_t crc;

	memcpy(copy, packet, size);
	memset(copy + 8, 0, 4);
	crc = crc32c_portable(0, copy, size);
	return memcmp(packet + 8, &crc, sizeof(crc)) == 0;
}

/* --- events --- */

static void on_send(void *user, const uint8_t *packet, size_t size)
{
	struct side *side = user;

	cr_assert(executor_is_current(side->executor));
	cr_assert_leq(size, SCTP_PACKET_MAX);
	cr_assert(checksum_is_right(packet, size));
	pthread_mutex_lock(&side->pair->lock);
	side->packets_sent++;
	network_carry(side, packet, size);
	pthread_mutex_unlock(&side->pair->lock);
}

static void on_state(void *user, enum sctp_state state)
{
	struct side *side = user;
	void (*then)(struct side * side);

	cr_assert(executor_is_current(side->executor));
	pthread_mutex_lock(&side->pair->lock);
	then = side->on_state;
	side->state = state;
	side->states_told++;
	pthread_cond_broadcast(&side->pair->changed);
	pthread_mutex_unlock(&side->pair->lock);
	if (then)
		then(side);
}

static void on_receive(void *user, uint16_t stream, uint32_t ppid, const uint8_t *data, size_t size)
{
	struct side *side = user;
	void (*then)(struct side * side);
	struct got *got;

	cr_assert(executor_is_current(side->executor));
	pthread_mutex_lock(&side->pair->lock);
	then = side->on_receive;
	cr_assert_lt(side->got_count, GOT_MAX);
	cr_assert_neq(side->state, SCTP_CLOSED, "a message came after the end");
	got = &side->got[side->got_count++];
	*got = (struct got){.stream = stream, .ppid = ppid, .data = malloc(size), .size = size};
	memcpy(got->data, data, size);
	pthread_cond_broadcast(&side->pair->changed);
	pthread_mutex_unlock(&side->pair->lock);
	if (then)
		then(side);
}

static void side_flush(struct side *side)
{
	while (side->first && side->sctp) {
		struct outgoing *outgoing = side->first;
		int error = sctp_send(side->sctp, &outgoing->message, outgoing->taken,
				      &outgoing->taken);

		if (error)
			return;
		cr_assert_eq(outgoing->taken, outgoing->message.size);
		side->first = outgoing->next;
		if (!side->first)
			side->last = &side->first;
		pthread_mutex_lock(&side->pair->lock);
		side->sent_bytes += outgoing->message.size;
		pthread_cond_broadcast(&side->pair->changed);
		pthread_mutex_unlock(&side->pair->lock);
		free(outgoing);
	}
}

static void on_writable(void *user)
{
	struct side *side = user;

	cr_assert(executor_is_current(side->executor));
	pthread_mutex_lock(&side->pair->lock);
	side->writable_told++;
	pthread_mutex_unlock(&side->pair->lock);
	side_flush(side);
}

static void on_stream_reset(void *user, uint16_t stream)
{
	struct side *side = user;

	pthread_mutex_lock(&side->pair->lock);
	side->resets[stream]++;
	pthread_cond_broadcast(&side->pair->changed);
	pthread_mutex_unlock(&side->pair->lock);
}

static void on_reset_done(void *user, uint16_t stream, int error)
{
	struct side *side = user;

	cr_assert_eq(error, 0);
	pthread_mutex_lock(&side->pair->lock);
	side->resets_done[stream]++;
	pthread_cond_broadcast(&side->pair->changed);
	pthread_mutex_unlock(&side->pair->lock);
}

static const struct sctp_events side_events = {on_send,	    on_state,	     on_receive,
					       on_writable, on_stream_reset, on_reset_done};

/* --- what a test does --- */

static void run_create(struct side *side, void *user)
{
	struct sctp_config config = *(const struct sctp_config *)user;

	config.executor = side->executor;
	cr_assert_eq(sctp_create(&config, &side_events, side, &side->sctp), 0);
	cr_assert_eq(sctp_state(side->sctp), SCTP_NEW);
}

static void run_connect(struct side *side, void *user)
{
	(void)user;
	cr_assert_eq(sctp_connect(side->sctp), 0);
}

static void run_destroy(struct side *side, void *user)
{
	(void)user;
	sctp_destroy(side->sctp);
	side->sctp = NULL;
	while (side->first) {
		struct outgoing *outgoing = side->first;

		side->first = outgoing->next;
		free(outgoing);
	}
}

static void run_queue(struct side *side, void *user)
{
	*side->last = user;
	side->last = &((struct outgoing *)user)->next;
	if (side->first == user)
		side_flush(side);
}

/* Bytes that tell where they belong: a message's number and the place in it. */
static void pattern_fill(uint8_t *data, size_t size, unsigned number)
{
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(number * 131 + i * 7 + (i >> 8) * 13);
}

static struct outgoing *outgoing_create(struct sctp_message message, size_t size, unsigned number)
{
	struct outgoing *outgoing = malloc(sizeof(*outgoing) + size);

	message.data = outgoing->data;
	message.size = size;
	*outgoing = (struct outgoing){.message = message};
	pattern_fill(outgoing->data, size, number);
	return outgoing;
}

static inline bool pattern_is_whole(const struct got *got, size_t size, unsigned number)
{
	uint8_t *expected;
	bool same;

	if (got->size != size)
		return false;
	expected = malloc(size);
	pattern_fill(expected, size, number);
	same = memcmp(expected, got->data, size) == 0;
	free(expected);
	return same;
}

static inline void side_send_pattern(struct side *side, struct sctp_message message, size_t size,
				     unsigned number)
{
	side_call(side, run_queue, outgoing_create(message, size, number));
}

static const struct sctp_message reliable __attribute__((unused)) = {
	.stream = 1, .ppid = PPID_BINARY, .max_retransmits = -1, .max_lifetime_ms = -1};

static const struct sctp_config pair_config = {.local_port = SCTP_DEFAULT_PORT,
					       .remote_port = SCTP_DEFAULT_PORT,
					       .receive_max_bytes = 16 << 20};

static struct pair *pair_create_with(unsigned executors, struct sctp_config config)
{
	const struct library_options options = {.executors = executors, .workers = 2};
	struct pair *pair = calloc(1, sizeof(*pair));

	pair->descriptors = count_fds();
	pthread_mutex_init(&pair->lock, NULL);
	pthread_cond_init(&pair->changed, NULL);
	pair->seed = 1;
	cr_assert_eq(library_start(&options), 0);
	for (unsigned i = 0; i < 2; i++) {
		struct side *side = &pair->sides[i];

		side->pair = pair;
		side->other = &pair->sides[!i];
		side->last = &side->first;
		side->executor = library_executor();
	}
	for (unsigned i = 0; i < 2; i++)
		side_call(&pair->sides[i], run_create, &config);
	return pair;
}

static inline struct pair *pair_create(unsigned executors)
{
	return pair_create_with(executors, pair_config);
}

static inline void pair_connect(struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++)
		side_call(&pair->sides[i], run_connect, NULL);
	pair_wait(pair,
		  pair->sides[0].state == SCTP_CONNECTED && pair->sides[1].state == SCTP_CONNECTED);
}

static void pair_free(struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		struct side *side = &pair->sides[i];

		for (size_t n = 0; n < side->got_count; n++)
			free(side->got[n].data);
		free(side->held);
	}
	pthread_cond_destroy(&pair->changed);
	pthread_mutex_destroy(&pair->lock);
	free(pair);
}

static void pair_end(struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++)
		side_call(&pair->sides[i], run_destroy, NULL);
	pair_wait(pair, pair->in_flight == 0);
}

/* Everything must be gone: that is a part of every test. */
static void pair_destroy(struct pair *pair)
{
	struct library_counts counts;

	pair_end(pair);
	cr_assert_eq(library_cleanup(AWAIT_MS), 0);
	library_count(&counts);
	cr_assert_eq(counts.objects, 0);
	cr_assert_eq(counts.tasks_pending, 0);
	cr_assert_eq(counts.timers_armed, 0);
	cr_assert_eq(counts.threads, 0);
	cr_assert_eq(count_fds(), pair->descriptors);
	pair_free(pair);
}
