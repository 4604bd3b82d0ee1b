/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

#include <errno.h>
#include <run/fault.h>
#include <unistd.h>

static struct peer a;

static void gather_all(const struct agent_config *config)
{
	start();
	create_peer(&a, config);
	a.agent->timing.rto_ms = 10;
	gather(&a);
	cr_assert(await(&a, has_gathered, 0));
}

static void end(void)
{
	destroy_peer(&a);
	finish();
}

Test(gather, an_address_has_a_candidate_of_each_transport)
{
	gather_all(&(struct agent_config){.bind_address = "127.0.0.1"});
	cr_assert_eq(a.candidates, 3);
	for (unsigned i = 0; i < 3; i++) {
		cr_expect_eq(a.known[i].type, CANDIDATE_HOST);
		cr_expect_eq(a.known[i].component, 1);
		for (unsigned k = 0; k < i; k++)
			cr_expect_str_neq(a.known[i].foundation, a.known[k].foundation);
	}
	cr_expect_eq(a.known[0].transport, CANDIDATE_UDP);
	cr_expect_eq(a.known[1].transport, CANDIDATE_TCP_PASSIVE);
	cr_expect_eq(a.known[2].transport, CANDIDATE_TCP_ACTIVE);
	cr_expect_neq(address_port(&a.known[1].address), 0);
	cr_expect_eq(address_port(&a.known[2].address), 9);
	end();
}

Test(gather, what_is_not_wanted_is_left_out)
{
	gather_all(&(struct agent_config){
		.loopback = true, .no_ipv6 = true, .no_udp = true, .port_begin = 1});
	for (unsigned i = 0; i < a.candidates && i < 8; i++) {
		cr_expect_eq(address_family(&a.known[i].address), AF_INET);
		cr_expect_neq(a.known[i].transport, CANDIDATE_UDP);
	}
	end();
}

static bool is_loopback_told(void)
{
	for (unsigned i = 0; i < a.agent->local_count; i++)
		if (address_is_loopback(&a.agent->locals[i]->address))
			return true;
	return false;
}

Test(gather, loopback_is_told_where_it_is_asked_for_and_last)
{
	gather_all(&(struct agent_config){.loopback = true, .no_tcp = true});
	cr_assert_geq(a.agent->local_count, 1);
	cr_expect(is_loopback_told());
	for (unsigned i = 1; i < a.agent->local_count; i++)
		cr_expect_lt(a.agent->locals[i]->priority, a.agent->locals[i - 1]->priority);
	cr_expect(address_is_loopback(&a.agent->locals[a.agent->local_count - 1]->address));
	end();
}

Test(gather, loopback_is_not_told_where_there_is_another)
{
	struct address addresses[32];
	bool is_alone = true;
	int count = address_list_interfaces(addresses, 32);

	for (int i = 0; i < count; i++)
		is_alone &=
			address_is_loopback(&addresses[i]) || address_is_link_local(&addresses[i]);
	gather_all(&(struct agent_config){.no_tcp = true});
	cr_expect_eq(is_loopback_told(), is_alone);
	end();
}

