/* SPDX-License-Identifier: Apache-2.0 */
#include "raw.inc.c"

#include <dlfcn.h>
#include <net/framing.h>
#include <signal.h>

/* accept4 as the carrier sees it. */
static atomic_bool no_descriptors;
static sem_t refused;

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	static int (*real)(int, struct sockaddr *, socklen_t *, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "accept4");
	if (!atomic_load(&no_descriptors))
		return real(fd, address, size, flags);
	sem_post(&refused);
	errno = EMFILE;
	return -1;
}

/* How much of what is there a stream gets to read at once; 0: all. */
static atomic_size_t read_limit;

ssize_t recv(int fd, void *data, size_t size, int flags)
{
	size_t limit = atomic_load(&read_limit);

	return recvfrom(fd, data, limit > 0 && limit < size ? limit : size, flags, NULL, NULL);
}

static struct side active, passive;

static void open_both(const char *ip)
{
	open_side(&active, CARRIER_TCP_ACTIVE, ip);
	open_side(&passive, CARRIER_TCP_PASSIVE, ip);
}

static void close_both(void)
{
	close_side(&active);
	close_side(&passive);
}

TestSuite(carrier_tcp, .init = begin);

/* Sends until it is told what happened before; -ETIMEDOUT. */
static int await_send_error(struct side *side, const struct address *to)
{
	for (int i = 0; i < WAIT_MS; i++) {
		int error = send_one(side, to, "?", 1);
		if (error < 0)
			return error;
		poll(NULL, 0, 1);
	}
	return -ETIMEDOUT;
}

static void expect_echo(const char *ip)
{
	open_both(ip);
	passive.then = echo;
	cr_assert_neq(address_port(&passive.local), 0);
	cr_assert_eq(send_one(&active, &passive.local, "hello", 5), 0);
	wait_arrival(&active);
	cr_assert_eq(active.last_size, 5);
	cr_assert_arr_eq(active.last, "hello", 5);
	cr_assert_eq(send_one(&active, &passive.local, "", 0), 0);
	wait_arrival(&active);
	cr_assert_eq(active.last_size, 0);
	cr_assert(address_equal(&active.last_from, &passive.local));
	cr_assert_neq(address_port(&passive.last_from), address_port(&passive.local));
	close_both();
}

Test(carrier_tcp, an_echo_comes_back_over_ipv4)
{
	expect_echo("127.0.0.1");
	end();
}

Test(carrier_tcp, an_echo_comes_back_over_ipv6)
{
	expect_echo("::1");
	end();
}

enum { LARGE = 60000, ROUNDS = 200 };

/* Each packet is filled with its number. */
static void expect_filled(const struct side *side, const uint8_t *data, size_t size)
{
	cr_assert_eq(size, LARGE);
	for (size_t i = 0; i < size; i++)
		cr_assert(data[i] == (uint8_t)side->count);
}

static void send_next(struct side *side, const struct address *from, const uint8_t *data,
		      size_t size)
{
	static uint8_t packet[LARGE];

	expect_filled(side, data, size);
	memset(packet, (int)side->count + 1, sizeof(packet));
	if (side->count < ROUNDS)
		cr_assert_eq(carrier_send(side->carrier, from, packet, sizeof(packet)), 0);
}

Test(carrier_tcp, large_packets_go_back_and_forth)
{
	static uint8_t packet[LARGE];

	open_both("127.0.0.1");
	passive.then = echo;
	active.then = send_next;
	memset(packet, 1, sizeof(packet));
	cr_assert_eq(send_one(&active, &passive.local, packet, sizeof(packet)), 0);
	wait_arrivals(&active, ROUNDS);
	cr_assert_eq(passive.count, ROUNDS);
	cr_assert_eq(count_fds(), fds_before + 3); /* one listener, one stream */
	close_both();
	end();
}

Test(carrier_tcp, many_packets_of_a_round_arrive_in_order)
{
	open_both("127.0.0.1");
	cr_assert_eq(send_times(&active, &passive.local, "packet", 6, 10000), 0);
	wait_arrivals(&passive, 10000);
	cr_assert_eq(passive.bytes, 60000);
	close_both();
	end();
}

Test(carrier_tcp, packets_in_many_pieces_arrive)
{
	open_both("127.0.0.1");
	atomic_store(&read_limit, 3);
	cr_assert_eq(send_times(&active, &passive.local, "packet", 6, 100), 0);
	wait_arrivals(&passive, 100);
	cr_assert_eq(passive.bytes, 600);
	close_both();
	end();
}

