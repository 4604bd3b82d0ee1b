/* SPDX-License-Identifier: Apache-2.0 */
/* A mux, agents on it, ordinary agents as their peers, and a plain socket for what no sound peer
 * says. */
#include "socket.inc.c"

#include <errno.h>
#include <ice/mux.h>
#include <net/framing.h>

#define IP "127.0.0.1"

static struct mux *mux;
static struct mux_config mux_defaults = {.bind_address = IP};
static struct address mux_udp, mux_tcp;

struct mux_call {
	const struct mux_config *config;
	struct peer *peer;
	int result;
};

static void call_mux_create(void *user)
{
	struct mux_call *call = user;
	struct mux_config config = *call->config;

	config.executor = executor;
	call->result = mux_create(&config, &mux);
	if (call->result)
		return;
	cr_assert_eq(address_parse(IP, mux_port(mux, CARRIER_UDP), &mux_udp), 0);
	cr_assert_eq(address_parse(IP, mux_port(mux, CARRIER_TCP_PASSIVE), &mux_tcp), 0);
}

static int open_mux(const struct mux_config *config)
{
	struct mux_call call = {.config = config};

	on_executor(call_mux_create, &call);
	return call.result;
}

HELPER void start_mux(void)
{
	start();
	cr_assert_eq(open_mux(&mux_defaults), 0);
}

static void call_mux_destroy(void *unused)
{
	(void)unused;
	mux_destroy(mux);
	mux = NULL;
}

HELPER void finish_mux(void)
{
	on_executor(call_mux_destroy, NULL);
	finish();
}

HELPER void call_mux_close(void *unused)
{
	(void)unused;
	mux_close(mux);
}

static void call_mux_add(void *user)
{
	struct mux_call *call = user;

	call->result = mux_add(mux, call->peer->agent);
}

/* An agent on the mux. */
static void create_member(struct peer *peer, const struct agent_config *like)
{
	struct agent_config config = *like;
	struct mux_call call = {.peer = peer};

	config.carriers = mux_carriers(mux);
	create_peer(peer, &config);
	on_executor(call_mux_add, &call);
	cr_assert_eq(call.result, 0);
}

static void call_mux_remove(void *user)
{
	mux_remove(mux, ((struct peer *)user)->agent);
}

static void destroy_member(struct peer *peer)
{
	on_executor(call_mux_remove, peer);
	destroy_peer(peer);
}

/* A member of the mux and its peer. */
struct call_of_two {
	struct peer member, peer;
};

HELPER void connect_call(struct call_of_two *call, const struct agent_config *config)
{
	struct agent_config controlling = *config;

	controlling.controlling = true;
	call->member.other = &call->peer;
	call->peer.other = &call->member;
	create_member(&call->member, config);
	create_peer(&call->peer, &controlling);
	gather(&call->member);
	gather(&call->peer);
	introduce(&call->member);
	introduce(&call->peer);
	cr_assert(await(&call->member, is_in, AGENT_CONNECTED));
	cr_assert(await(&call->peer, is_in, AGENT_CONNECTED));
}

HELPER void expect_talk(struct call_of_two *call)
{
	cr_expect(passes_text(&call->member, &call->peer, "from the member"));
	cr_expect(passes_text(&call->peer, &call->member, "from the peer"));
}

HELPER void end_call(struct call_of_two *call)
{
	destroy_member(&call->member);
	destroy_peer(&call->peer);
}

/* Sockets in place of peers. */

HELPER int open_stream(void)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(connect(fd, &mux_tcp.any, mux_tcp.size), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

HELPER void say(int fd, const void *data, size_t size)
{
	cr_assert_eq(sendto(fd, data, size, 0, &mux_udp.any, mux_udp.size), (ssize_t)size);
}

/* As a peer of the member would ask; ufrag NULL: its own. */
HELPER struct stun_message request_to(const struct peer *member, const char *ufrag)
{
	struct stun_message request = {
		.class = STUN_REQUEST, .priority = 77, .controlling = true, .tie_breaker = 1};

	snprintf(request.username, sizeof(request.username), "%s:stranger",
		 ufrag ? ufrag : agent_local_ufrag(member->agent));
	stun_new_transaction(request.transaction);
	return request;
}

HELPER void ask(int fd, const struct peer *member)
{
	struct stun_message request = request_to(member, NULL);

	send_stun(fd, &mux_udp, &request, agent_local_password(member->agent));
}

static void call_meet(void *user)
{
	struct peer *member = user;

	cr_assert_eq(agent_set_remote_credentials(member->agent, "stranger", PASSWORD), 0);
}

/* A member whose peer is the socket. */
HELPER void create_with_stranger(struct peer *member)
{
	static const struct agent_config udp = {.no_tcp = true};

	create_member(member, &udp);
	gather(member);
	on_executor(call_meet, member);
}

/* The member's next check is answered. */
HELPER void answer_check(int fd, const struct address *mapped)
{
	struct stun_message answer = {.class = STUN_SUCCESS, .mapped = *mapped};
	struct stun_message request = await_stun(fd, STUN_REQUEST, NULL);

	memcpy(answer.transaction, request.transaction, STUN_TRANSACTION_SIZE);
	send_stun(fd, &mux_udp, &answer, PASSWORD);
}