/* The port that the kernel gave to this socket, and the one after. */
static int occupy_port(uint16_t *ret_port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(bind(fd, (struct sockaddr *)&address, size), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

Test(gather, a_port_that_is_taken_is_passed_over)
{
	struct agent_config config = {.bind_address = "127.0.0.1", .no_tcp = true};
	int fd = occupy_port(&config.port_begin);

	config.port_end = config.port_begin < 65000 ? config.port_begin + 50 : 65535;
	gather_all(&config);
	cr_assert_eq(a.candidates, 1);
	cr_expect_gt(address_port(&a.known[0].address), config.port_begin);
	cr_expect_leq(address_port(&a.known[0].address), config.port_end);
	end();
	close(fd);
}

static void call_gather_in_vain(void *user)
{
	struct arguments *arguments = user;

	arguments->result = agent_gather(a.agent);
}

Test(gather, it_says_so_if_no_port_is_free)
{
	struct agent_config config = {.bind_address = "127.0.0.1", .no_tcp = true};
	struct arguments arguments = {.result = 0};
	int fd = occupy_port(&config.port_begin);

	config.port_end = config.port_begin;
	start();
	create_peer(&a, &config);
	on_executor(call_gather_in_vain, &arguments);
	cr_expect_eq(arguments.result, -EADDRINUSE);
	end();
	close(fd);
}

/* RFC 5737: an address for documentation, which nobody has. */
Test(gather, it_says_so_if_the_address_is_not_ours)
{
	static const struct agent_config configs[] = {
		{.bind_address = "203.0.113.5"},
		{.bind_address = "203.0.113.5", .no_udp = true},
		{.bind_address = "203.0.113.5", .no_tcp = true},
	};

	start();
	for (unsigned i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct arguments arguments = {.result = 0};

		create_peer(&a, &configs[i]);
		on_executor(call_gather_in_vain, &arguments);
		cr_expect_eq(arguments.result, -EADDRNOTAVAIL);
		cr_expect_eq(a.agent->local_count, 0);
		destroy_peer(&a);
	}
	finish();
}

/* A STUN server that sees everyone at 192.0.2.1:9999. */
static int open_server(char ret_name[64])
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, size), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(ret_name, 64, "localhost:%u", ntohs(address.sin_port));
	return fd;
}

static struct stun_message await_request(int fd, struct address *ret_from)
{
	uint8_t data[STUN_MESSAGE_MAX];
	struct stun_message request;

	ret_from->size = sizeof(ret_from->storage);
	ssize_t size = recvfrom(fd, data, sizeof(data), 0, &ret_from->any, &ret_from->size);
	cr_assert_gt(size, 0, "nothing came");
	cr_assert_eq(stun_read(data, (size_t)size, &request), 0);
	cr_expect_eq(request.class, STUN_REQUEST);
	cr_expect_not(request.has_integrity);
	return request;
}

static void answer(int fd, const struct stun_message *request, const struct address *to,
		   const struct address *mapped)
{
	struct stun_message message = {
		.class = STUN_SUCCESS, .method = STUN_BINDING, .mapped = *mapped};
	uint8_t data[STUN_MESSAGE_MAX];

	memcpy(message.transaction, request->transaction, STUN_TRANSACTION_SIZE);
	int size = stun_write(&message, NULL, data, sizeof(data));
	cr_assert_eq(sendto(fd, data, (size_t)size, 0, &to->any, to->size), size);
}

static unsigned keep_ms = 15000;
static unsigned rto_ms = 1000; /* the server has seven of these for its answer */

static void begin_reflexive(const char *server)
{
	const struct agent_config config = {
		.bind_address = "127.0.0.1", .no_tcp = true, .stun_server = server};

	start();
	create_peer(&a, &config);
	a.agent->timing.rto_ms = rto_ms;
	a.agent->timing.keep_ms = keep_ms;
	gather(&a);
}

Test(gather, a_stun_server_says_how_it_sees_us)
{
	struct address from, mapped, again;
	char name[64];
	int fd = open_server(name);

	cr_assert_eq(address_parse("192.0.2.1", 9999, &mapped), 0);
	begin_reflexive(name);
	struct stun_message first = await_request(fd, &from);
	struct stun_message second = await_request(fd, &again);
	cr_expect_arr_eq(first.transaction, second.transaction, STUN_TRANSACTION_SIZE);
	answer(fd, &second, &from, &mapped);
	cr_assert(await(&a, has_gathered, 0));
	cr_assert_eq(a.candidates, 2);
	cr_expect_eq(a.known[1].type, CANDIDATE_SRFLX);
	cr_expect(address_equal(&a.known[1].address, &mapped));
	cr_expect(address_equal(&a.known[1].related, &a.known[0].address));
	cr_expect_eq(a.known[1].priority,
		     candidate_priority(CANDIDATE_SRFLX, CANDIDATE_UDP, 65535, 1));
	end();
	close(fd);
}

