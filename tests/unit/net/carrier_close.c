/* SPDX-License-Identifier: Apache-2.0 */
#include "raw.inc.c"

#include <run/late.h>

enum { LINGER_MS = 60000, SHORT_LINGER_MS = 100, STREAMS_MAX = 64 };

static struct side passive, udp, other;

TestSuite(carrier_close, .init = begin);

static void close_now(void *user)
{
	carrier_close(((struct side *)user)->carrier);
}

static void close_carrier(struct side *side)
{
	on_executor(close_now, side);
}

static void linger_now(void *user)
{
	carrier_set_linger(passive.carrier, *(const unsigned *)user);
}

static void open_passive(unsigned linger_ms)
{
	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	on_executor(linger_now, &linger_ms);
}

/* A stream from which an empty packet came: passive.last_from says where it is. */
static int open_stream(void)
{
	int fd = raw_connect(&passive);

	raw_write(fd, "\0\0", 2);
	wait_arrival(&passive);
	return fd;
}

static void expect_end(int fd)
{
	uint8_t byte;

	cr_assert_eq(recv(fd, &byte, 1, 0), 0);
}

Test(carrier_close, a_close_frees_the_descriptors_though_somebody_holds_it)
{
	open_side(&udp, CARRIER_UDP, "127.0.0.1");
	open_passive(0);
	int fd = open_stream();
	close_carrier(&udp);
	close_carrier(&udp);
	close_carrier(&passive);
	expect_end(fd);
	close(fd);
	cr_assert_eq(count_fds(), fds_before);
	close_side(&udp);
	close_side(&passive);
	end();
}

static void send_and_close(void *user)
{
	const struct address *to = user;

	cr_assert_eq(carrier_send(udp.carrier, to, "last", 4), 0);
	carrier_close(udp.carrier);
}

Test(carrier_close, what_was_sent_before_leaves)
{
	open_side(&udp, CARRIER_UDP, "127.0.0.1");
	open_side(&other, CARRIER_UDP, "127.0.0.1");
	on_executor(send_and_close, &other.local);
	wait_arrival(&other);
	cr_assert_arr_eq(other.last, "last", 4);
	cr_assert_eq(late_count(), 0);
	close_side(&udp);
	close_side(&other);
	end();
}

Test(carrier_close, what_is_sent_afterwards_is_caught)
{
	open_side(&udp, CARRIER_UDP, "127.0.0.1");
	open_side(&other, CARRIER_UDP, "127.0.0.1");
	close_carrier(&udp);
	cr_assert_eq(send_one(&udp, &other.local, "late", 4), -EBADF);
	cr_assert_eq(late_count(), 1);
	cr_assert_eq(other.count, 0);
	close_side(&udp);
	close_side(&other);
	end();
}

static void close_on_receive(struct side *side, const struct address *from, const uint8_t *data,
			     size_t size)
{
	(void)from, (void)data, (void)size;
	carrier_close(side->carrier);
}

Test(carrier_close, who_gets_a_datagram_may_close)
{
	udp.then = close_on_receive;
	open_side(&udp, CARRIER_UDP, "127.0.0.1");
	open_side(&other, CARRIER_UDP, "127.0.0.1");
	cr_assert_eq(send_times(&other, &udp.local, "?", 1, 5), 0);
	wait_arrival(&udp);
	pass_rounds();
	cr_assert_eq(udp.count, 1);
	close_side(&udp);
	close_side(&other);
	end();
}

Test(carrier_close, who_gets_a_packet_of_a_stream_may_close)
{
	passive.then = close_on_receive;
	open_passive(LINGER_MS);
	int fd = raw_connect(&passive);
	raw_write(fd, "\0\1a\0\1b", 6);
	expect_end(fd);
	cr_assert_eq(passive.count, 1);
	close(fd);
	cr_assert(await_fds(fds_before));
	close_side(&passive);
	end();
}

/* Streams that are dropped. */

static void answer_and_drop(struct side *side, const struct address *from, const uint8_t *data,
			    size_t size)
{
	(void)data;
	if (size == 0)
		return;
	cr_assert_eq(carrier_send(side->carrier, from, "bye", 3), 0);
	carrier_drop(side->carrier, from);
	cr_assert_eq(carrier_send(side->carrier, from, "no", 2), -ENOTCONN);
}

static void drop_from_within(unsigned linger_ms)
{
	uint8_t read[5];

	passive.then = answer_and_drop;
	open_passive(linger_ms);
	int kept = open_stream(), fd = open_stream();
	raw_write(fd, "\0\1a\0\1b", 6);
	cr_assert(raw_read(fd, read, 5));
	cr_assert_arr_eq(read, "\0\3bye", 5);
	expect_end(fd);
	cr_assert_eq(passive.count, 3);
	raw_write(kept, "\0\0", 2);
	wait_arrivals(&passive, 2);
	close(kept);
	close(fd);
	close_side(&passive);
	end();
}

