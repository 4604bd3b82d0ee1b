/* SPDX-License-Identifier: Apache-2.0 */
#include "mux.inc.c"

#include <run/late.h>

static const struct agent_config udp = {.bind_address = IP, .no_tcp = true};
static const struct agent_config tcp = {.bind_address = IP, .no_udp = true};

static void connect_two(const struct agent_config *config)
{
	struct call_of_two first = {0}, second = {0};

	start_mux();
	connect_call(&first, config);
	connect_call(&second, config);
	expect_talk(&first);
	expect_talk(&second);
	end_call(&first);
	expect_talk(&second);
	end_call(&second);
	finish_mux();
}

Test(mux, two_share_a_udp_socket_and_one_goes_on_without_the_other)
{
	connect_two(&udp);
}

Test(mux, two_share_a_tcp_port_and_one_goes_on_without_the_other)
{
	connect_two(&tcp);
}

Test(mux, an_agent_has_the_ports_that_it_wants)
{
	static const struct agent_config both = {.bind_address = NULL};
	struct peer with_both = {0}, with_udp = {0}, with_tcp = {0};

	start_mux();
	create_member(&with_both, &both);
	create_member(&with_udp, &udp);
	create_member(&with_tcp, &tcp);
	gather(&with_both);
	gather(&with_udp);
	gather(&with_tcp);
	cr_assert(await(&with_both, has_gathered, 0) && await(&with_udp, has_gathered, 0) &&
		  await(&with_tcp, has_gathered, 0));
	cr_expect_eq(with_both.candidates, 2);
	cr_expect_eq(with_udp.candidates, 1);
	cr_expect(address_equal(&with_udp.known[0].address, &mux_udp));
	cr_expect_eq(with_tcp.candidates, 1);
	cr_expect(address_equal(&with_tcp.known[0].address, &mux_tcp));
	destroy_member(&with_both);
	destroy_member(&with_udp);
	destroy_member(&with_tcp);
	finish_mux();
}

static void call_gather_in_vain(void *user)
{
	cr_assert_eq(agent_gather(((struct peer *)user)->agent), -EADDRNOTAVAIL);
}

Test(mux, an_agent_that_wants_none_of_its_ports_has_no_candidates)
{
	struct peer peer = {0};

	start();
	cr_assert_eq(open_mux(&(struct mux_config){.bind_address = IP, .no_tcp = true}), 0);
	create_member(&peer, &tcp);
	on_executor(call_gather_in_vain, &peer);
	destroy_member(&peer);
	finish_mux();
}

static void call_add_again(void *user)
{
	cr_assert_eq(mux_add(mux, ((struct peer *)user)->agent), -EEXIST);
}

Test(mux, an_agent_is_added_once)
{
	struct peer peer = {0};

	start_mux();
	create_member(&peer, &udp);
	on_executor(call_add_again, &peer);
	on_executor(call_mux_remove, &peer);
	on_executor(call_mux_remove, &peer);
	destroy_peer(&peer);
	finish_mux();
}

/* Whose number is free for both: others may have it for TCP. */
static uint16_t open_with_port(void)
{
	struct mux_config config = mux_defaults;
	int error = -EADDRINUSE;

	for (int i = 0; i < 20 && error == -EADDRINUSE; i++) {
		cr_assert_eq(open_mux(&mux_defaults), 0);
		config.port = mux_port(mux, CARRIER_UDP);
		on_executor(call_mux_destroy, NULL);
		error = open_mux(&config);
	}
	cr_assert_eq(error, 0);
	return config.port;
}

Test(mux, a_port_that_is_given_is_both_and_taken_afterwards)
{
	struct mux_config config = mux_defaults;

	start();
	config.port = open_with_port();
	cr_expect_eq(mux_port(mux, CARRIER_UDP), config.port);
	cr_expect_eq(mux_port(mux, CARRIER_TCP_PASSIVE), config.port);
	cr_expect_eq(open_mux(&config), -EADDRINUSE);
	finish_mux();
}

Test(mux, there_is_none_without_an_address_or_a_transport)
{
	start();
	cr_expect_eq(open_mux(&(struct mux_config){.bind_address = NULL}), -EINVAL);
	cr_expect_eq(open_mux(&(struct mux_config){.bind_address = "here"}), -EINVAL);
	cr_expect_eq(
		open_mux(&(struct mux_config){.bind_address = IP, .no_udp = true, .no_tcp = true}),
		-EINVAL);
	cr_expect_eq(open_mux(&(struct mux_config){.bind_address = "192.0.2.77"}), -EADDRNOTAVAIL);
	finish();
}

