/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many associations on several executors that come, talk over a bad network and go at any moment,
 * so that usrsctp's timers, its sockets' ends, its start and its end meet: for ThreadSanitizer,
 * AddressSanitizer and valgrind, where the unit tests cannot run.
 *   dc_sctp_stress [ROUNDS]     says nothing and ends with 0, or tells what is wrong
 */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <run/library.h>
#include <run/timer.h>
#include <sctp/sctp.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { PAIRS = 12, EXECUTORS = 3, LIFE_MS = 400, MESSAGE_MAX = 40000, LOSS = 30, STREAMS = 8 };

/* What of a stream's two directions is reset; none: it is in use. */
enum { RESET_ASKED = 1, RESET_DONE = 2, RESET_BY_PEER = 4, RESET_WHOLLY = 7 };

/* All but what is said is for its executor only. */
struct side {
	struct job begin;
	struct side *other;
	struct executor *executor;
	struct sctp *sctp;
	struct timer life;
	unsigned seed, sent, received;
	unsigned resets[STREAMS];
	bool waits; /* for the peer to be gone, in place of going itself */
	struct sctp_message message;
	size_t taken;
	uint8_t data[MESSAGE_MAX];
};

struct parcel {
	struct job job;
	struct side *to;
	size_t size;
	uint8_t packet[];
};

static struct side sides[2 * PAIRS];
static atomic_uint alive, in_flight, messages, lost;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER;

static bool by_chance(struct side *side, unsigned permille)
{
	return (unsigned)rand_r(&side->seed) % 1000 < permille;
}

static void count_down(atomic_uint *counter)
{
	pthread_mutex_lock(&lock);
	atomic_fetch_sub(counter, 1);
	pthread_cond_signal(&settled);
	pthread_mutex_unlock(&lock);
}

static void go(struct side *side)
{
	if (!side->sctp)
		return;
	timer_cancel(&side->life);
	sctp_destroy(side->sctp);
	side->sctp = NULL;
	count_down(&alive);
}

static void parcel_run(struct job *job)
{
	struct parcel *parcel = (struct parcel *)job;

	if (parcel->to->sctp)
		sctp_input(parcel->to->sctp, parcel->packet, parcel->size);
	free(parcel);
	count_down(&in_flight);
}

static void on_send(void *user, const uint8_t *packet, size_t size)
{
	struct side *side = user;
	struct parcel *parcel;

	check(executor_is_current(side->executor));
	if (by_chance(side, LOSS) || side->waits)
		return;
	parcel = malloc(sizeof(*parcel) + size);
	check(parcel);
	*parcel = (struct parcel){.job.run = parcel_run, .to = side->other, .size = size};
	memcpy(parcel->packet, packet, size);
	atomic_fetch_add(&in_flight, 1);
	executor_post(side->other->executor, &parcel->job);
}

/* As a data channel does (RFC 8831 section 6.7): used again once both directions are reset. */
static void note_reset(struct side *side, uint16_t stream, unsigned what)
{
	unsigned *resets = &side->resets[stream];

	*resets |= what;
	if (!(*resets & RESET_ASKED)) {
		int error = sctp_reset_stream(side->sctp, stream);

		*resets |= RESET_ASKED;
		check(error == 0 || error == -ENOTCONN);
	}
	if (*resets == RESET_WHOLLY)
		*resets = 0;
}

/* Stream 0 is never reset. */
static uint16_t next_stream(struct side *side)
{
	uint16_t stream = (uint16_t)(rand_r(&side->seed) % STREAMS);

	return side->resets[stream] ? 0 : stream;
}

/*
 * A message is of one byte's value, which is its size's; its kind is its stream's. Unordered ones
 * fit a packet: usrsctp 0.9.5 ends one of several packets too early if a whole one comes in the
 * midst of it while a reset waits for a lost packet.
 */
static void next_message(struct side *side)
{
	uint16_t stream = next_stream(side);
	bool large = !(stream & 1) && by_chance(side, 100);
	size_t size = 1 + (size_t)rand_r(&side->seed) % (large ? MESSAGE_MAX : 500);

	memset(side->data, (int)(size % 251), size);
	side->message = (struct sctp_message){
		.stream = stream,
		.ppid = PPID_BINARY,
		.unordered = stream & 1,
		.max_retransmits = stream & 2 ? 0 : -1,
		.max_lifetime_ms = -1,
		.data = side->data,
		.size = size,
		.more = by_chance(side, 500),
	};
	side->taken = 0;
}

