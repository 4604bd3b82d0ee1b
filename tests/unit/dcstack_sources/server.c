/* SPDX-License-Identifier: Apache-2.0 */
#include "executor.inc.c"

#include <dcstack/server.h>
#include <run/fault.h>
#include <run/late.h>

enum { MANY = 8 };

static struct dc_server *server;
static unsigned server_closed;

static const struct dc_server_config server_defaults = {.bind_address = "127.0.0.1"};

static void open_server(void)
{
	peers.descriptors = count_fds();
	peers.threads = entries("/proc/self/task");
	cr_assert_eq(dc_server_create(&server_defaults, &server), 0);
}

static void told_server_closed(struct dc_server *told, void *user)
{
	(void)told;
	note(user);
}

static void close_server(void)
{
	cr_assert_eq(dc_server_close(server, told_server_closed, &server_closed), 0);
	AWAIT(server_closed);
}

static void destroy_server(void)
{
	dc_server_destroy(server);
	expect_nothing_left();
}

/* A call whose offerer is on the server. */
struct call {
	struct side offerer, answerer;
	struct seen mine;
	struct dc_channel *channel;
};

static struct dc_config plain_config(bool over_tcp)
{
	return (struct dc_config){
		.bind_address = "127.0.0.1", .no_udp = over_tcp, .no_tcp = !over_tcp};
}

static struct call *begin_call(bool over_tcp)
{
	struct call *call = calloc(1, sizeof(*call));
	struct dc_config plain = plain_config(over_tcp), config = plain;

	config.server = server;
	side_open(&call->offerer, &call->answerer, &config);
	side_open(&call->answerer, &call->offerer, &plain);
	call->channel = open_channel(&call->offerer, NULL, &call->mine);
	cr_assert_eq(dc_connection_offer(call->offerer.connection, told_offer, &call->offerer), 0);
	return call;
}

static void expect_talk(struct call *call)
{
	struct seen *theirs = &call->answerer.seen[0];
	unsigned before;

	AWAIT(call->mine.opened && call->answerer.arrived);
	before = theirs->messages;
	cr_assert_eq(dc_channel_send(call->channel, DC_TEXT, "hello", 5), 0);
	AWAIT(theirs->messages == before + 1);
	before = call->mine.messages;
	cr_assert_eq(dc_channel_send(theirs->channel, DC_TEXT, "hello", 5), 0);
	AWAIT(call->mine.messages == before + 1);
}

static struct call *make_call(bool over_tcp)
{
	struct call *call = begin_call(over_tcp);

	expect_talk(call);
	return call;
}

static void end_call(struct call *call)
{
	dc_channel_destroy(call->channel);
	side_destroy(&call->offerer);
	side_destroy(&call->answerer);
	free(call);
}

/* A server like others. */

static void call_many(bool over_tcp)
{
	struct call *calls[MANY];

	open_server();
	for (int i = 0; i < MANY; i++)
		calls[i] = begin_call(over_tcp);
	for (int i = 0; i < MANY; i++)
		expect_talk(calls[i]);
	for (int i = 0; i < MANY; i++)
		end_call(calls[i]);
	close_server();
	cr_expect_eq(late_count(), 0);
	destroy_server();
}

Test(server, many_calls_share_a_udp_socket)
{
	call_many(false);
}

Test(server, many_calls_share_a_tcp_port)
{
	call_many(true);
}

Test(server, a_call_has_the_ports_of_its_server)
{
	char path[128], port[16];

	open_server();
	struct call *udp = make_call(false), *tcp = make_call(true);
	cr_expect_neq(dc_server_udp_port(server), 0);
	dc_connection_path(udp->offerer.connection, path, sizeof(path));
	snprintf(port, sizeof(port), ":%u host >", dc_server_udp_port(server));
	cr_expect_not_null(strstr(path, port), "%s", path);
	dc_connection_path(tcp->offerer.connection, path, sizeof(path));
	snprintf(port, sizeof(port), ":%u host >", dc_server_tcp_port(server));
	cr_expect_not_null(strstr(path, port), "%s", path);
	end_call(udp);
	end_call(tcp);
	destroy_server();
}

Test(server, a_call_that_ends_leaves_the_others_alone)
{
	open_server();
	for (int over_tcp = 0; over_tcp < 2; over_tcp++) {
		struct call *first = make_call(over_tcp), *second = make_call(over_tcp);
		unsigned descriptors = count_fds();
		end_call(first);
		expect_talk(second);
		AWAIT(count_fds() < descriptors);
		struct call *third = make_call(over_tcp);
		expect_talk(second);
		end_call(second);
		end_call(third);
	}
	destroy_server();
}

Test(server, one_that_cannot_be_is_refused)
{
	struct dc_server_config config = server_defaults;
	struct dc_server *second;

	open_server();
	config.port = dc_server_udp_port(server);
	cr_expect_eq(dc_server_create(&config, &second), -EADDRINUSE);
	config.no_udp = config.no_tcp = true;
	cr_expect_eq(dc_server_create(&config, &second), -EINVAL);
	config = (struct dc_server_config){.bind_address = NULL};
	cr_expect_eq(dc_server_create(&config, &second), -EINVAL);
	config.bind_address = "0.0.0.0";
	cr_expect_eq(dc_server_create(&config, &second), -EINVAL);
	config.bind_address = "192.0.2.77";
	cr_expect_eq(dc_server_create(&config, &second), -EADDRNOTAVAIL);
	destroy_server();
}