/* What the mux itself does not like. */

Test(mux, what_is_for_nobody_is_dropped_without_a_word)
{
	struct peer member = {0};
	struct address here;
	struct stun_message request, answer = {.class = STUN_SUCCESS};

	start_mux();
	int fd = open_socket(&here);
	create_with_stranger(&member);
	request = request_to(&member, "nobody");
	send_stun(fd, &mux_udp, &request, agent_local_password(member.agent));
	request = request_to(&member, "");
	send_stun(fd, &mux_udp, &request, agent_local_password(member.agent));
	snprintf(request.username, sizeof(request.username), "nocolon");
	send_stun(fd, &mux_udp, &request, agent_local_password(member.agent));
	answer.mapped = here;
	stun_new_transaction(answer.transaction);
	send_stun(fd, &mux_udp, &answer, PASSWORD);
	say(fd, "data", 4);
	say(fd, "", 0);
	ask(fd, &member);
	struct stun_message first = await_stun(fd, STUN_SUCCESS, NULL);
	cr_expect(address_equal(&first.mapped, &here));
	cr_expect_eq(member.received, 0);
	destroy_member(&member);
	close(fd);
	finish_mux();
}

Test(mux, a_request_with_a_wrong_password_opens_no_way)
{
	struct stun_message request;
	struct peer member = {0};
	struct address here;

	start_mux();
	int fd = open_socket(&here);
	create_with_stranger(&member);
	request = request_to(&member, NULL);
	send_stun(fd, &mux_udp, &request, "wrong-password-wrong-password");
	cr_expect_eq(await_stun(fd, STUN_ERROR, NULL).error_code, STUN_UNAUTHENTICATED);
	say(fd, "data", 4);
	ask(fd, &member);
	await_stun(fd, STUN_SUCCESS, NULL);
	cr_expect_eq(member.received, 0);
	say(fd, "data", 4);
	cr_expect(await(&member, has_received, 1));
	destroy_member(&member);
	close(fd);
	finish_mux();
}

static struct address told;

static void call_tell_candidate(void *user)
{
	struct candidate remote = {
		.component = 1, .priority = 1000, .foundation = "s", .address = told};

	cr_assert_eq(agent_add_remote(((struct peer *)user)->agent, &remote), 0);
}

/* As an ICE lite peer does: it has candidates, and never asks (RFC 8445 section 2.5). */
Test(mux, a_peer_that_only_answers_is_known_by_its_answers)
{
	struct peer member = {0}, others[3] = {0};

	start_mux();
	int fd = open_socket(&told);
	for (int i = 0; i < 3; i++)
		create_with_stranger(&others[i]);
	create_with_stranger(&member);
	on_executor(call_tell_candidate, &member);
	answer_check(fd, &mux_udp);
	ask(fd, &others[0]); /* all that was said before is heard when this is answered */
	await_stun(fd, STUN_SUCCESS, NULL);
	say(fd, "data", 4);
	cr_expect(await(&member, has_received, 1));
	cr_expect_eq(others[0].received, 0);
	for (int i = 0; i < 3; i++)
		destroy_member(&others[i]);
	destroy_member(&member);
	close(fd);
	finish_mux();
}

Test(mux, an_address_is_not_taken_over_by_a_request_alone)
{
	struct peer first = {0}, second = {0};
	struct address here;

	start_mux();
	int fd = open_socket(&here);
	create_with_stranger(&first);
	create_with_stranger(&second);
	ask(fd, &first);
	await_stun(fd, STUN_SUCCESS, NULL);
	ask(fd, &second);
	await_stun(fd, STUN_SUCCESS, NULL);
	say(fd, "for the first", 13);
	cr_expect(await(&first, has_received, 1));
	cr_expect_eq(second.received, 0);
	destroy_member(&first);
	ask(fd, &second);
	await_stun(fd, STUN_SUCCESS, NULL);
	say(fd, "for the second", 14);
	cr_expect(await(&second, has_received, 1));
	destroy_member(&second);
	close(fd);
	finish_mux();
}

