/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

/* How far two peers have come when their end comes. */
enum phase {
	CREATED,
	OFFERING,
	OFFERED,
	OFFER_SET,
	ANSWERING,
	ANSWERED,
	MEETING,
	UP,
	TALKING,
	PHASES
};

static struct dc_channel *channel;
static struct seen mine;
static char *texts[2];

static void keep_text(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct side *side = user;

	(void)connection;
	(void)error;
	texts[side == &peers.answerer] = strdup(sdp ? sdp : "");
	note(&side->descriptions);
}

/* Each step of the way up to phase. */
static void come_to(enum phase phase)
{
	struct side *offerer = &peers.offerer, *answerer = &peers.answerer;

	peers_create(NULL);
	channel = open_channel(offerer, &(struct dc_channel_options){.label = "life"}, &mine);
	if (phase >= OFFERING)
		cr_assert_eq(dc_connection_offer(offerer->connection, keep_text, offerer), 0);
	if (phase >= OFFERED)
		AWAIT(offerer->descriptions);
	if (phase >= OFFER_SET)
		cr_assert_eq(dc_connection_set_remote(answerer->connection, texts[0], NULL, 0), 0);
	if (phase >= ANSWERING)
		cr_assert_eq(dc_connection_answer(answerer->connection, keep_text, answerer), 0);
	if (phase >= ANSWERED)
		AWAIT(answerer->descriptions);
	if (phase >= MEETING)
		cr_assert_eq(dc_connection_set_remote(offerer->connection, texts[1], NULL, 0), 0);
	if (phase >= UP)
		AWAIT(mine.opened && answerer->arrived);
	for (int i = 0; phase >= TALKING && i < 1000; i++)
		cr_assert_eq(dc_channel_send(channel, DC_BINARY, &peers, 5000), 0);
}

static void forget_texts(void)
{
	free(texts[0]);
	free(texts[1]);
	texts[0] = texts[1] = NULL;
}

static void close_offerer(void)
{
	dc_connection_close(peers.offerer.connection, told_end, &peers.offerer);
	AWAIT(peers.offerer.closed);
	dc_channel_destroy(channel);
	side_destroy(&peers.offerer);
	side_destroy(&peers.answerer);
}

static void close_answerer(void)
{
	dc_connection_close(peers.answerer.connection, told_end, &peers.answerer);
	AWAIT(peers.answerer.closed);
	side_destroy(&peers.answerer);
	dc_channel_destroy(channel);
	side_destroy(&peers.offerer);
}

static void destroy_channel_first(void)
{
	dc_channel_destroy(channel);
	side_destroy(&peers.offerer);
	side_destroy(&peers.answerer);
}

static void destroy_connection_first(void)
{
	side_destroy(&peers.offerer);
	dc_channel_destroy(channel);
	side_destroy(&peers.answerer);
}

static void destroy_answerer_first(void)
{
	side_destroy(&peers.answerer);
	side_destroy(&peers.offerer);
	dc_channel_destroy(channel);
}

static void close_channel_first(void)
{
	dc_channel_close(channel);
	side_destroy(&peers.offerer);
	dc_channel_destroy(channel);
	side_destroy(&peers.answerer);
}

static void end_in_every_phase(void (*end)(void))
{
	for (enum phase phase = CREATED; phase < PHASES; phase++) {
		memset(&peers, 0, sizeof(peers));
		memset(&mine, 0, sizeof(mine));
		come_to(phase);
		end();
		expect_nothing_left();
		forget_texts();
	}
}

Test(lifetime, a_close_releases_all_in_every_phase)
{
	end_in_every_phase(close_offerer);
}

Test(lifetime, a_close_of_the_answerer_releases_all_in_every_phase)
{
	end_in_every_phase(close_answerer);
}

Test(lifetime, channels_may_be_destroyed_before_their_connection)
{
	end_in_every_phase(destroy_channel_first);
}

Test(lifetime, a_connection_may_be_destroyed_before_its_channels)
{
	end_in_every_phase(destroy_connection_first);
}

Test(lifetime, the_answerer_may_be_destroyed_first)
{
	end_in_every_phase(destroy_answerer_first);
}

