/* SPDX-License-Identifier: Apache-2.0 */
#include "../dcstack/peers.inc.c"

#include <arpa/inet.h>
#include <dcstack/signalling.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct end {
	struct dc_signalling *signalling;
	unsigned opened, closed;
};

static struct end ends[2];
static struct seen mine;

static void told_opened(struct dc_signalling *signalling, void *user)
{
	(void)signalling;
	note(&((struct end *)user)->opened);
}

static void told_closed_end(struct dc_signalling *signalling, void *user)
{
	(void)signalling;
	note(&((struct end *)user)->closed);
}

static void open_end(struct end *end, struct side *side, int fd)
{
	struct dc_signalling_options options = {
		.offers = side == &peers.offerer,
		.on_open = told_opened,
		.on_closed = told_closed_end,
		.user = end,
	};

	cr_assert_eq(dc_signalling_open(fd, side->connection, &options, &end->signalling), 0);
}

static void make_peers(int fds[2])
{
	struct dc_config config = local_config();

	config.trickle = true;
	peers_create(&config);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
}

/* Two connections that have found each other. */
static void meet(void)
{
	int fds[2];

	make_peers(fds);
	open_channel(&peers.offerer, NULL, &mine);
	open_end(&ends[0], &peers.offerer, fds[0]);
	open_end(&ends[1], &peers.answerer, fds[1]);
	AWAIT(mine.opened && peers.answerer.arrived);
}

/* One end, and the other by hand. */
static int meet_by_hand(struct side *side)
{
	int fds[2];

	make_peers(fds);
	open_end(&ends[0], side, fds[0]);
	return fds[1];
}

static void part(void)
{
	dc_signalling_destroy(ends[0].signalling);
	dc_signalling_destroy(ends[1].signalling);
	dc_channel_destroy(mine.channel);
	peers_destroy();
}

static void part_by_hand(int fd)
{
	close(fd);
	part();
}

