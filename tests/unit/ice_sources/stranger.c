/* SPDX-License-Identifier: Apache-2.0 */
#include "stranger.inc.c"

Test(stranger, a_request_without_integrity_is_a_bad_one)
{
	begin(true);
	struct stun_message request = sound_request();
	send_message(fd, &request, NULL);
	cr_expect_eq(await_error(&request, NULL), STUN_BAD_REQUEST);
	end();
}

Test(stranger, a_request_with_a_wrong_password_is_refused)
{
	begin(true);
	struct stun_message request = sound_request();
	send_message(fd, &request, "not the password of the agent");
	cr_expect_eq(await_error(&request, NULL), STUN_UNAUTHENTICATED);
	cr_expect_eq(a.agent->remote_count, 0);
	end();
}

Test(stranger, a_request_for_somebody_else_is_refused)
{
	begin(true);
	struct stun_message request = sound_request();
	snprintf(request.username, sizeof(request.username), "%.7s:stranger",
		 agent_local_ufrag(a.agent));
	send_message(fd, &request, agent_local_password(a.agent));
	cr_expect_eq(await_error(&request, NULL), STUN_UNAUTHENTICATED);
	end();
}

Test(stranger, a_sound_request_is_answered_before_the_peer_is_known)
{
	begin(true);
	struct stun_message request = sound_request();
	send_message(fd, &request, agent_local_password(a.agent));
	struct stun_message answer = await_message(STUN_SUCCESS, agent_local_password(a.agent));
	cr_expect(address_equal(&answer.mapped, &here));
	cr_expect_arr_eq(answer.transaction, request.transaction, STUN_TRANSACTION_SIZE);
	end();
}

Test(stranger, the_side_with_the_greater_tie_breaker_keeps_control)
{
	begin(true);
	struct stun_message request = sound_request();
	request.controlling = true;
	request.controlled = false;
	request.tie_breaker = 999;
	send_message(fd, &request, agent_local_password(a.agent));
	cr_expect_eq(await_error(&request, agent_local_password(a.agent)), STUN_ROLE_CONFLICT);
	cr_expect(a.agent->controlling);
	request.tie_breaker = 1001;
	send_message(fd, &request, agent_local_password(a.agent));
	await_message(STUN_SUCCESS, agent_local_password(a.agent));
	cr_expect_not(a.agent->controlling);
	end();
}

Test(stranger, the_controlled_side_with_the_greater_tie_breaker_takes_control)
{
	begin(false);
	struct stun_message request = sound_request();
	request.controlling = false;
	request.controlled = true;
	request.tie_breaker = 1001;
	send_message(fd, &request, agent_local_password(a.agent));
	cr_expect_eq(await_error(&request, agent_local_password(a.agent)), STUN_ROLE_CONFLICT);
	cr_expect_not(a.agent->controlling);
	request.tie_breaker = 999;
	send_message(fd, &request, agent_local_password(a.agent));
	await_message(STUN_SUCCESS, agent_local_password(a.agent));
	cr_expect(a.agent->controlling);
	end();
}

Test(stranger, a_check_says_who_asks_and_in_which_role)
{
	struct stun_message request;
	char username[STUN_USERNAME_MAX + 1];

	begin(true);
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	snprintf(username, sizeof(username), "stranger:%s", agent_local_ufrag(a.agent));
	cr_expect_str_eq(request.username, username);
	cr_expect(request.controlling && !request.controlled && !request.use_candidate);
	cr_expect_eq(request.tie_breaker, 1000u);
	cr_expect_eq(request.priority,
		     candidate_priority(CANDIDATE_PRFLX, CANDIDATE_UDP, 65535, 1));
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	cr_expect(request.use_candidate, "the second nominates");
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	end();
}

Test(stranger, an_answer_with_a_wrong_password_is_not_believed)
{
	struct stun_message first, second;

	begin(true);
	a.agent->timing.rto_ms = 100;
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_SUCCESS, 0, "not the password of the peer", &first);
	answer_check(fd, STUN_SUCCESS, 0, NULL, &second);
	cr_expect_arr_eq(first.transaction, second.transaction, STUN_TRANSACTION_SIZE);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &second);
	cr_expect_arr_eq(first.transaction, second.transaction, STUN_TRANSACTION_SIZE);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &second);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	end();
}