Test(carrier_tcp, the_largest_packet_arrives_and_none_larger_is_taken)
{
	static uint8_t packet[FRAMING_PACKET_MAX + 1];

	open_both("127.0.0.1");
	cr_assert_eq(send_one(&active, &passive.local, packet, sizeof(packet)), -EMSGSIZE);
	cr_assert_eq(send_one(&active, &passive.local, packet, sizeof(packet) - 1), 0);
	wait_arrival(&passive);
	cr_assert_eq(passive.last_size, FRAMING_PACKET_MAX);
	close_both();
	end();
}

Test(carrier_tcp, a_listener_calls_nobody)
{
	open_both("127.0.0.1");
	cr_assert_eq(send_one(&passive, &passive.local, "?", 1), -ENOTCONN);
	close_both();
	end();
}

static uint64_t ms_since(uint64_t start_ns)
{
	return (executor_clock_ns() - start_ns) / 1000000;
}

/* A port where nobody listens, and nobody can as long as the socket is there. */
static int silent_port(struct address *ret_address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(address_parse("127.0.0.1", 0, ret_address), 0);
	cr_assert_eq(bind(fd, &ret_address->any, ret_address->size), 0);
	cr_assert_eq(getsockname(fd, &ret_address->any, &ret_address->size), 0);
	return fd;
}

Test(carrier_tcp, a_refused_connect_is_told_at_later_packets)
{
	struct address silent;
	int fd = silent_port(&silent);

	open_both("127.0.0.1");
	uint64_t start_ns = executor_clock_ns();
	cr_assert_eq(await_send_error(&active, &silent), -ECONNREFUSED);
	cr_assert(await_fds(fds_before + 2)); /* the listener and the silent one */
	/* Not tried again so soon. */
	int error = send_one(&active, &silent, "?", 1);
	cr_assert(error == -ECONNREFUSED || ms_since(start_ns) >= 1000);
	cr_assert_eq(send_one(&active, &passive.local, "!", 1), 0);
	wait_arrival(&passive);
	close_both();
	close(fd);
	end();
}

Test(carrier_tcp, a_refused_connect_is_tried_again_after_a_second)
{
	struct address silent;
	int fd = silent_port(&silent);

	open_side(&active, CARRIER_TCP_ACTIVE, "127.0.0.1");
	uint64_t start_ns = executor_clock_ns();
	cr_assert_eq(await_send_error(&active, &silent), -ECONNREFUSED);
	while (send_one(&active, &silent, "?", 1) < 0 && ms_since(start_ns) < WAIT_MS)
		poll(NULL, 0, 20);
	cr_assert_geq(ms_since(start_ns), 1000);
	cr_assert_lt(ms_since(start_ns), WAIT_MS);
	close_side(&active);
	close(fd);
	end();
}

Test(carrier_tcp, an_address_that_is_not_here_is_told_by_the_packet)
{
	struct address to;

	cr_assert_eq(try_open(&passive, CARRIER_TCP_PASSIVE, "192.0.2.77"), -EADDRNOTAVAIL);
	open_side(&active, CARRIER_TCP_ACTIVE, "192.0.2.77");
	cr_assert_eq(address_parse("192.0.2.1", 9, &to), 0);
	cr_assert_eq(send_one(&active, &to, "?", 1), -EADDRNOTAVAIL);
	close_side(&active);
	end();
}

Test(carrier_tcp, a_peer_that_closes_is_forgotten)
{
	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	int fd = raw_connect(&passive);
	raw_write(fd, "\0\3abc\0", 6);
	wait_arrival(&passive);
	cr_assert_eq(passive.last_size, 3);
	close(fd);
	cr_assert_eq(await_send_error(&passive, &passive.last_from), -ENOTCONN);
	cr_assert(await_fds(fds_before + 1));
	cr_assert_eq(passive.count, 1);
	close_side(&passive);
	end();
}

Test(carrier_tcp, a_peer_that_resets_is_forgotten)
{
	static const struct linger reset = {.l_onoff = 1};

	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	int fd = raw_connect(&passive);
	raw_write(fd, "\0\3abc", 5);
	wait_arrival(&passive);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	cr_assert_lt(await_send_error(&passive, &passive.last_from), 0);
	cr_assert(await_fds(fds_before + 1));
	close_side(&passive);
	end();
}

