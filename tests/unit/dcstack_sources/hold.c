/* SPDX-License-Identifier: Apache-2.0 */
#include "executor.inc.c"

#include <peer/hold.h>
#include <run/late.h>

Test(hold, a_connection_lives_as_long_as_it_is_held)
{
	struct dc_connection *held;

	peers_create(NULL);
	held = peers.offerer.connection;
	connection_retain(held, "test", track_nobody());
	side_destroy(&peers.offerer);
	side_destroy(&peers.answerer);
	cr_expect_eq(dc_library_cleanup(200), -ETIMEDOUT);
	connection_release(held, "test", track_nobody());
	expect_nothing_left();
}

Test(hold, who_tells_a_destroyed_connection_of_its_peer_is_late)
{
	struct dc_connection *held;

	peers_create(NULL);
	held = peers.offerer.connection;
	connection_retain(held, "test", track_nobody());
	side_destroy(&peers.offerer);
	cr_expect_eq(late_count(), 0);
	cr_expect_eq(dc_connection_add_candidate(held, NULL), -ENOTCONN);
	cr_expect_eq(late_count(), 1);
	connection_release(held, "test", track_nobody());
	peers_destroy();
}

Test(hold, one_that_is_closed_may_be_told)
{
	peers_create(NULL);
	cr_expect_eq(dc_connection_close(peers.offerer.connection, told_end, &peers.offerer), 0);
	AWAIT(peers.offerer.closed);
	cr_expect_eq(dc_connection_add_candidate(peers.offerer.connection, NULL), -ENOTCONN);
	cr_expect_eq(late_count(), 0);
	peers_destroy();
}

static void told_nothing(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	(void)connection, (void)sdp, (void)error;
	note(user);
}

Test(hold, a_forgotten_description_is_not_told)
{
	unsigned told = 0, before;

	peers_create(NULL);
	cr_assert_eq(dc_connection_offer(peers.offerer.connection, told_nothing, &told), 0);
	connection_forget_description(peers.offerer.connection);
	before = told;
	cr_expect_eq(dc_connection_close(peers.offerer.connection, told_end, &peers.offerer), 0);
	AWAIT(peers.offerer.closed);
	cr_expect_eq(told, before);
	peers_destroy();
}