Test(stranger, an_answer_from_elsewhere_fails_the_pair)
{
	struct stun_message request;

	begin(true);
	on_executor(call_meet, NULL);
	answer_check(other_fd, STUN_SUCCESS, 0, PASSWORD, &request);
	settle(other_fd);
	cr_expect_eq(first_state(), PAIR_FAILED);
	end();
}

Test(stranger, a_role_conflict_turns_the_role)
{
	struct stun_message first, second;

	begin(true);
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_ERROR, STUN_ROLE_CONFLICT, PASSWORD, &first);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &second);
	cr_expect(first.controlling && second.controlled && !second.controlling);
	cr_expect_neq(first.tie_breaker, second.tie_breaker);
	cr_expect(memcmp(first.transaction, second.transaction, STUN_TRANSACTION_SIZE) != 0);
	end();
}

Test(stranger, a_refusal_is_no_end_while_the_peer_may_not_know_us_yet)
{
	struct stun_message first, second;

	begin(true);
	a.agent->timing.rto_ms = 100;
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_ERROR, STUN_UNAUTHENTICATED, NULL, &first);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &second);
	cr_expect_arr_eq(first.transaction, second.transaction, STUN_TRANSACTION_SIZE);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &second);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	end();
}

Test(stranger, another_error_fails_the_pair)
{
	struct stun_message request;

	begin(true);
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_ERROR, STUN_BAD_REQUEST, PASSWORD, &request);
	settle(other_fd);
	cr_expect_eq(first_state(), PAIR_FAILED);
	end();
}

static void say(int from, const char *text)
{
	cr_assert_eq(sendto(from, text, strlen(text), 0, &there.any, there.size),
		     (ssize_t)strlen(text));
}

/* Both arrive in order: what is dropped is known to be when the next has come. */
Test(stranger, data_is_taken_from_who_knows_the_password_alone)
{
	begin(false);
	on_executor(call_meet, NULL);
	say(fd, "before");
	struct stun_message request = sound_request();
	send_message(fd, &request, agent_local_password(a.agent));
	await_message(STUN_SUCCESS, agent_local_password(a.agent));
	say(other_fd, "from elsewhere");
	say(fd, "after");
	cr_expect(await(&a, has_received, 1));
	cr_expect_str_eq(a.last, "after");
	cr_expect_eq(a.received, 1);
	end();
}

Test(stranger, a_nomination_holds_when_our_own_check_has_succeeded)
{
	struct stun_message request;

	begin(false);
	nominate(fd);
	await_message(STUN_SUCCESS, agent_local_password(a.agent));
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	cr_expect(request.controlled && !request.use_candidate);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	end();
}

Test(stranger, a_nomination_holds_at_once_on_a_pair_that_is_valid)
{
	struct stun_message request;

	begin(false);
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	nominate(fd);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	end();
}

/* The peer that only expects answers: its requests are its consent. */
Test(stranger, requests_are_answered_while_connected_and_after_a_failure)
{
	struct stun_message request;

	begin(false);
	a.agent->timing.consent_ms = 10;
	a.agent->timing.expire_ms = 50;
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	nominate(fd);
	await_message(STUN_SUCCESS, agent_local_password(a.agent));
	cr_expect(await(&a, is_in, AGENT_FAILED));
	struct stun_message consent = sound_request();
	send_message(fd, &consent, agent_local_password(a.agent));
	struct stun_message answer = await_message(STUN_SUCCESS, agent_local_password(a.agent));
	cr_expect_arr_eq(answer.transaction, consent.transaction, STUN_TRANSACTION_SIZE);
	end();
}

static void call_meet_other(void *user)
{
	struct candidate remote = {
		.component = 1, .priority = *(uint32_t *)user, .foundation = "o", .address = other};

	cr_assert_eq(agent_add_remote(a.agent, &remote), 0);
}

static void call_expect_rest(void *unused)
{
	(void)unused;
	cr_expect_eq(a.agent->checklist.count, 2);
	for (const struct pair *pair = a.agent->checklist.first; pair; pair = pair->next)
		cr_expect_not(timer_is_armed(&pair->retransmission));
}

