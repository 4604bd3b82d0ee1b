/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

#include <sched.h>
#include <unistd.h>

/* Descriptors of sockets. */
static unsigned sockets(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		char path[300], target[64] = "";

		snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
		if (readlink(path, target, sizeof(target) - 1) > 0)
			count += !strncmp(target, "socket:", 7);
	}
	closedir(folder);
	return count;
}

static unsigned sockets_left;

static void count_sockets(struct dc_connection *connection, void *user)
{
	(void)connection;
	sockets_left = sockets();
	note(user);
}

static void expect_state(const struct side *side, enum dc_state state)
{
	cr_expect_eq(dc_connection_state(side->connection), state, "it is %d",
		     dc_connection_state(side->connection));
}

Test(connection, its_states_are_told_once_each_in_order)
{
	peers_create(NULL);
	expect_state(&peers.offerer, DC_NEW);
	peers_negotiate();
	AWAIT(peers.offerer.states[DC_CONNECTED] && peers.answerer.states[DC_CONNECTED]);
	expect_state(&peers.offerer, DC_CONNECTED);
	cr_expect_eq(dc_connection_close(peers.offerer.connection, told_end, &peers.offerer), 0);
	AWAIT(peers.offerer.closed);
	expect_state(&peers.offerer, DC_CLOSED);
	for (enum dc_state state = DC_CONNECTING; state <= DC_CLOSED; state++) {
		bool is_expected = state != DC_DISCONNECTED && state != DC_FAILED;

		cr_expect_eq(peers.offerer.states[state], is_expected, "%d", state);
	}
	peers_destroy();
}

Test(connection, the_peer_learns_of_a_close_at_once)
{
	peers_connect(NULL);
	cr_expect_eq(dc_connection_close(peers.offerer.connection, NULL, NULL), 0);
	AWAIT(peers.answerer.states[DC_CLOSED]);
	expect_state(&peers.answerer, DC_CLOSED);
	cr_expect_eq(peers.answerer.states[DC_DISCONNECTED] + peers.answerer.states[DC_FAILED], 0);
	peers_destroy();
}

Test(connection, the_offerer_learns_of_the_answerers_close)
{
	peers_connect(NULL);
	cr_expect_eq(dc_connection_close(peers.answerer.connection, NULL, NULL), 0);
	AWAIT(peers.offerer.states[DC_CLOSED]);
	peers_destroy();
}

Test(connection, both_may_close_at_the_same_time)
{
	peers_connect(NULL);
	cr_expect_eq(dc_connection_close(peers.offerer.connection, told_end, &peers.offerer), 0);
	cr_expect_eq(dc_connection_close(peers.answerer.connection, told_end, &peers.answerer), 0);
	AWAIT(peers.offerer.closed && peers.answerer.closed);
	peers_destroy();
}

Test(connection, all_its_sockets_are_closed_when_it_is_told_to_be)
{
	unsigned before = sockets();

	peers_connect(&(struct dc_config){.bind_address = "127.0.0.1"});
	cr_expect_gt(sockets(), before);
	dc_connection_close(peers.answerer.connection, told_end, &peers.answerer);
	AWAIT(peers.answerer.closed);
	dc_connection_close(peers.offerer.connection, count_sockets, &peers.offerer.closed);
	AWAIT(peers.offerer.closed);
	cr_expect_eq(sockets_left, before);
	peers_destroy();
}