Test(carrier_close, a_stream_may_be_dropped_by_who_gets_its_packet)
{
	drop_from_within(0);
}

Test(carrier_close, a_stream_that_lingers_may_be_dropped_by_who_gets_its_packet)
{
	drop_from_within(LINGER_MS);
}

Test(carrier_close, who_is_no_stream_can_be_dropped_and_trusted_in_vain)
{
	open_side(&udp, CARRIER_UDP, "127.0.0.1");
	open_passive(0);
	carrier_drop(udp.carrier, &passive.local);
	carrier_trust(udp.carrier, &passive.local);
	carrier_drop(passive.carrier, &udp.local);
	carrier_trust(passive.carrier, &udp.local);
	close_carrier(&passive);
	carrier_drop(passive.carrier, &udp.local);
	carrier_trust(passive.carrier, &udp.local);
	close_side(&udp);
	close_side(&passive);
	end();
}

/* Streams that are trusted. */

static void trust_now(void *user)
{
	(void)user;
	carrier_trust(passive.carrier, &passive.last_from);
}

Test(carrier_close, who_is_trusted_makes_room_for_nobody)
{
	int fds[STREAMS_MAX + 1];
	uint8_t read[3];

	passive.then = echo;
	open_passive(0);
	fds[0] = open_stream();
	on_executor(trust_now, NULL);
	for (int i = 1; i < STREAMS_MAX; i++)
		fds[i] = open_stream();
	fds[STREAMS_MAX] = open_stream();
	cr_assert(raw_read(fds[1], read, 2));
	expect_end(fds[1]);
	raw_write(fds[0], "\0\1!", 3);
	cr_assert(raw_read(fds[0], read, 2));
	cr_assert(raw_read(fds[0], read, 3));
	cr_assert_arr_eq(read, "\0\1!", 3);
	for (int i = 0; i <= STREAMS_MAX; i++)
		close(fds[i]);
	close_side(&passive);
	end();
}

Test(carrier_close, a_stranger_is_sent_away_where_all_are_trusted)
{
	int fds[STREAMS_MAX];

	open_passive(0);
	for (int i = 0; i < STREAMS_MAX; i++) {
		fds[i] = open_stream();
		on_executor(trust_now, NULL);
	}
	int stranger = raw_connect(&passive);
	expect_end(stranger);
	close(stranger);
	for (int i = 0; i < STREAMS_MAX; i++) {
		raw_write(fds[i], "\0\0", 2);
		wait_arrival(&passive);
		close(fds[i]);
	}
	close_side(&passive);
	end();
}

/* Streams that linger. */

Test(carrier_close, a_stream_that_lingers_is_open_until_its_peer_closes)
{
	open_passive(LINGER_MS);
	int fd = open_stream();
	close_side(&passive);
	expect_end(fd);
	cr_assert_eq(count_fds(), fds_before + 2, "both ends of the stream");
	close(fd);
	cr_assert(await_fds(fds_before));
	end();
}

Test(carrier_close, a_stream_lingers_no_longer_than_its_time)
{
	open_passive(SHORT_LINGER_MS);
	int fd = open_stream();
	close_side(&passive);
	cr_assert(await_fds(fds_before + 1));
	close(fd);
	end();
}

Test(carrier_close, what_comes_while_it_lingers_is_read_by_nobody)
{
	static const uint8_t much[300000];

	open_passive(LINGER_MS);
	int fd = open_stream();
	close_side(&passive);
	expect_end(fd);
	raw_write(fd, much, sizeof(much));
	cr_assert_eq(passive.count, 1);
	close(fd);
	cr_assert(await_fds(fds_before));
	end();
}

Test(carrier_close, a_peer_that_resets_ends_the_lingering)
{
	static const struct linger reset = {.l_onoff = 1};

	open_passive(LINGER_MS);
	int fd = open_stream();
	close_side(&passive);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	cr_assert(await_fds(fds_before));
	end();
}

Test(carrier_close, a_stream_that_makes_room_does_not_linger)
{
	int fds[STREAMS_MAX + 4];

	open_passive(LINGER_MS);
	for (int i = 0; i < STREAMS_MAX + 4; i++)
		fds[i] = open_stream();
	cr_assert_eq(count_fds(), fds_before + 1 + STREAMS_MAX + 4 + STREAMS_MAX);
	for (int i = 0; i < STREAMS_MAX + 4; i++)
		close(fds[i]);
	close_side(&passive);
	cr_assert(await_fds(fds_before));
	end();
}
