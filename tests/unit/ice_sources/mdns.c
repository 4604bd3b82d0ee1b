/* SPDX-License-Identifier: Apache-2.0 */
/* A responder on the loopback interface. */
#include "peers.inc.c"

#include <arpa/inet.h>
#include <errno.h>
#include <mdns_message.h>
#include <run/fault.h>
#include <unistd.h>

static char name[32];		/* each test is a process: none hears the others */
static unsigned name_ms = 1000; /* it is given up after five of these */

static const struct agent_config asker_config = {.bind_address = "127.0.0.1",
						 .mdns_interface = "127.0.0.1",
						 .no_tcp = true,
						 .controlling = true};
static const struct agent_config named_config = {.bind_address = "127.0.0.1", .no_tcp = true};

static struct sockaddr_in group_address(void)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(5353),
		.sin_addr.s_addr = inet_addr("224.0.0.251"),
	};
}

static void begin(void)
{
	snprintf(name, sizeof(name), "peer-%d.local", (int)getpid());
	start();
}

/* port 0: one that answers must not come from. */
static int open_responder(uint16_t port)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_in address = group_address();
	struct ip_mreq member = {address.sin_addr, {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	address.sin_port = htons(port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	cr_assert_eq(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &member.imr_interface,
				sizeof(member.imr_interface)),
		     0);
	cr_assert_eq(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof(member)), 0);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* A question for the name has come. Others than our own may ask on this host. */
static void await_question(int fd)
{
	uint8_t expected[MDNS_QUESTION_MAX], data[MDNS_MESSAGE_MAX];
	int size = mdns_write_question(name, MDNS_A, expected, sizeof(expected));
	ssize_t got;

	do {
		got = recv(fd, data, sizeof(data), 0);
		cr_assert_gt(got, 0, "nobody asked");
	} while (got != size || memcmp(data, expected, (size_t)size) != 0);
}

static void answer(int fd, const char *ip)
{
	uint8_t question[MDNS_QUESTION_MAX], data[MDNS_QUESTION_MAX + 16];
	static const uint8_t header[] = {0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0};
	static const uint8_t record[] = {0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4};
	size_t name_size =
		(size_t)mdns_write_question(name, MDNS_A, question, sizeof(question)) - 12 - 4;
	struct sockaddr_in to = group_address();
	in_addr_t address = inet_addr(ip);
	size_t size = 0;

	memcpy(data, header, sizeof(header));
	size += sizeof(header);
	memcpy(data + size, question + 12, name_size);
	size += name_size;
	memcpy(data + size, record, sizeof(record));
	size += sizeof(record);
	memcpy(data + size, &address, sizeof(address));
	size += sizeof(address);
	cr_assert_eq(sendto(fd, data, size, 0, (struct sockaddr *)&to, sizeof(to)), (ssize_t)size);
}

static void call_add_named(void *user)
{
	struct peer *peer = user;
	struct candidate named = peer->known[0];

	named.name_port = address_port(&named.address);
	memset(&named.address, 0, sizeof(named.address));
	strcpy(named.name, name);
	cr_expect_eq(agent_add_remote(peer->other->agent, &named), 0);
	cr_expect_eq(agent_add_remote(peer->other->agent, &named), 0, "once is enough");
	cr_assert_not_null(peer->other->agent->names);
	cr_expect_eq(peer->other->agent->remote_count, 0);
}

/* a gets to know b by a name alone, b nothing of a. */
static void name_peer(struct peer *a, struct peer *b)
{
	*a = (struct peer){.other = b, .silent = true};
	*b = (struct peer){.other = a, .silent = true};
	create_peer(a, &asker_config);
	create_peer(b, &named_config);
	a->agent->timing.name_ms = name_ms;
	gather(b);
	gather(a);
	cr_assert(await(b, has_gathered, 0));
	on_executor(call_add_named, b);
	introduce(a);
	introduce(b);
}

Test(mdns, a_peer_with_a_name_is_found)
{
	struct peer a, b;

	begin();
	int fd = open_responder(5353);
	name_peer(&a, &b);
	await_question(fd);
	answer(fd, "127.0.0.1");
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	cr_expect(await(&b, is_in, AGENT_CONNECTED));
	cr_expect_null(a.agent->names);
	destroy_peer(&a);
	destroy_peer(&b);
	close(fd);
	finish();
}

Test(mdns, it_is_asked_for_again)
{
	struct peer a, b;

	begin();
	int fd = open_responder(5353);
	name_peer(&a, &b);
	await_question(fd);
	await_question(fd);
	answer(fd, "127.0.0.1");
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	destroy_peer(&a);
	destroy_peer(&b);
	close(fd);
	finish();
}

Test(mdns, an_answer_from_another_port_is_none)
{
	struct peer a, b;

	begin();
	int fd = open_responder(5353), other_fd = open_responder(0);
	name_peer(&a, &b);
	await_question(fd);
	answer(other_fd, "127.0.0.2");
	answer(fd, "127.0.0.1");
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	destroy_peer(&a);
	destroy_peer(&b);
	close(fd);
	close(other_fd);
	finish();
}

/* Tasks that are pending, as soon as no more than expected are. */
static unsigned tasks_settled(unsigned expected)
{
	const struct timespec deadline = deadline_in_ms(AWAIT_MS);
	struct library_counts counts;

	library_count(&counts);
	while (counts.tasks_pending > expected && !deadline_is_past(&deadline)) {
		rest_ms(1);
		library_count(&counts);
	}
	return counts.tasks_pending;
}

static void call_expect_none(void *user)
{
	const struct peer *peer = user;

	cr_expect_null(peer->agent->names);
	cr_expect_eq(peer->agent->remote_count, 0);
}

Test(mdns, a_name_that_nobody_knows_is_given_up)
{
	struct peer a, b;

	begin();
	name_ms = 100;
	name_peer(&a, &b);
	cr_expect_eq(tasks_settled(2), 2, "the two that read from UDP");
	on_executor(call_expect_none, &a);
	destroy_peer(&a);
	destroy_peer(&b);
	finish();
}

Test(mdns, close_ends_a_query)
{
	struct peer a, b;

	begin();
	name_peer(&a, &b);
	destroy_peer(&a);
	destroy_peer(&b);
	finish();
}

Test(mdns, with_the_fault_a_query_outlives_its_agent_and_asks_for_ever)
{
	struct library_counts counts;
	struct peer a, b;

	begin();
	name_ms = 400; /* all is set up before the agent would give it up: five of these */
	int fd = open_responder(5353);
	name_peer(&a, &b);
	cr_assert_eq(fault_set("mdns-query"), 0);
	destroy_peer(&a);
	destroy_peer(&b);
	for (unsigned i = 0; i < 7; i++)
		await_question(fd);
	library_count(&counts);
	cr_expect_eq(counts.tasks_pending, 1, "%u tasks", counts.tasks_pending);
	answer(fd, "127.0.0.1");
	cr_expect_eq(tasks_settled(0), 0);
	close(fd);
}
