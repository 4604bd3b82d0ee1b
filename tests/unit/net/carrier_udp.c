/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier.inc.c"

#include <sys/syscall.h>

/* sendmsg as the carrier sees it: how often, and what it is told. */
static struct kernel {
	atomic_uint sends, runs;
	atomic_int fails;      /* how many more calls fail */
	atomic_int error;      /* so */
	atomic_bool only_runs; /* the others succeed */
} kernel;

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	bool run = message->msg_controllen > 0;

	if (message->msg_namelen == 0) /* the test runner's own */
		return syscall(SYS_sendmsg, fd, message, flags);
	if (atomic_load(&kernel.fails) > 0 && (run || !atomic_load(&kernel.only_runs))) {
		atomic_fetch_sub(&kernel.fails, 1);
		errno = atomic_load(&kernel.error);
		return -1;
	}
	atomic_fetch_add(&kernel.sends, 1);
	if (run)
		atomic_fetch_add(&kernel.runs, 1);
	return syscall(SYS_sendmsg, fd, message, flags);
}

/* How many more calls of recvmsg tell of a packet that was sent, and what the others brought. */
static atomic_int receive_fails;
static atomic_size_t received_bytes;

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	if (message->msg_namelen == 0) /* the test runner's own */
		return syscall(SYS_recvmsg, fd, message, flags);
	if (atomic_load(&receive_fails) > 0) {
		atomic_fetch_sub(&receive_fails, 1);
		errno = ECONNREFUSED;
		return -1;
	}
	ssize_t size = syscall(SYS_recvmsg, fd, message, flags);
	if (size > 0)
		atomic_fetch_add(&received_bytes, (size_t)size);
	return size;
}

static struct side client, server;

static void open_both(const char *ip)
{
	open_side(&client, CARRIER_UDP, ip);
	open_side(&server, CARRIER_UDP, ip);
}

static void close_both(void)
{
	close_side(&client);
	close_side(&server);
}

TestSuite(carrier_udp, .init = begin);

static void expect_echo(const char *ip)
{
	open_both(ip);
	server.then = echo;
	cr_assert_neq(address_port(&server.local), 0);
	cr_assert_eq(send_one(&client, &server.local, "hello", 5), 0);
	wait_arrival(&client);
	cr_assert_eq(client.last_size, 5);
	cr_assert_arr_eq(client.last, "hello", 5);
	cr_assert(address_equal(&client.last_from, &server.local));
	cr_assert(address_equal(&server.last_from, &client.local));
	close_both();
}

Test(carrier_udp, an_echo_comes_back_over_ipv4)
{
	expect_echo("127.0.0.1");
	end();
}

Test(carrier_udp, an_echo_comes_back_over_ipv6)
{
	expect_echo("::1");
	end();
}

Test(carrier_udp, an_address_that_is_not_here_cannot_be_bound)
{
	cr_assert_eq(try_open(&client, CARRIER_UDP, "192.0.2.77"), -EADDRNOTAVAIL);
	end();
}

/* Numbers packets, and tells whether they come in order and whole. */
static void send_numbered(void *user)
{
	const unsigned *sizes = user;
	uint8_t packet[1500];

	for (uint8_t i = 0; sizes[i] > 0; i++) {
		memset(packet, i, sizes[i]);
		cr_assert_eq(carrier_send(client.carrier, &server.local, packet, sizes[i]), 0);
	}
}

static const unsigned *expected;

static void expect_numbered(struct side *side, const struct address *from, const uint8_t *data,
			    size_t size)
{
	uint8_t number = (uint8_t)(side->count - 1);

	(void)from;
	cr_assert_eq(size, expected[number], "%u", number);
	cr_assert_eq(data[0], number);
	cr_assert_eq(data[size - 1], number);
}

static unsigned send_sizes(const unsigned *sizes)
{
	unsigned count = 0;

	while (sizes[count] > 0)
		count++;
	expected = sizes;
	server.then = expect_numbered;
	on_executor(send_numbered, (void *)sizes);
	wait_arrivals(&server, count);
	return count;
}

static const unsigned mixed[] = {1200, 1200, 1200, 100, 1200, 50, 50, 60, 1500, 1200, 1200, 0};

Test(carrier_udp, datagrams_keep_their_bounds_and_their_order)
{
	open_both("127.0.0.1");
	send_sizes(mixed);
	cr_assert_lt(atomic_load(&kernel.sends), 11);
	close_both();
	end();
}

Test(carrier_udp, equal_datagrams_of_a_round_leave_together)
{
	static unsigned sizes[31];

	open_both("127.0.0.1");
	for (int i = 0; i < 30; i++)
		sizes[i] = 1200;
	send_sizes(sizes);
	cr_assert_eq(atomic_load(&kernel.sends), 1);
	cr_assert_eq(atomic_load(&kernel.runs), 1);
	close_both();
	end();
}

