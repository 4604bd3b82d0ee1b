/* SPDX-License-Identifier: Apache-2.0 */
/* An agent whose peer is a plain socket. */
#include "socket.inc.c"

#include <errno.h>

static struct peer a;
static int fd, other_fd;
static struct address here, other, there; /* of fd, of other_fd, of a's UDP candidate */

static void begin(bool controlling)
{
	const struct agent_config config = {
		.bind_address = "127.0.0.1", .no_tcp = true, .controlling = controlling};

	start();
	fd = open_socket(&here);
	other_fd = open_socket(&other);
	create_peer(&a, &config);
	a.agent->tie_breaker = 1000;
	gather(&a);
	cr_assert(await(&a, has_gathered, 0));
	there = a.known[0].address;
}

static void end(void)
{
	if (a.agent)
		destroy_peer(&a);
	close(fd);
	close(other_fd);
	finish();
}

HELPER void call_meet(void *unused)
{
	struct candidate remote = {
		.component = 1, .priority = 1000, .foundation = "s", .address = here};

	(void)unused;
	cr_assert_eq(agent_set_remote_credentials(a.agent, "stranger", PASSWORD), 0);
	cr_assert_eq(agent_add_remote(a.agent, &remote), 0);
}

static void send_message(int from, struct stun_message *message, const char *password)
{
	send_stun(from, &there, message, password);
}

/* A request as the peer would send it. */
static struct stun_message sound_request(void)
{
	struct stun_message request = {.class = STUN_REQUEST, .priority = 77, .controlled = true};

	snprintf(request.username, sizeof(request.username), "%s:stranger",
		 agent_local_ufrag(a.agent));
	request.controlled = a.agent->config.controlling;
	request.controlling = !request.controlled;
	request.tie_breaker = 1;
	stun_new_transaction(request.transaction);
	return request;
}

static struct stun_message await_message(enum stun_class class, const char *password)
{
	return await_stun(fd, class, password);
}

HELPER unsigned await_error(const struct stun_message *request, const char *password)
{
	struct stun_message answer = await_message(STUN_ERROR, password);

	cr_expect_arr_eq(answer.transaction, request->transaction, STUN_TRANSACTION_SIZE);
	return answer.error_code;
}

/* The agent's check, in ret_request, and its answer. */
HELPER void answer_check(int from, enum stun_class class, unsigned error, const char *password,
			 struct stun_message *ret_request)
{
	struct stun_message answer = {.class = class, .error_code = error};

	*ret_request = await_message(STUN_REQUEST, PASSWORD);
	memcpy(answer.transaction, ret_request->transaction, STUN_TRANSACTION_SIZE);
	if (class == STUN_SUCCESS)
		answer.mapped = there;
	send_message(from, &answer, password);
}

/* What was sent before is handled when this returns. */
HELPER void settle(int from)
{
	struct stun_message request = sound_request(), answer;
	int kept = fd;

	send_message(from, &request, agent_local_password(a.agent));
	fd = from;
	do
		answer = await_message(STUN_SUCCESS, agent_local_password(a.agent));
	while (memcmp(answer.transaction, request.transaction, STUN_TRANSACTION_SIZE) != 0);
	fd = kept;
}

static void call_find_state(void *user)
{
	*(enum pair_state *)user = a.agent->checklist.first->state;
}

HELPER enum pair_state first_state(void)
{
	enum pair_state state;

	on_executor(call_find_state, &state);
	return state;
}

/* As controlled: the peer's word counts, at once or when our own check has succeeded. */
HELPER void nominate(int from)
{
	struct stun_message request = sound_request();

	request.use_candidate = true;
	send_message(from, &request, agent_local_password(a.agent));
}