Test(lifetime, a_channel_may_be_closed_and_its_connection_destroyed)
{
	end_in_every_phase(close_channel_first);
}

Test(lifetime, a_channel_outlives_its_connection_and_says_so)
{
	come_to(UP);
	dc_connection_destroy(peers.offerer.connection);
	peers.offerer.connection = NULL;
	AWAIT(mine.closed);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "late", 4), -ENOTCONN);
	cr_expect_str_eq(dc_channel_label(channel), "life");
	cr_expect_eq(dc_channel_buffered(channel), 0);
	dc_channel_close(channel);
	dc_channel_destroy(channel);
	peers_destroy();
	forget_texts();
}

static void destroy_both(struct dc_channel *which, enum dc_kind kind, const void *data, size_t size,
			 void *user)
{
	struct side *side = user;

	(void)kind;
	(void)data;
	(void)size;
	dc_connection_destroy(side->connection);
	side->connection = NULL;
	dc_channel_destroy(which);
	side->arrived = 0;
	note(&side->closed);
}

Test(lifetime, all_may_be_destroyed_within_the_callback_of_a_message)
{
	come_to(UP);
	dc_channel_on_message(peers.answerer.seen[0].channel, destroy_both, &peers.answerer);
	for (int i = 0; i < 100; i++)
		dc_channel_send(channel, DC_TEXT, "end", 3);
	AWAIT(peers.answerer.closed && mine.closed);
	cr_expect_eq(peers.answerer.closed, 1);
	dc_channel_destroy(channel);
	peers_destroy();
	forget_texts();
}

static void destroy_channel(struct dc_channel *which, void *user)
{
	dc_channel_destroy(which);
	note(user);
}

Test(lifetime, a_channel_may_be_destroyed_when_it_opens)
{
	unsigned destroyed = 0;

	peers_create(NULL);
	cr_assert_eq(dc_channel_open(peers.offerer.connection, NULL, &channel), 0);
	dc_channel_on_open(channel, destroy_channel, &destroyed);
	peers_negotiate();
	AWAIT(destroyed && peers.answerer.seen[0].closed);
	peers_destroy();
}

Test(lifetime, a_channel_may_be_destroyed_when_it_is_closed)
{
	unsigned destroyed = 0;

	come_to(UP);
	dc_channel_on_closed(channel, destroy_channel, &destroyed);
	dc_channel_close(peers.answerer.seen[0].channel);
	AWAIT(destroyed);
	peers_destroy();
	forget_texts();
}

static void destroy_arrived(struct side *side, struct dc_channel *which)
{
	dc_channel_destroy(which);
	side->seen[side->arrived].channel = NULL;
}

Test(lifetime, a_channel_may_be_destroyed_when_it_comes)
{
	peers.answerer.on_channel = destroy_arrived;
	peers_create(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	peers_negotiate();
	AWAIT(mine.closed);
	dc_channel_destroy(channel);
	peers_destroy();
}

Test(lifetime, what_was_sent_before_a_channel_is_destroyed_arrives)
{
	come_to(UP);
	for (int i = 0; i < 200; i++)
		cr_assert_eq(dc_channel_send(channel, DC_BINARY, &peers, 10000), 0);
	dc_channel_destroy(channel);
	AWAIT(peers.answerer.seen[0].closed);
	cr_expect_eq(peers.answerer.seen[0].messages, 200);
	peers_destroy();
	forget_texts();
}

static enum dc_state state_at_close;

static void read_state(struct dc_channel *which, void *user)
{
	state_at_close = dc_connection_state(peers.offerer.connection);
	told_closed(which, user);
}

Test(lifetime, a_channel_that_ends_with_its_connection_finds_it_closed)
{
	peers_connect(NULL);
	channel = open_channel(&peers.offerer, NULL, &mine);
	dc_channel_on_closed(channel, read_state, &mine);
	dc_connection_close(peers.offerer.connection, NULL, NULL);
	AWAIT(mine.closed);
	cr_expect_eq(state_at_close, DC_CLOSED);
	dc_channel_destroy(channel);
	peers_destroy();
}