/* The NAT must not forget us while the peer's answer is under way. */
Test(gather, a_reflexive_address_is_kept_alive)
{
	struct address from, mapped;
	char name[64];
	int fd = open_server(name);

	cr_assert_eq(address_parse("192.0.2.1", 9999, &mapped), 0);
	keep_ms = 20;
	begin_reflexive(name);
	struct stun_message first = await_request(fd, &from), later;
	answer(fd, &first, &from, &mapped);
	for (unsigned others = 0; others < 2;) {
		later = await_request(fd, &from);
		others += memcmp(later.transaction, first.transaction, STUN_TRANSACTION_SIZE) != 0;
	}
	end();
	close(fd);
}

Test(gather, a_reflexive_address_that_is_the_base_is_not_told)
{
	struct address from;
	char name[64];
	int fd = open_server(name);

	begin_reflexive(name);
	struct stun_message request = await_request(fd, &from);
	answer(fd, &request, &from, &from);
	cr_assert(await(&a, has_gathered, 0));
	cr_expect_eq(a.candidates, 1);
	end();
	close(fd);
}

Test(gather, an_answer_from_elsewhere_is_none)
{
	struct address from, mapped;
	char name[64], other_name[64];
	int fd = open_server(name), other_fd = open_server(other_name);

	cr_assert_eq(address_parse("192.0.2.1", 9999, &mapped), 0);
	rto_ms = 20;
	begin_reflexive(name);
	struct stun_message request = await_request(fd, &from);
	answer(other_fd, &request, &from, &mapped);
	cr_assert(await(&a, has_gathered, 0));
	cr_expect_eq(a.candidates, 1);
	end();
	close(fd);
	close(other_fd);
}

Test(gather, a_silent_server_holds_it_up_for_a_time)
{
	uint8_t request[STUN_MESSAGE_MAX];
	unsigned requests = 0;
	char name[64];
	int fd = open_server(name);

	rto_ms = 20;
	begin_reflexive(name);
	cr_expect(await(&a, has_gathered, 0));
	cr_expect_eq(a.candidates, 1);
	while (recv(fd, request, sizeof(request), MSG_DONTWAIT) > 0)
		requests++;
	cr_expect_eq(requests, 3);
	end();
	close(fd);
}

static void find_waker(const struct object *object, void *user)
{
	bool *is_found = user;

	for (unsigned i = 0; i < OBJECT_HOLDERS; i++)
		if (object->holders[i].refs > 0 && strcmp(object->holders[i].name, "waker") == 0)
			*is_found = true;
}

/* The resolver's thread may still have its own in its hands. */
static bool has_waker(void)
{
	bool is_found = true;

	for (unsigned i = 0; i < AWAIT_MS && is_found; i++) {
		rest_ms(i > 0);
		is_found = false;
		object_visit(find_waker, &is_found);
	}
	return is_found;
}

Test(gather, with_the_fault_nobody_can_wake_the_task_of_a_closed_agent)
{
	struct library_counts counts;
	struct address from;
	char name[64];
	int fd = open_server(name);

	begin_reflexive(name);
	await_request(fd, &from);
	cr_assert_eq(fault_set("lost-waker"), 0);
	destroy_peer(&a);
	library_count(&counts);
	cr_expect_eq(counts.tasks_pending, 1, "%u tasks", counts.tasks_pending);
	cr_expect_eq(counts.timers_armed, 0, "%u timers", counts.timers_armed);
	cr_expect_not(has_waker());
	close(fd);
}

Test(gather, what_names_no_server_is_refused)
{
	static const char *const names[] = {"",	       ":3478", "host:",  "host:0", "host:65536",
					    "host:1x", "[::1",	"[::1]x", "[::1]:x"};

	start();
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct agent_config config = {
			.bind_address = "127.0.0.1", .no_tcp = true, .stun_server = names[i]};
		struct arguments arguments = {.result = 0};

		create_peer(&a, &config);
		on_executor(call_gather_in_vain, &arguments);
		cr_expect_eq(arguments.result, -EINVAL, "'%s'", names[i]);
		destroy_peer(&a);
	}
	finish();
}