Test(mux, a_peer_with_many_addresses_is_heard_from_the_latest)
{
	enum { ADDRESSES = 40 };
	struct peer member = {0};
	struct address here;
	int fds[ADDRESSES];

	start_mux();
	create_with_stranger(&member);
	for (int i = 0; i < ADDRESSES; i++) {
		fds[i] = open_socket(&here);
		ask(fds[i], &member);
		await_stun(fds[i], STUN_SUCCESS, NULL);
		say(fds[i], "data", 4);
		cr_expect(await(&member, has_received, i + 1));
	}
	say(fds[0], "data", 4); /* from where nothing was asked for long */
	ask(fds[0], &member);
	await_stun(fds[0], STUN_SUCCESS, NULL);
	cr_expect_eq(member.received, ADDRESSES);
	say(fds[0], "data", 4);
	cr_expect(await(&member, has_received, ADDRESSES + 1));
	destroy_member(&member);
	for (int i = 0; i < ADDRESSES; i++)
		close(fds[i]);
	finish_mux();
}

/* TCP. */

Test(mux, hostile_streams_harm_no_peer)
{
	enum { HOSTILE = 40, IDLE = 100 };
	static const uint8_t noise[4096] = {0, 200, 0x16, 0xfe, 0xfd};
	struct call_of_two call = {0};
	int hostile[HOSTILE], idle[IDLE];

	start_mux();
	connect_call(&call, &tcp);
	for (int i = 0; i < HOSTILE; i++) {
		hostile[i] = open_stream();
		cr_assert_eq(send(hostile[i], noise, sizeof(noise), MSG_NOSIGNAL), sizeof(noise));
	}
	for (int i = 0; i < IDLE; i++)
		idle[i] = open_stream();
	uint8_t byte;
	cr_expect_leq(recv(hostile[0], &byte, 1, 0), 0, "it made room");
	expect_talk(&call);
	for (int i = 0; i < HOSTILE; i++)
		close(hostile[i]);
	for (int i = 0; i < IDLE; i++)
		close(idle[i]);
	expect_talk(&call);
	end_call(&call);
	finish_mux();
}

Test(mux, the_streams_of_an_agent_that_is_removed_are_closed)
{
	uint8_t data[FRAMING_HEADER_SIZE + STUN_MESSAGE_MAX], byte;
	struct peer member = {0};
	struct stun_message request;

	start_mux();
	create_member(&member, &tcp);
	gather(&member);
	on_executor(call_meet, &member);
	int fd = open_stream();
	request = request_to(&member, NULL);
	request.method = STUN_BINDING;
	int size = stun_write(&request, agent_local_password(member.agent),
			      data + FRAMING_HEADER_SIZE, STUN_MESSAGE_MAX);
	framing_write_header(data, (size_t)size);
	cr_assert_eq(send(fd, data, FRAMING_HEADER_SIZE + (size_t)size, MSG_NOSIGNAL),
		     FRAMING_HEADER_SIZE + size);
	cr_assert_eq(recv(fd, &byte, 1, 0), 1, "an answer");
	destroy_member(&member);
	while (recv(fd, &byte, 1, 0) > 0)
		;
	close(fd);
	finish_mux();
}

/* Ends. */

static void remove_on_data(void *user, const uint8_t *data, size_t size)
{
	told_data(user, data, size);
	mux_remove(mux, ((struct peer *)user)->agent);
	agent_close(((struct peer *)user)->agent);
}

static void end_on_data(const struct agent_config *config)
{
	struct call_of_two call = {0};

	start_mux();
	connect_call(&call, config);
	call.member.agent->events.receive = remove_on_data;
	cr_expect_eq(send_text(&call.peer, "the last"), 0);
	cr_expect(await(&call.member, has_received, 1));
	end_call(&call);
	finish_mux();
}

Test(mux, an_agent_may_be_removed_by_who_gets_its_datagram)
{
	end_on_data(&udp);
}

Test(mux, an_agent_may_be_removed_by_who_gets_its_packet_of_a_stream)
{
	end_on_data(&tcp);
}

static void close_under(const struct agent_config *config)
{
	struct call_of_two call = {0};

	start_mux();
	connect_call(&call, config);
	on_executor(call_mux_close, NULL);
	cr_expect_eq(send_text(&call.member, "too late"), -EBADF);
	cr_expect_eq(late_count(), 1);
	end_call(&call);
	finish_mux();
}

Test(mux, what_an_agent_sends_through_a_closed_udp_socket_is_caught)
{
	close_under(&udp);
}

Test(mux, what_an_agent_sends_through_a_closed_stream_is_caught)
{
	close_under(&tcp);
}