Test(carrier_tcp, a_listener_that_is_gone_closes_what_it_accepted)
{
	uint8_t byte;

	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	int fd = raw_connect(&passive);
	raw_write(fd, "\0\0", 2);
	wait_arrival(&passive);
	close_side(&passive);
	cr_assert_eq(recv(fd, &byte, 1, 0), 0);
	close(fd);
	end();
}

Test(carrier_tcp, an_active_side_notices_that_the_listener_is_gone)
{
	open_both("127.0.0.1");
	cr_assert_eq(send_one(&active, &passive.local, "?", 1), 0);
	wait_arrival(&passive);
	close_side(&passive);
	cr_assert_lt(await_send_error(&active, &passive.local), 0);
	cr_assert(await_fds(fds_before));
	close_side(&active);
	end();
}

/* More than the kernel's buffers and the queue take. */
Test(carrier_tcp, a_peer_that_does_not_read_loses_whole_packets)
{
	enum { COUNT = 300 };
	static uint8_t packet[LARGE], read[FRAMING_HEADER_SIZE + LARGE];
	unsigned whole = 0;

	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	int fd = raw_connect(&passive);
	raw_write(fd, "\0\0", 2);
	wait_arrival(&passive);
	for (int i = 0; i < COUNT; i++) {
		memset(packet, i, sizeof(packet));
		cr_assert_eq(send_one(&passive, &passive.last_from, packet, sizeof(packet)), 0);
	}
	cr_assert_eq(send_one(&passive, &passive.last_from, "end", 3), 0);
	while (raw_read(fd, read, FRAMING_HEADER_SIZE) && read[0] == LARGE >> 8) {
		cr_assert_eq(read[1], LARGE & 0xff);
		cr_assert(raw_read(fd, read, LARGE));
		cr_assert_eq(read[0], (uint8_t)whole);
		cr_assert_eq(read[LARGE - 1], (uint8_t)whole);
		whole++;
	}
	cr_assert(raw_read(fd, read, 3));
	cr_assert_arr_eq(read, "end", 3);
	cr_assert_geq(whole, 17); /* the queue alone */
	cr_assert_lt(whole, COUNT);
	close(fd);
	close_side(&passive);
	end();
}

Test(carrier_tcp, whoever_is_silent_for_longest_makes_room)
{
	enum { STREAMS = 64 };
	int fds[STREAMS + 1];
	uint8_t byte;

	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	for (int i = 0; i < STREAMS; i++) {
		fds[i] = raw_connect(&passive);
		raw_write(fds[i], "\0\0", 2);
		wait_arrival(&passive);
	}
	raw_write(fds[0], "\0\0", 2);
	wait_arrival(&passive);
	fds[STREAMS] = raw_connect(&passive);
	cr_assert_eq(recv(fds[1], &byte, 1, 0), 0);
	for (int i = 0; i <= STREAMS; i++) {
		if (i == 1)
			continue;
		raw_write(fds[i], "\0\0", 2);
		wait_arrival(&passive);
	}
	for (int i = 0; i <= STREAMS; i++)
		close(fds[i]);
	close_side(&passive);
	end();
}

static sem_t go_on;

static void wait_to_go_on(void *user)
{
	(void)user;
	while (sem_wait(&go_on) < 0)
		;
}

Test(carrier_tcp, all_who_call_at_once_are_accepted)
{
	enum { CALLERS = 40 };
	struct errand busy;
	int fds[CALLERS];

	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	sem_init(&go_on, 0, 0);
	errand_init(&busy, wait_to_go_on, NULL);
	executor_post(executor, &busy.job);
	for (int i = 0; i < CALLERS; i++) {
		fds[i] = raw_connect(&passive);
		raw_write(fds[i], "\0\0", 2);
	}
	sem_post(&go_on);
	errand_await(&busy);
	wait_arrivals(&passive, CALLERS);
	for (int i = 0; i < CALLERS; i++)
		close(fds[i]);
	close_side(&passive);
	end();
}

struct closing {
	int fd;
	int error;
	sigset_t pending; /* the executor's thread blocks all signals */
};

/* The peer is gone before the carrier can know: the first packet meets a reset, the next finds the
 * stream broken. */
static void close_and_send(void *user)
{
	static const uint8_t packet[FRAMING_PACKET_MAX];
	struct closing *closing = user;

	close(closing->fd);
	for (int i = 0; i < 10 && closing->error == 0; i++)
		closing->error =
			carrier_send(passive.carrier, &passive.last_from, packet, sizeof(packet));
	sigpending(&closing->pending);
}

