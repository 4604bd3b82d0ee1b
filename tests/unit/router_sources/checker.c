/* SPDX-License-Identifier: Apache-2.0 */
#include "../router/hall.inc.c"

#include "checker.h"

static struct checker *checker;

/* What a checker waits for is fixed, so that these tests take as long. */
enum { STALL_MS = CHECKER_PERIOD_MS * CHECKER_PATIENCE };

/* On a connection that never gets a peer. */
Test(checker, what_nobody_takes_is_stalled_after_a_while)
{
	struct timespec soonest, deadline;
	struct dc_channel *channel;

	peers_create(NULL);
	cr_assert_eq(dc_channel_open(peers.offerer.connection, NULL, &channel), 0);
	cr_assert_eq(checker_create(channel, &checker), 0);
	soonest = deadline_in_ms(STALL_MS - CHECKER_PERIOD_MS);
	checker_start(checker);
	cr_assert_eq(dc_channel_send(channel, DC_TEXT, "hello", 5), 0);
	checker_note_given(checker, 5);
	deadline = deadline_in_ms(AWAIT_MS);
	while (!checker_is_stalled(checker) && !deadline_is_past(&deadline))
		rest_ms(CHECKER_PERIOD_MS / 10);
	cr_expect(checker_is_stalled(checker));
	cr_expect(deadline_is_past(&soonest));
	checker_stop(checker);
	peers_destroy();
}

Test(checker, what_is_taken_is_not_stalled)
{
	hall_open();
	cr_assert_eq(checker_create(take_channel(DOWN), &checker), 0);
	checker_start(checker);
	for (unsigned i = 0; i < 6; i++) {
		dc_channel_send(checker_channel(checker), DC_TEXT, "hello", 5);
		checker_note_given(checker, 5);
		rest_ms(STALL_MS / 5);
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