static void talk(struct side *side)
{
	for (unsigned i = 0; i < 20; i++) {
		if (sctp_send(side->sctp, &side->message, side->taken, &side->taken) != 0)
			return;
		if (side->message.stream && by_chance(side, 50))
			note_reset(side, side->message.stream, 0);
		next_message(side);
	}
}

static void on_state(void *user, enum sctp_state state)
{
	struct side *side = user;

	check(executor_is_current(side->executor));
	if (state == SCTP_CLOSED) {
		atomic_fetch_add(&lost, 1);
		go(side);
	} else {
		talk(side);
	}
}

static void on_receive(void *user, uint16_t stream, uint32_t ppid, const uint8_t *data, size_t size)
{
	struct side *side = user;

	check(executor_is_current(side->executor));
	check(stream < STREAMS && ppid == PPID_BINARY && size <= MESSAGE_MAX);
	for (size_t i = 0; i < size; i++)
		check(data[i] == size % 251);
	atomic_fetch_add(&messages, 1);
	if (by_chance(side, 100))
		sctp_pause(side->sctp, true);
	talk(side);
	if (by_chance(side, 1))
		go(side);
	else
		sctp_pause(side->sctp, false);
}

static void on_writable(void *user)
{
	talk(user);
}

static void on_stream_reset(void *user, uint16_t stream)
{
	struct side *side = user;

	check(executor_is_current(side->executor) && stream < STREAMS);
	note_reset(side, stream, RESET_BY_PEER);
}

static void on_reset_done(void *user, uint16_t stream, int error)
{
	struct side *side = user;

	check(executor_is_current(side->executor) && stream < STREAMS && !error);
	note_reset(side, stream, RESET_DONE);
}

static const struct sctp_events events = {.send = on_send,
					  .state = on_state,
					  .receive = on_receive,
					  .writable = on_writable,
					  .stream_reset = on_stream_reset,
					  .reset_done = on_reset_done};

static void life_is_over(void *user)
{
	struct side *side = user;

	side->waits = by_chance(side, 300);
	if (side->waits)
		talk(side); /* what is not acknowledged shows it */
	else
		go(side);
}

static void begin(struct job *job)
{
	struct side *side = (struct side *)job;
	const struct sctp_config config = {.executor = side->executor,
					   .local_port = SCTP_DEFAULT_PORT,
					   .remote_port = SCTP_DEFAULT_PORT,
					   .receive_max_bytes = MESSAGE_MAX,
					   .attempts_max = 1};
	unsigned life_ms = (unsigned)rand_r(&side->seed) % LIFE_MS;

	check(sctp_create(&config, &events, side, &side->sctp) == 0);
	timer_init(&side->life, side->executor, "life", life_is_over, side);
	check(timer_arm(&side->life, TIMER_MS(life_ms)) == 0);
	next_message(side);
	check(sctp_connect(side->sctp) == 0);
}

static void play_round(unsigned round)
{
	const struct library_options options = {.executors = EXECUTORS, .workers = 2};
	struct library_counts counts;

	check(library_start(&options) == 0);
	atomic_store(&alive, 2 * PAIRS);
	for (unsigned i = 0; i < 2 * PAIRS; i++) {
		struct side *side = &sides[i];

		*side = (struct side){.begin.run = begin,
				      .other = &sides[i ^ 1],
				      .executor = library_executor(),
				      .seed = round * 1000 + i};
	}
	for (unsigned i = 0; i < 2 * PAIRS; i++)
		executor_post(sides[i].executor, &sides[i].begin);
	pthread_mutex_lock(&lock);
	while (atomic_load(&alive) || atomic_load(&in_flight))
		pthread_cond_wait(&settled, &lock);
	pthread_mutex_unlock(&lock);
	check(library_cleanup(60000) == 0);
	library_count(&counts);
	check(!counts.objects && !counts.tasks_pending && !counts.timers_armed && !counts.threads);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 2;

	for (unsigned round = 0; round < rounds; round++)
		play_round(round);
	check(atomic_load(&messages) > 0 && atomic_load(&lost) > 0);
	return 0;
}