Test(server, one_without_udp_or_tcp_has_no_such_port)
{
	struct dc_server_config config = server_defaults;

	peers.descriptors = count_fds();
	peers.threads = entries("/proc/self/task");
	config.no_tcp = true;
	cr_assert_eq(dc_server_create(&config, &server), 0);
	cr_expect_eq(dc_server_tcp_port(server), 0);
	dc_server_destroy(server);
	config = server_defaults;
	config.no_udp = true;
	cr_assert_eq(dc_server_create(&config, &server), 0);
	cr_expect_eq(dc_server_udp_port(server), 0);
	destroy_server();
}

/* Its end. */

static void close_under(bool over_tcp)
{
	unsigned descriptors;

	open_server();
	struct call *first = make_call(over_tcp), *second = make_call(over_tcp);
	descriptors = count_fds();
	close_server();
	/* The peers are told by the last words, long before they would miss anything. */
	AWAIT(first->answerer.states[DC_CLOSED] && second->answerer.states[DC_CLOSED]);
	AWAIT(first->offerer.states[DC_CLOSED] && second->offerer.states[DC_CLOSED]);
	cr_expect_lt(count_fds(), descriptors);
	cr_expect_eq(late_count(), 0);
	end_call(first);
	end_call(second);
	destroy_server();
}

Test(server, a_close_ends_its_udp_calls_and_tells_their_peers)
{
	close_under(false);
}

Test(server, a_close_ends_its_tcp_calls_and_tells_their_peers)
{
	close_under(true);
}

Test(server, sockets_that_are_freed_first_catch_the_last_words)
{
	open_server();
	struct call *call = make_call(false);
	fault_switch(FAULT_SERVER_CLOSE, true);
	close_server();
	fault_switch(FAULT_SERVER_CLOSE, false);
	cr_expect_eq(late_count(), 2, "ABORT and close_notify");
	cr_expect_eq(call->answerer.states[DC_CLOSED], 0);
	end_call(call);
	destroy_server();
}

Test(server, it_may_be_closed_again_and_again)
{
	unsigned again = 0;

	open_server();
	cr_expect_eq(dc_server_close(server, NULL, NULL), 0);
	close_server();
	cr_expect_eq(dc_server_close(server, told_server_closed, &again), 0);
	AWAIT(again == 1);
	cr_expect_eq(dc_server_close(server, told_server_closed, &again), 0);
	AWAIT(again == 2);
	cr_expect_eq(server_closed, 1);
	destroy_server();
}

static void run_wait(struct job *job)
{
	(void)job;
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

Test(server, one_alone_can_wait_for_its_close)
{
	struct dc_config config = {.server = NULL};
	struct job busy = {.run = run_wait};
	struct dc_connection *connection;

	open_server();
	config.server = server;
	cr_assert_eq(dc_connection_create(&config, &connection), 0);
	pthread_mutex_lock(&lock);
	inbox_put(&connection->inbox, &busy);
	cr_expect_eq(dc_server_close(server, told_server_closed, &server_closed), 0);
	cr_expect_eq(dc_server_close(server, told_server_closed, &server_closed), -EALREADY);
	pthread_mutex_unlock(&lock);
	AWAIT(server_closed);
	dc_connection_destroy(connection);
	destroy_server();
}

Test(server, nobody_gets_on_one_that_is_closed)
{
	struct dc_config config = {.server = NULL};
	struct dc_connection *connection;

	open_server();
	config.server = server;
	close_server();
	cr_expect_eq(dc_connection_create(&config, &connection), -ENOTCONN);
	destroy_server();
}

Test(server, a_destroy_closes)
{
	open_server();
	struct call *call = make_call(false);
	dc_server_destroy(server);
	AWAIT(call->offerer.states[DC_CLOSED] && call->answerer.states[DC_CLOSED]);
	end_call(call);
	expect_nothing_left();
}

/* Where its two sides still signal to each other. */
static void part(struct call *call)
{
	dc_connection_close(call->offerer.connection, told_end, &call->offerer);
	dc_connection_close(call->answerer.connection, told_end, &call->answerer);
	AWAIT(call->offerer.closed && call->answerer.closed);
	end_call(call);
}

/* Whatever its calls have come to. */
Test(server, it_may_be_closed_in_every_phase)
{
	for (unsigned rounds = 0; rounds < 60; rounds++) {
		server_closed = 0;
		open_server();
		struct call *first = begin_call(rounds & 1), *second = begin_call(rounds & 1);
		struct timespec some = {.tv_nsec = rounds / 2 * 500000};
		nanosleep(&some, NULL);
		close_server();
		part(first);
		part(second);
		cr_expect_eq(late_count(), 0);
		destroy_server();
	}
}

static void close_on_message(struct dc_channel *channel, enum dc_kind kind, const void *data,
			     size_t size, void *user)
{
	(void)channel, (void)kind, (void)data, (void)size, (void)user;
	dc_server_close(server, told_server_closed, &server_closed);
}

Test(server, it_may_be_closed_within_a_callback_of_its_calls)
{
	open_server();
	struct call *call = make_call(true);
	dc_channel_on_message(call->channel, close_on_message, NULL);
	dc_channel_send(call->answerer.seen[0].channel, DC_TEXT, "close", 5);
	AWAIT(server_closed);
	end_call(call);
	destroy_server();
}

static void destroy_when_closed(struct dc_server *closed, void *user)
{
	dc_server_destroy(closed);
	note(user);
}

Test(server, it_may_be_destroyed_when_it_is_told_closed)
{
	open_server();
	struct call *call = make_call(true);
	dc_server_close(server, destroy_when_closed, &server_closed);
	AWAIT(server_closed);
	end_call(call);
	expect_nothing_left();
}