Test(carrier_udp, more_than_the_queue_holds_leaves_in_between)
{
	static unsigned sizes[201];

	open_both("127.0.0.1");
	for (int i = 0; i < 200; i++)
		sizes[i] = 1400;
	send_sizes(sizes);
	cr_assert_geq(atomic_load(&kernel.sends), 200 * 1400 / (48 * 1024));
	close_both();
	end();
}

Test(carrier_udp, small_datagrams_make_runs_that_every_kernel_takes)
{
	static unsigned sizes[201];

	open_both("127.0.0.1");
	for (int i = 0; i < 200; i++)
		sizes[i] = 20;
	send_sizes(sizes);
	cr_assert_eq(atomic_load(&kernel.sends), 4);
	close_both();
	end();
}

Test(carrier_udp, more_runs_than_the_queue_holds_and_a_poll_reads_arrive)
{
	static unsigned sizes[201];

	open_both("127.0.0.1");
	for (int i = 0; i < 200; i++)
		sizes[i] = i % 2 == 0 ? 20 : 10;
	send_sizes(sizes);
	cr_assert_eq(atomic_load(&kernel.sends), 100);
	close_both();
	end();
}

static struct side other;

static void send_in_turns(void *user)
{
	(void)user;
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(carrier_send(client.carrier, &server.local, "s", 1), 0);
		cr_assert_eq(carrier_send(client.carrier, &other.local, "o", 1), 0);
	}
}

Test(carrier_udp, two_addresses_get_each_their_own)
{
	open_both("127.0.0.1");
	open_side(&other, CARRIER_UDP, "127.0.0.1");
	on_executor(send_in_turns, NULL);
	wait_arrivals(&server, 3);
	wait_arrivals(&other, 3);
	cr_assert_eq(server.last[0], 's');
	cr_assert_eq(other.last[0], 'o');
	close_side(&other);
	close_both();
	end();
}

static void expect_fallback(int error)
{
	atomic_store(&kernel.error, error);
	atomic_store(&kernel.only_runs, true);
	atomic_store(&kernel.fails, 1);
	open_both("127.0.0.1");
	send_sizes(mixed);
	cr_assert_eq(atomic_load(&kernel.sends), 11);
	cr_assert_eq(atomic_load(&kernel.runs), 0);
	close_both();
}

Test(carrier_udp, where_a_route_takes_no_runs_datagrams_leave_one_by_one)
{
	expect_fallback(EIO);
	end();
}

Test(carrier_udp, where_runs_are_too_wide_datagrams_leave_one_by_one)
{
	expect_fallback(EMSGSIZE);
	end();
}

Test(carrier_udp, a_full_buffer_keeps_the_queue_until_it_drains)
{
	atomic_store(&kernel.error, EAGAIN);
	atomic_store(&kernel.fails, 3);
	open_both("127.0.0.1");
	send_sizes(mixed);
	cr_assert_eq(atomic_load(&kernel.fails), 0);
	cr_assert_eq(server.count, 11);
	server.count = 0;
	send_sizes(mixed);
	close_both();
	end();
}

Test(carrier_udp, what_finds_the_queue_full_is_lost)
{
	static const uint8_t packet[1200];

	open_both("127.0.0.1");
	atomic_store(&kernel.error, EAGAIN);
	atomic_store(&kernel.fails, 1);
	cr_assert_eq(send_times(&client, &server.local, packet, sizeof(packet), 100), 0);
	wait_arrivals(&server, 40);
	pass_rounds();
	cr_assert_eq(server.count, 40);
	close_both();
	end();
}

Test(carrier_udp, an_error_of_one_datagram_is_not_the_end)
{
	open_both("127.0.0.1");
	atomic_store(&kernel.error, EPERM);
	atomic_store(&kernel.fails, 1);
	cr_assert_eq(send_one(&client, &server.local, "lost", 4), 0);
	cr_assert_eq(send_one(&client, &server.local, "found", 5), 0);
	wait_arrival(&server);
	cr_assert_eq(server.last_size, 5);
	close_both();
	end();
}

Test(carrier_udp, an_empty_datagram_arrives)
{
	open_both("127.0.0.1");
	cr_assert_eq(send_times(&client, &server.local, "", 0, 2), 0);
	wait_arrivals(&server, 2);
	cr_assert_eq(server.bytes, 0);
	close_both();
	end();
}

Test(carrier_udp, what_it_cannot_carry_is_refused)
{
	static const uint8_t packet[1501];
	struct address to;

	open_both("127.0.0.1");
	cr_assert_eq(send_one(&client, &server.local, packet, sizeof(packet)), -EMSGSIZE);
	cr_assert_eq(send_one(&client, &server.local, packet, sizeof(packet) - 1), 0);
	to = server.local;
	address_set_port(&to, 0);
	cr_assert_eq(send_one(&client, &to, packet, 1), -EINVAL);
	cr_assert_eq(address_parse("::1", 9, &to), 0);
	cr_assert_eq(send_one(&client, &to, packet, 1), -EAFNOSUPPORT);
	close_both();
	end();
}