Test(connection, one_that_is_closed_tells_a_close_at_once)
{
	peers_connect(NULL);
	dc_connection_close(peers.offerer.connection, told_end, &peers.offerer);
	AWAIT(peers.offerer.closed);
	cr_expect_eq(dc_connection_close(peers.offerer.connection, told_end, &peers.offerer), 0);
	AWAIT(peers.offerer.closed == 2);
	AWAIT(peers.answerer.states[DC_CLOSED]);
	cr_expect_eq(dc_connection_close(peers.answerer.connection, told_end, &peers.answerer), 0);
	AWAIT(peers.answerer.closed);
	peers_destroy();
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void wait_at_gate(struct dc_connection *connection, enum dc_state state, void *user)
{
	(void)connection;
	(void)state;
	note(user);
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
}

Test(connection, one_only_waits_for_a_close)
{
	unsigned waits = 0;

	peers_connect(NULL);
	pthread_mutex_lock(&gate);
	dc_connection_on_state(peers.offerer.connection, wait_at_gate, &waits);
	dc_connection_close(peers.offerer.connection, NULL, NULL);
	AWAIT(waits);
	cr_expect_eq(dc_connection_close(peers.offerer.connection, told_end, &peers.offerer), 0);
	cr_expect_eq(dc_connection_close(peers.offerer.connection, told_end, &peers.offerer),
		     -EALREADY);
	cr_expect_eq(dc_connection_close(peers.offerer.connection, NULL, NULL), 0);
	pthread_mutex_unlock(&gate);
	AWAIT(peers.offerer.closed);
	cr_expect_eq(peers.offerer.closed, 1);
	peers_destroy();
}

Test(connection, its_path_is_that_of_the_selected_pair)
{
	char path[128];
	unsigned from, to;

	peers_create(NULL);
	dc_connection_path(peers.offerer.connection, path, sizeof(path));
	cr_expect_str_eq(path, "");
	peers_negotiate();
	AWAIT(peers.offerer.states[DC_CONNECTED] && peers.answerer.states[DC_CONNECTED]);
	dc_connection_path(peers.offerer.connection, path, sizeof(path));
	cr_expect_eq(sscanf(path, "udp 127.0.0.1:%u host > 127.0.0.1:%u host", &from, &to), 2, "%s",
		     path);
	cr_expect_neq(from, to);
	dc_connection_path(peers.offerer.connection, path, 8);
	cr_expect_str_eq(path, "udp 127");
	dc_connection_close(peers.offerer.connection, told_end, &peers.offerer);
	AWAIT(peers.offerer.closed);
	dc_connection_path(peers.offerer.connection, path, sizeof(path));
	cr_expect_str_eq(path, "");
	peers_destroy();
}

Test(connection, it_works_over_tcp)
{
	char path[128];

	peers_connect(&(struct dc_config){.bind_address = "127.0.0.1", .no_udp = true});
	dc_connection_path(peers.offerer.connection, path, sizeof(path));
	cr_expect_eq(strncmp(path, "tcp 127.0.0.1:", 14), 0, "%s", path);
	peers_destroy();
}

Test(connection, it_works_over_ipv6)
{
	char path[128];

	peers_connect(&(struct dc_config){.bind_address = "::1", .no_tcp = true});
	dc_connection_path(peers.offerer.connection, path, sizeof(path));
	cr_expect_eq(strncmp(path, "udp [::1]:", 10), 0, "%s", path);
	peers_destroy();
}

Test(connection, a_configuration_that_cannot_be_is_refused)
{
	/* clang-format off */
	static const struct dc_config configs[] = {
		{.bind_address = "localhost"},
		{.bind_address = "0.0.0.0"},
		{.bind_address = "::"},
		{.mdns_interface = "eth0"},
		{.stun_server = "x:y"},
		{.stun_server = "stun:example.org:3478"},
		{.stun_server = ""},
		{.port_begin = 5001, .port_end = 5000},
		{.no_udp = true, .no_tcp = true},
	};
	/* clang-format on */
	struct dc_connection *connection = NULL;

	for (size_t i = 0; i < sizeof(configs) / sizeof(*configs); i++)
		cr_expect_eq(dc_connection_create(&configs[i], &connection), -EINVAL, "%zu", i);
	cr_expect_null(connection);
	cr_expect_eq(dc_library_cleanup(0), 0);
}

Test(connection, a_configuration_that_cannot_be_has_a_reason)
{
	const struct dc_config wrong = {.stun_server = "host:"};
	const struct dc_config right = {.bind_address = "::1",
					.stun_server = "[::1]",
					.mdns_interface = "127.0.0.1",
					.port_begin = 5000,
					.port_end = 5000};
	const char *what = NULL;

	cr_expect_eq(dc_config_check(&right, &what), 0);
	cr_expect_null(what);
	cr_expect_eq(dc_config_check(&wrong, NULL), -EINVAL);
	cr_expect_eq(dc_config_check(&wrong, &what), -EINVAL);
	cr_assert_not_null(what);
	cr_expect_str_eq(what, "the STUN server is not host:port");
}

Test(connection, an_address_that_is_not_ours_fails_it)
{
	static const struct dc_config config = {.bind_address = "203.0.113.5"};

	peers_create(&config);
	peers_negotiate();
	AWAIT(peers.offerer.descriptions && peers.offerer.states[DC_FAILED]);
	cr_expect_eq(peers.offerer.error, -EADDRNOTAVAIL);
	peers_destroy();
}

Test(connection, host_candidates_have_ports_of_the_range)
{
	struct dc_config config = local_config();
	char path[128];
	unsigned from = 0;

	config.port_begin = 42000;
	config.port_end = 42999;
	peers_connect(&config);
	dc_connection_path(peers.offerer.connection, path, sizeof(path));
	sscanf(path, "udp 127.0.0.1:%u", &from);
	cr_expect(from >= 42000 && from <= 42999, "%s", path);
	peers_destroy();
}

Test(connection, nothing_is_none)
{
	dc_connection_destroy(NULL);
	dc_channel_destroy(NULL);
	cr_expect_eq(dc_library_cleanup(0), 0);
}

static unsigned told_after;

static void destroy_connection(struct dc_connection *connection, enum dc_state state, void *user)
{
	struct side *side = user;

	if (state != DC_CONNECTED) {
		told_after += state > DC_CONNECTED;
		return;
	}
	side->connection = NULL;
	dc_connection_destroy(connection);
	note(&side->closed);
}

Test(connection, it_may_be_destroyed_within_its_callback)
{
	peers_create(NULL);
	dc_connection_on_state(peers.offerer.connection, destroy_connection, &peers.offerer);
	peers_negotiate();
	AWAIT(peers.offerer.closed && peers.answerer.states[DC_CLOSED]);
	cr_expect_eq(told_after, 0);
	peers_destroy();
}

static void close_connection(struct dc_connection *connection, enum dc_state state, void *user)
{
	if (state == DC_CONNECTED)
		dc_connection_close(connection, told_end, user);
}

Test(connection, it_may_be_closed_within_its_callback)
{
	peers_create(NULL);
	dc_connection_on_state(peers.answerer.connection, close_connection, &peers.answerer);
	peers_negotiate();
	AWAIT(peers.answerer.closed && peers.offerer.states[DC_CLOSED]);
	peers_destroy();
}

static void destroy_when_closed(struct dc_connection *connection, void *user)
{
	struct side *side = user;

	side->connection = NULL;
	dc_connection_destroy(connection);
	note(&side->closed);
}

Test(connection, it_may_be_destroyed_when_it_is_told_to_be_closed)
{
	peers_connect(NULL);
	dc_connection_close(peers.offerer.connection, destroy_when_closed, &peers.offerer);
	dc_connection_close(peers.answerer.connection, destroy_when_closed, &peers.answerer);
	AWAIT(peers.offerer.closed && peers.answerer.closed);
	peers_destroy();
}

static struct {
	unsigned begun;
	bool may_end, is_over;
} slow;

static void take_long(struct dc_connection *connection, enum dc_state state, void *user)
{
	bool may_end = false;

	(void)connection;
	(void)state;
	(void)user;
	note(&slow.begun);
	while (!may_end) {
		pthread_mutex_lock(&lock);
		may_end = slow.may_end;
		pthread_mutex_unlock(&lock);
	}
	for (int i = 0; i < 1000; i++)
		sched_yield();
	pthread_mutex_lock(&lock);
	slow.is_over = true;
	pthread_mutex_unlock(&lock);
}

Test(connection, to_reset_a_callback_waits_until_it_is_over)
{
	peers_create(NULL);
	dc_connection_on_state(peers.offerer.connection, take_long, NULL);
	peers_negotiate();
	AWAIT(slow.begun);
	pthread_mutex_lock(&lock);
	slow.may_end = true;
	pthread_mutex_unlock(&lock);
	dc_connection_on_state(peers.offerer.connection, NULL, NULL);
	pthread_mutex_lock(&lock);
	cr_expect(slow.is_over);
	pthread_mutex_unlock(&lock);
	peers_destroy();
}

static void hold_up(struct dc_channel *channel, void *user)
{
	(void)channel;
	note(user);
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
}

/* What the connection has to tell waits behind a callback of its channel. */
Test(connection, what_is_reset_by_hand_is_not_told_and_can_be_asked_for_again)
{
	struct dc_connection *connection;
	struct dc_channel *channel;
	struct seen seen = {0};
	unsigned waits = 0;

	peers_create(NULL);
	connection = peers.offerer.connection;
	channel = open_channel(&peers.offerer, NULL, &seen);
	peers_negotiate();
	AWAIT(seen.opened && peers.offerer.states[DC_CONNECTED]);
	pthread_mutex_lock(&gate);
	dc_channel_on_open(channel, hold_up, &waits);
	AWAIT(waits);
	cr_expect_eq(dc_connection_close(connection, told_end, &peers.answerer), 0);
	cr_expect_eq(dc_connection_close(connection, told_end, &peers.answerer), -EALREADY);
	dc_connection_reset_callbacks(connection);
	cr_expect_eq(dc_connection_close(connection, told_end, &peers.offerer), 0);
	pthread_mutex_unlock(&gate);
	AWAIT(peers.offerer.closed);
	cr_expect_eq(peers.offerer.closed, 1);
	cr_expect_eq(peers.offerer.states[DC_CLOSED], 0);
	AWAIT(seen.closed);
	cr_expect_eq(peers.answerer.closed, 0);
	dc_channel_destroy(channel);
	peers_destroy();
}

Test(connection, many_come_and_go_at_the_same_time)
{
	enum { MANY = 24 };
	static struct side sides[MANY][2];
	struct dc_config config = local_config();

	peers.descriptors = count_fds();
	peers.threads = entries("/proc/self/task");
	for (int i = 0; i < MANY; i++) {
		side_open(&sides[i][0], &sides[i][1], &config);
		side_open(&sides[i][1], &sides[i][0], &config);
		cr_assert_eq(dc_connection_offer(sides[i][0].connection, told_offer, &sides[i][0]),
			     0);
	}
	for (int i = 0; i < MANY; i++)
		AWAIT(sides[i][0].states[DC_CONNECTED] && sides[i][1].states[DC_CONNECTED]);
	for (int i = 0; i < MANY; i++) {
		side_destroy(&sides[i][0]);
		side_destroy(&sides[i][1]);
	}
	expect_nothing_left();
}

static void cleanup_within(struct dc_connection *connection, enum dc_state state, void *user)
{
	(void)connection;
	if (state != DC_CONNECTED)
		return;
	pthread_mutex_lock(&lock);
	*(int *)user = dc_library_cleanup(0);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

Test(connection, a_cleanup_within_a_callback_is_refused)
{
	int error = 0;

	peers_create(NULL);
	dc_connection_on_state(peers.offerer.connection, cleanup_within, &error);
	peers_negotiate();
	AWAIT(error);
	cr_expect_eq(error, -EDEADLK);
	peers_destroy();
}

static void count_connections(void *user, const char *class_name, const char *holder,
			      unsigned references)
{
	if (!strcmp(class_name, "connection") && !strcmp(holder, "user"))
		*(unsigned *)user += references;
}

Test(connection, it_is_told_alive_with_its_holders)
{
	unsigned count = 0;

	peers_connect(NULL);
	dc_library_alive(count_connections, &count);
	cr_expect_eq(count, 2);
	cr_expect_eq(dc_library_cleanup(0), -ETIMEDOUT);
	peers_destroy();
	count = 0;
	dc_library_alive(count_connections, &count);
	cr_expect_eq(count, 0);
}
