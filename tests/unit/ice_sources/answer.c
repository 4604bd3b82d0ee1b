/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent makes of answers that are late, forged or to an old question. */
#include "stranger.inc.c"

/* The question of the agent that comes next. */
static struct stun_message await_check(void)
{
	return await_message(STUN_REQUEST, PASSWORD);
}

static void answer_to(const struct stun_message *check, unsigned error, const char *password)
{
	struct stun_message answer = {.class = error ? STUN_ERROR : STUN_SUCCESS,
				      .error_code = error};

	memcpy(answer.transaction, check->transaction, STUN_TRANSACTION_SIZE);
	if (!error)
		answer.mapped = there;
	send_message(fd, &answer, password);
}

Test(answer, an_error_without_a_password_is_not_believed)
{
	struct stun_message check;

	begin(false);
	a.agent->timing.rto_ms = 100;
	on_executor(call_meet, NULL);
	check = await_check();
	answer_to(&check, STUN_BAD_REQUEST, NULL);
	answer_to(&check, 0, PASSWORD);
	settle(fd);
	cr_expect_eq(first_state(), PAIR_SUCCEEDED);
	end();
}

/* The peer checks faster than its answers arrive, and each check triggers one of ours. */
Test(answer, one_that_takes_long_counts_though_others_were_asked_meanwhile)
{
	struct stun_message first;

	begin(false);
	a.agent->timing.pace_ms = 1;
	on_executor(call_meet, NULL);
	first = await_check();
	for (unsigned i = 0; i < 6; i++) {
		struct stun_message request = sound_request();

		send_message(fd, &request, agent_local_password(a.agent));
		await_check();
	}
	answer_to(&first, 0, PASSWORD);
	settle(fd);
	cr_expect_eq(first_state(), PAIR_SUCCEEDED);
	end();
}

/* We control and ask for a nomination; the peer takes control, nominates the same pair, and then
 * refuses what we had asked. */
Test(answer, an_error_to_an_old_nomination_leaves_the_selected_pair_alone)
{
	struct stun_message check, nomination, request;

	begin(true);
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &check);
	nomination = await_check();
	cr_assert(nomination.use_candidate);
	request = sound_request();
	request.controlling = request.use_candidate = true;
	request.controlled = false;
	request.tie_breaker = UINT64_MAX;
	send_message(fd, &request, agent_local_password(a.agent));
	cr_assert(await(&a, is_in, AGENT_CONNECTED));
	answer_to(&nomination, STUN_BAD_REQUEST, PASSWORD);
	request.tie_breaker--;
	stun_new_transaction(request.transaction);
	send_message(fd, &request, agent_local_password(a.agent));
	await_message(STUN_SUCCESS, NULL);
	await_message(STUN_SUCCESS, NULL);
	cr_expect_eq(first_state(), PAIR_SUCCEEDED);
	end();
}

static void begin_consent(void)
{
	struct stun_message check;

	begin(false);
	a.agent->timing.consent_ms = 1000; /* of eight questions an answer counts */
	on_executor(call_meet, NULL);
	answer_check(fd, STUN_SUCCESS, 0, PASSWORD, &check);
	nominate(fd);
	await_message(STUN_SUCCESS, NULL);
	cr_assert(await(&a, is_in, AGENT_CONNECTED));
}

Test(answer, forbidden_revokes_consent_at_once)
{
	struct stun_message check;

	begin_consent();
	check = await_check();
	answer_to(&check, STUN_FORBIDDEN, PASSWORD);
	cr_expect(await(&a, is_in, AGENT_FAILED));
	end();
}

Test(answer, nobody_else_revokes_consent)
{
	struct stun_message check;

	begin_consent();
	check = await_check();
	answer_to(&check, STUN_FORBIDDEN, NULL);
	answer_to(&check, STUN_FORBIDDEN, "not the password of the peer");
	answer_to(&check, STUN_SERVER_ERROR, PASSWORD);
	settle(fd);
	cr_expect_eq(a.state, AGENT_CONNECTED);
	end();
}

static void call_find_expiry(void *user)
{
	*(uint64_t *)user = a.agent->consent.expiry.deadline_ns;
}

static uint64_t expiry_ns(void)
{
	uint64_t deadline_ns;

	on_executor(call_find_expiry, &deadline_ns);
	return deadline_ns;
}

Test(answer, consent_is_renewed_by_answers_to_its_questions_alone)
{
	struct stun_message check, guess;
	uint64_t before_ns;

	begin_consent();
	before_ns = expiry_ns();
	stun_new_transaction(guess.transaction);
	answer_to(&guess, 0, PASSWORD);
	settle(fd);
	cr_expect_eq(expiry_ns(), before_ns);
	check = await_check();
	answer_to(&check, 0, PASSWORD);
	settle(fd);
	cr_expect_gt(expiry_ns(), before_ns);
	end();
}