Test(carrier_tcp, to_write_to_a_peer_that_is_gone_raises_no_signal)
{
	struct closing closing = {0};

	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	closing.fd = raw_connect(&passive);
	raw_write(closing.fd, "\0\0", 2);
	wait_arrival(&passive);
	signal(SIGPIPE, SIG_DFL); /* one that is ignored would not be pending */
	on_executor(close_and_send, &closing);
	cr_assert_eq(closing.error, -EPIPE);
	cr_assert_not(sigismember(&closing.pending, SIGPIPE));
	cr_assert(await_fds(fds_before + 1));
	close_side(&passive);
	end();
}

static void drop_first(void *user)
{
	carrier_drop(passive.carrier, user);
}

/* The peer closes the first stream, or we do. */
static void refuse_and_accept(bool is_dropped)
{
	struct address remote;

	open_side(&passive, CARRIER_TCP_PASSIVE, "127.0.0.1");
	sem_init(&refused, 0, 0);
	int first = raw_connect(&passive);
	raw_write(first, "\0\0", 2);
	wait_arrival(&passive);
	remote = passive.last_from;
	atomic_store(&no_descriptors, true);
	int second = raw_connect(&passive);
	raw_write(second, "\0\2hi", 4);
	cr_assert_eq(sem_wait(&refused), 0);
	cr_assert_eq(passive.count, 1);
	atomic_store(&no_descriptors, false);
	if (is_dropped)
		on_executor(drop_first, &remote);
	else
		shutdown(first, SHUT_WR);
	wait_arrival(&passive);
	cr_assert_eq(passive.last_size, 2);
	close(first);
	close(second);
	close_side(&passive);
	end();
}

Test(carrier_tcp, who_found_no_descriptor_left_is_accepted_when_a_peer_closes)
{
	refuse_and_accept(false);
}

Test(carrier_tcp, who_found_no_descriptor_left_is_accepted_when_a_stream_is_dropped)
{
	refuse_and_accept(true);
}

static void release_within(struct side *side, const struct address *from, const uint8_t *data,
			   size_t size)
{
	(void)from, (void)data, (void)size;
	release(side);
}

Test(carrier_tcp, a_receiver_may_release_the_carrier_and_gets_no_more)
{
	open_both("127.0.0.1");
	atomic_store(&read_limit, 14); /* two in one read */
	passive.then = release_within;
	cr_assert_eq(send_times(&active, &passive.local, "12345", 5, 20), 0);
	wait_arrival(&passive);
	pass_rounds();
	cr_assert_eq(passive.count, 1);
	close_side(&active);
	cr_assert_eq(count_fds(), fds_before);
	sem_destroy(&passive.arrived);
	end();
}

static void answer_and_release(struct side *side, const struct address *from, const uint8_t *data,
			       size_t size)
{
	echo(side, from, data, size);
	release(side);
}

Test(carrier_tcp, what_was_sent_before_the_release_still_leaves)
{
	open_both("127.0.0.1");
	passive.then = answer_and_release;
	cr_assert_eq(send_one(&active, &passive.local, "bye", 3), 0);
	wait_arrival(&active);
	cr_assert_eq(active.last_size, 3);
	close_both();
	end();
}

static void send_and_release(void *user)
{
	(void)user;
	cr_assert_eq(carrier_send(active.carrier, &passive.local, "?", 1), 0);
	release(&active);
	cr_assert_eq(count_fds(), fds_before + 1);
}

Test(carrier_tcp, the_last_release_ends_a_connect_at_once)
{
	open_both("127.0.0.1");
	on_executor(send_and_release, NULL);
	close_both();
	end();
}

static void set_receiver(void *user)
{
	carrier_set_receiver(passive.carrier, user != NULL ? on_receive : NULL, user);
}

Test(carrier_tcp, without_a_receiver_what_arrives_is_dropped)
{
	open_both("127.0.0.1");
	active.then = NULL;
	passive.then = echo;
	cr_assert_eq(send_one(&active, &passive.local, "1", 1), 0);
	wait_arrival(&active);
	on_executor(set_receiver, NULL);
	int fd = raw_connect(&passive);
	raw_write(fd, "\0\1x", 3);
	cr_assert(await_fds(fds_before + 5)); /* it is accepted */
	close(fd);
	cr_assert(await_fds(fds_before + 3)); /* and read to its end */
	on_executor(set_receiver, &passive);
	cr_assert_eq(send_one(&active, &passive.local, "22", 2), 0);
	wait_arrival(&active);
	cr_assert_eq(active.last_size, 2);
	cr_assert_eq(passive.count, 2);
	close_both();
	end();
}