Test(stranger, no_check_is_repeated_once_a_pair_is_selected)
{
	uint8_t data[STUN_MESSAGE_MAX];
	struct stun_message request;
	uint32_t priority = 500;

	begin(true);
	on_executor(call_meet, NULL);
	on_executor(call_meet_other, &priority);
	cr_assert_gt(recv(other_fd, data, sizeof(data), 0), 0);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	on_executor(call_expect_rest, NULL);
	end();
}

static void expect_selected(const struct address *remote)
{
	struct selection selection = {.peer = &a};

	on_executor(call_selected, &selection);
	cr_expect(address_equal(&selection.remote.address, remote));
}

/* Two pairs, each nominated once it is valid. */
static void nominate_both(uint32_t priority)
{
	struct stun_message request;
	int first_fd;

	begin(false);
	on_executor(call_meet, NULL);
	on_executor(call_meet_other, &priority);
	first_fd = fd;
	answer_check(first_fd, STUN_SUCCESS, 0, PASSWORD, &request);
	fd = other_fd;
	answer_check(other_fd, STUN_SUCCESS, 0, PASSWORD, &request);
	fd = first_fd;
	nominate(fd);
	await_message(STUN_SUCCESS, agent_local_password(a.agent));
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	expect_selected(&here);
	fd = other_fd;
	nominate(fd);
	await_message(STUN_SUCCESS, agent_local_password(a.agent));
	expect_selected(priority > 1000 ? &other : &here);
	cr_expect(await(&a, has_connected, priority > 1000 ? 2 : 1), "another path is told");
	fd = first_fd;
	end();
}

Test(stranger, a_later_nomination_of_a_better_pair_holds)
{
	nominate_both(2000);
}

Test(stranger, a_later_nomination_of_a_worse_pair_does_not)
{
	nominate_both(500);
}

Test(stranger, rubbish_is_no_trouble)
{
	static const struct {
		const char *data;
		size_t size;
	} rubbish[] = {
		{"", 0},
		{"\x01", 1},
		{"\x00\x01\x00\x00\x21\x12\xa4\x42", 8},
		{"\x16\xfe", 2},
	};

	begin(true);
	for (unsigned i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++)
		cr_expect_eq(
			sendto(fd, rubbish[i].data, rubbish[i].size, 0, &there.any, there.size),
			(ssize_t)rubbish[i].size);
	struct stun_message request = sound_request();
	send_message(fd, &request, agent_local_password(a.agent));
	await_message(STUN_SUCCESS, agent_local_password(a.agent));
	cr_expect_eq(a.received, 0);
	end();
}

Test(stranger, a_valid_pair_waits_for_a_better_one_that_may_come)
{
	struct stun_message request;
	uint32_t better = 2000;
	int first_fd;

	begin(true);
	a.agent->timing.nominate_ms = 100000;
	on_executor(call_meet, NULL);
	on_executor(call_meet_other, &better);
	first_fd = fd;
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	fd = other_fd;
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	cr_expect(request.use_candidate);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	expect_selected(&other);
	fd = first_fd;
	end();
}

Test(stranger, a_valid_pair_is_nominated_if_no_better_one_comes_in_time)
{
	struct stun_message request;
	uint32_t better = 2000;

	begin(true);
	a.agent->timing.nominate_ms = 20;
	on_executor(call_meet, NULL);
	on_executor(call_meet_other, &better);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &request);
	cr_expect(request.use_candidate);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	expect_selected(&here);
	end();
}

static void call_compare_foundations(void *unused)
{
	(void)unused;
	cr_assert_eq(a.agent->remote_count, 2);
	cr_expect_str_neq(a.agent->remotes[0]->foundation, a.agent->remotes[1]->foundation);
}

Test(stranger, candidates_that_are_learned_have_foundations_of_their_own)
{
	int first_fd;

	begin(true);
	first_fd = fd;
	for (unsigned i = 0; i < 2; i++) {
		struct stun_message request = sound_request();

		send_message(fd, &request, agent_local_password(a.agent));
		await_message(STUN_SUCCESS, agent_local_password(a.agent));
		fd = other_fd;
	}
	on_executor(call_compare_foundations, NULL);
	fd = first_fd;
	end();
}
