/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two peers of ../dcstack: the answerer is the server, and the offerer is who speaks and who
 * hears, on a channel each.
 */
#include "../dcstack/peers.inc.c"

#include <dcstack/router.h>

enum { UP, DOWN, CHANNELS };

static struct seen ends[CHANNELS]; /* the offerer's */
static struct dc_channel *channels[CHANNELS];
static struct dc_producer *producer;
static struct dc_consumer *consumer;

/* What was told of a consumer and its messages. */
static unsigned messages, closings, answers, queued;
static int last_error;
static char sample[SAMPLE_SIZE];

static inline void told_queued(int error, void *user)
{
	pthread_mutex_lock(&lock);
	answers++;
	queued += !error;
	last_error = error;
	if (user)
		++*(unsigned *)user;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static inline void told_parcel(struct dc_consumer *of, enum dc_kind kind, const void *data,
			       size_t size, void *user)
{
	(void)of, (void)kind, (void)user;
	pthread_mutex_lock(&lock);
	messages++;
	memset(sample, 0, sizeof(sample));
	if (size)
		memcpy(sample, data, size < SAMPLE_SIZE ? size : SAMPLE_SIZE - 1);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static inline void told_over(struct dc_consumer *of, void *user)
{
	(void)of, (void)user;
	note(&closings);
}

/* Takes the server's end of a channel away from the peers. */
static inline struct dc_channel *take_channel(unsigned which)
{
	struct dc_channel *channel = peers.answerer.seen[which].channel;

	peers.answerer.seen[which].channel = NULL;
	return channel;
}

/* Connected, with both channels. */
static inline void hall_open(void)
{
	peers_create(NULL);
	for (unsigned i = 0; i < CHANNELS; i++)
		channels[i] = open_channel(&peers.offerer, NULL, &ends[i]);
	peers_negotiate();
	AWAIT(ends[UP].opened && ends[DOWN].opened && peers.answerer.arrived == CHANNELS);
}

static inline void hall_close(void)
{
	dc_consumer_destroy(consumer);
	dc_producer_destroy(producer);
	for (unsigned i = 0; i < CHANNELS; i++)
		dc_channel_destroy(channels[i]);
	peers_destroy();
}

/* Without a network. */
static inline void studio_open(const struct dc_consumer_options *options)
{
	peers.descriptors = count_fds();
	peers.threads = entries("/proc/self/task");
	cr_assert_eq(dc_producer_create(NULL, &producer), 0);
	cr_assert_eq(dc_consumer_create(producer, options, &consumer), 0);
	dc_consumer_on_message(consumer, told_parcel, NULL);
	dc_consumer_on_closed(consumer, told_over, NULL);
}

static inline void studio_close(void)
{
	dc_consumer_destroy(consumer);
	dc_producer_destroy(producer);
	expect_nothing_left();
}

static inline struct dc_parcel text(const char *words)
{
	return (struct dc_parcel){.kind = DC_TEXT, .data = words, .size = strlen(words)};
}

/* The answer to it. */
static inline int ask(const struct dc_parcel *parcel)
{
	unsigned before = answers;

	cr_assert_eq(dc_consumer_send(consumer, parcel, told_queued, NULL), 0);
	AWAIT(answers == before + 1);
	return last_error;
}