Test(carrier_udp, an_error_that_is_told_to_the_reader_is_not_the_end)
{
	open_both("127.0.0.1");
	pass_rounds();
	atomic_store(&receive_fails, 3);
	cr_assert_eq(send_one(&client, &server.local, "!", 1), 0);
	wait_arrival(&server);
	close_both();
	end();
}

Test(carrier_udp, an_ipv6_socket_leaves_ipv4_to_others)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	int error = -1;

	/* Others may have the number for IPv4. */
	for (int i = 0; i < 20 && error; i++) {
		open_side(&server, CARRIER_UDP, "::");
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		v4.sin_port = htons(address_port(&server.local));
		error = bind(fd, (struct sockaddr *)&v4, sizeof(v4));
		close(fd);
		close_side(&server);
	}
	cr_assert_eq(error, 0);
	end();
}

Test(carrier_udp, a_port_where_nobody_is_disturbs_nothing)
{
	struct address gone;

	open_both("127.0.0.1");
	gone = server.local;
	close_side(&server);
	cr_assert_eq(send_times(&client, &gone, "?", 1, 3), 0);
	open_side(&server, CARRIER_UDP, "127.0.0.1");
	server.then = echo;
	cr_assert_eq(send_one(&client, &server.local, "!", 1), 0);
	wait_arrival(&client);
	cr_assert_eq(client.last[0], '!');
	close_both();
	end();
}

static void set_receiver(void *user)
{
	carrier_set_receiver(server.carrier, user != NULL ? on_receive : NULL, user);
}

Test(carrier_udp, without_a_receiver_what_arrives_is_dropped)
{
	open_both("127.0.0.1");
	on_executor(set_receiver, NULL);
	cr_assert_eq(send_times(&client, &server.local, "lost", 4, 10), 0);
	for (int i = 0; atomic_load(&received_bytes) < 40 && i < WAIT_MS; i++)
		poll(NULL, 0, 1);
	on_executor(set_receiver, &server);
	cr_assert_eq(send_one(&client, &server.local, "found", 5), 0);
	wait_arrival(&server);
	cr_assert_eq(server.last_size, 5);
	cr_assert_eq(server.count, 1);
	close_both();
	end();
}

static void release_within(struct side *side, const struct address *from, const uint8_t *data,
			   size_t size)
{
	(void)from, (void)data, (void)size;
	release(side);
}

Test(carrier_udp, a_receiver_may_release_the_carrier_and_gets_no_more)
{
	open_both("127.0.0.1");
	server.then = release_within;
	cr_assert_eq(send_times(&client, &server.local, "12345", 5, 20), 0);
	wait_arrival(&server);
	pass_rounds();
	cr_assert_eq(server.count, 1);
	close_side(&client);
	cr_assert_eq(count_fds(), fds_before);
	sem_destroy(&server.arrived);
	end();
}

static void answer_and_release(struct side *side, const struct address *from, const uint8_t *data,
			       size_t size)
{
	echo(side, from, data, size);
	release(side);
}

Test(carrier_udp, what_was_sent_before_the_release_still_leaves)
{
	open_both("127.0.0.1");
	server.then = answer_and_release;
	cr_assert_eq(send_one(&client, &server.local, "bye", 3), 0);
	wait_arrival(&client);
	cr_assert_eq(client.last_size, 3);
	close_both();
	end();
}

static unsigned fds_after_release;

static void release_and_count(void *user)
{
	(void)user;
	cr_assert_eq(carrier_send(client.carrier, &server.local, "bye", 3), 0);
	release(&client);
	fds_after_release = count_fds();
}

Test(carrier_udp, the_last_release_closes_the_socket_at_once)
{
	unsigned both;

	open_both("127.0.0.1");
	both = count_fds();
	on_executor(release_and_count, NULL);
	cr_assert_eq(fds_after_release, both - 1);
	wait_arrival(&server);
	close_both();
	end();
}

static void retain_side(void *user)
{
	carrier_retain(((struct side *)user)->carrier, "second");
}

static void release_second(void *user)
{
	carrier_release(((struct side *)user)->carrier, "second");
}

Test(carrier_udp, it_lives_as_long_as_anybody_holds_it)
{
	open_both("127.0.0.1");
	on_executor(retain_side, &server);
	on_executor(release_second, &server);
	cr_assert_eq(send_one(&client, &server.local, "1", 1), 0);
	wait_arrival(&server);
	close_both();
	end();
}
