/* SPDX-License-Identifier: Apache-2.0 */
#include "../router/hall.inc.c"

#include "checker.h"

static struct checker *checker;

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static long ms_since(const struct timespec *begun)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - begun->tv_sec) * 1000 + (now.tv_nsec - begun->tv_nsec) / 1000000;
}

/* On a connection that never gets a peer. */
Test(checker, what_nobody_takes_is_stalled_after_a_while)
{
	const long patience_ms = CHECKER_PERIOD_MS * CHECKER_PATIENCE;
	struct timespec begun, deadline;
	struct dc_channel *channel;

	peers_create(NULL);
	cr_assert_eq(dc_channel_open(peers.offerer.connection, NULL, &channel), 0);
	cr_assert_eq(checker_create(channel, &checker), 0);
	clock_gettime(CLOCK_MONOTONIC, &begun);
	checker_start(checker);
	cr_assert_eq(dc_channel_send(channel, DC_TEXT, "hello", 5), 0);
	checker_note_given(checker, 5);
	deadline = later(WAIT_SECONDS, 0);
	while (!checker_is_stalled(checker) && !is_past(&deadline))
		pause_ms(CHECKER_PERIOD_MS / 10);
	cr_expect(checker_is_stalled(checker));
	cr_expect_geq(ms_since(&begun), patience_ms - CHECKER_PERIOD_MS, "too soon");
	checker_stop(checker);
	peers_destroy();
}

Test(checker, what_is_taken_is_not)
{
	const long patience_ms = CHECKER_PERIOD_MS * CHECKER_PATIENCE;

	hall_open();
	cr_assert_eq(checker_create(take_channel(DOWN), &checker), 0);
	checker_start(checker);
	for (unsigned i = 0; i < 6; i++) {
		dc_channel_send(checker_channel(checker), DC_TEXT, "hello", 5);
		checker_note_given(checker, 5);
		pause_ms(patience_ms / 5);
	}
	cr_expect_not(checker_is_stalled(checker));
	AWAIT(ends[DOWN].messages == 6);
	checker_stop(checker);
	AWAIT(ends[DOWN].closed);
	hall_close();
}

Test(checker, one_that_was_not_started_leaves_the_channel)
{
	hall_open();
	cr_assert_eq(checker_create(channels[UP], &checker), 0);
	checker_abandon(checker);
	checker_abandon(NULL);
	checker_stop(NULL);
	cr_expect(dc_channel_is_ready(channels[UP]));
	hall_close();
}