/* At once: who refuses the length may be gone before what follows it. */
static void say(int fd, const void *data, size_t size)
{
	uint16_t length = htons((uint16_t)size);
	struct iovec parts[] = {{&length, sizeof(length)}, {(void *)data, size}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	cr_assert_eq(sendmsg(fd, &message, MSG_NOSIGNAL), (ssize_t)(sizeof(length) + size));
}

static char hear(int fd)
{
	uint8_t frame[65536];
	size_t size;

	cr_assert_eq(recv(fd, frame, 2, MSG_WAITALL), 2);
	size = (size_t)frame[0] << 8 | frame[1];
	cr_assert_eq(recv(fd, frame, size, MSG_WAITALL), (ssize_t)size);
	return (char)frame[0];
}

static char hear_last(int fd)
{
	char letter;

	do
		letter = hear(fd);
	while (letter != 'G');
	return letter;
}

Test(signalling, connections_find_each_other)
{
	meet();
	AWAIT(ends[0].opened == 1 && ends[1].opened == 1);
	part();
}

Test(signalling, a_close_ends_both_ends)
{
	meet();
	cr_expect_eq(dc_signalling_close(ends[0].signalling), 0);
	AWAIT(ends[0].closed && ends[1].closed);
	cr_expect_eq(dc_signalling_close(ends[0].signalling), -EALREADY);
	cr_expect_eq(dc_signalling_close(ends[1].signalling), -EALREADY);
	part();
	cr_expect_eq(ends[0].closed, 1);
	cr_expect_eq(ends[1].closed, 1);
}

Test(signalling, both_ends_may_close_at_once)
{
	meet();
	dc_signalling_close(ends[0].signalling);
	dc_signalling_close(ends[1].signalling);
	AWAIT(ends[0].closed && ends[1].closed);
	part();
}

Test(signalling, destroy_closes)
{
	meet();
	part();
	cr_expect_eq(ends[0].closed, 0);
}

Test(signalling, a_connection_that_is_destroyed_first_is_kept)
{
	meet();
	side_destroy(&peers.offerer);
	part();
}

Test(signalling, a_close_awaits_the_other_ends_goodbye)
{
	int fd = meet_by_hand(&peers.answerer);
	struct timespec patience = deadline_in_ms(1000);
	unsigned closed;

	dc_signalling_close(ends[0].signalling);
	cr_expect_eq(hear_last(fd), 'G');
	cr_expect_eq(dc_signalling_close(ends[0].signalling), -EALREADY);
	closed = ends[0].closed;
	cr_expect(!closed || deadline_is_past(&patience));
	say(fd, "G", 1);
	AWAIT(ends[0].closed);
	part_by_hand(fd);
}

Test(signalling, a_goodbye_is_answered)
{
	int fd = meet_by_hand(&peers.offerer);

	say(fd, "G", 1);
	cr_expect_eq(hear_last(fd), 'G');
	AWAIT(ends[0].closed);
	part_by_hand(fd);
}

Test(signalling, patience_with_a_silent_end_is_limited)
{
	int fd = meet_by_hand(&peers.answerer);

	dc_signalling_close(ends[0].signalling);
	AWAIT(ends[0].closed);
	part_by_hand(fd);
}

Test(signalling, an_end_that_breaks_off_closes_it)
{
	int fd = meet_by_hand(&peers.offerer);

	close(fd);
	AWAIT(ends[0].closed);
	part();
}

Test(signalling, both_may_end_before_the_description_is_made)
{
	int fds[2];

	make_peers(fds);
	for (int i = 0; i < 2; i++)
		open_end(&ends[i], i ? &peers.answerer : &peers.offerer, fds[i]);
	part();
}

static void expect_refused(const void *data, size_t size)
{
	int fd = meet_by_hand(&peers.answerer);

	say(fd, data, size);
	AWAIT(ends[0].closed);
	part_by_hand(fd);
}

Test(signalling, an_empty_message_is_refused)
{
	expect_refused("", 0);
}

Test(signalling, an_unknown_letter_is_refused)
{
	expect_refused("Xyz", 3);
}

Test(signalling, a_nul_is_refused)
{
	expect_refused("Dv=0\0", 5);
}

Test(signalling, a_malformed_description_is_refused)
{
	expect_refused("Dhello", 6);
}

Test(signalling, a_malformed_candidate_is_refused)
{
	expect_refused("Ccandidate:what", 15);
}

Test(signalling, a_message_that_is_too_long_is_refused)
{
	static char text[20000];

	memset(text, 'C', sizeof(text));
	expect_refused(text, sizeof(text));
}

Test(signalling, a_message_in_pieces_is_one)
{
	static const char bytes[] = {0, 1, 'G'};
	int fd = meet_by_hand(&peers.answerer);

	for (size_t i = 0; i < sizeof(bytes); i++)
		cr_assert_eq(send(fd, bytes + i, 1, 0), 1);
	AWAIT(ends[0].closed);
	part_by_hand(fd);
}

Test(signalling, a_descriptor_that_is_none_is_refused)
{
	struct dc_signalling_options options = {.offers = true};
	struct dc_signalling *signalling = NULL;
	int fds[2];

	make_peers(fds);
	close(fds[0]);
	close(fds[1]);
	cr_expect_eq(dc_signalling_open(fds[0], peers.offerer.connection, &options, &signalling),
		     -EBADF);
	cr_expect_null(signalling);
	peers_destroy();
}

Test(signalling, where_no_offer_can_be_made_the_descriptor_stays_the_callers)
{
	struct dc_signalling_options options = {.offers = true};
	struct dc_signalling *signalling = NULL;
	int fds[2];

	make_peers(fds);
	peers_negotiate();
	cr_expect_eq(dc_signalling_open(fds[0], peers.offerer.connection, &options, &signalling),
		     -EALREADY);
	cr_expect_eq(close(fds[0]), 0);
	close(fds[1]);
	peers_destroy();
}
