/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static char what[128];

/* The last description that was told of a side. */
static char *texts[2];

static void keep_text(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct side *side = user;

	(void)connection;
	side->error = error;
	texts[side == &peers.answerer] = sdp ? strdup(sdp) : NULL;
	note(&side->descriptions);
}

static void forget_texts(void)
{
	free(texts[0]);
	free(texts[1]);
}

static const char *make_offer(void)
{
	cr_assert_eq(dc_connection_offer(peers.offerer.connection, keep_text, &peers.offerer), 0);
	AWAIT(peers.offerer.descriptions);
	return texts[0];
}

static const char *make_answer(const char *offer)
{
	cr_assert_eq(dc_connection_set_remote(peers.answerer.connection, offer, NULL, 0), 0);
	cr_assert_eq(dc_connection_answer(peers.answerer.connection, keep_text, &peers.answerer),
		     0);
	AWAIT(peers.answerer.descriptions);
	return texts[1];
}

Test(negotiation, what_is_no_description_is_refused_with_the_reason)
{
	peers_create(NULL);
	cr_expect_eq(
		dc_connection_set_remote(peers.answerer.connection, "hello", what, sizeof(what)),
		-EINVAL);
	cr_expect_not_null(strstr(what, "line 1: "), "%s", what);
	cr_expect_eq(
		dc_connection_set_remote(peers.answerer.connection, "v=0\r\n", what, sizeof(what)),
		-EINVAL);
	cr_expect_str_eq(what, "no m-line");
	cr_expect_eq(dc_connection_set_remote(peers.answerer.connection, "", NULL, 0), -EINVAL);
	peers_destroy();
}

Test(negotiation, a_refused_description_leaves_room_for_a_good_one)
{
	peers_create(NULL);
	cr_expect_eq(dc_connection_set_remote(peers.answerer.connection, "hello", NULL, 0),
		     -EINVAL);
	peers_negotiate();
	AWAIT(peers.offerer.states[DC_CONNECTED] && peers.answerer.states[DC_CONNECTED]);
	peers_destroy();
}

Test(negotiation, an_answer_needs_an_offer_of_the_peer)
{
	peers_create(NULL);
	cr_expect_eq(dc_connection_answer(peers.offerer.connection, keep_text, &peers.offerer),
		     -EINVAL);
	make_offer();
	cr_expect_eq(dc_connection_answer(peers.offerer.connection, keep_text, &peers.offerer),
		     -EINVAL);
	peers_destroy();
	forget_texts();
}

Test(negotiation, there_is_one_offer_and_one_answer)
{
	peers_create(NULL);
	const char *offer = make_offer();
	cr_expect_eq(dc_connection_offer(peers.offerer.connection, keep_text, &peers.offerer),
		     -EALREADY);
	const char *answer = make_answer(offer);
	cr_expect_eq(dc_connection_answer(peers.answerer.connection, keep_text, &peers.answerer),
		     -EALREADY);
	cr_expect_eq(dc_connection_offer(peers.answerer.connection, keep_text, &peers.answerer),
		     -EALREADY);
	cr_expect_eq(dc_connection_set_remote(peers.answerer.connection, offer, NULL, 0),
		     -EALREADY);
	cr_expect_eq(dc_connection_set_remote(peers.offerer.connection, answer, NULL, 0), 0);
	cr_expect_eq(dc_connection_set_remote(peers.offerer.connection, answer, NULL, 0),
		     -EALREADY);
	peers_destroy();
	forget_texts();
}

Test(negotiation, a_description_is_for_somebody)
{
	peers_create(NULL);
	cr_expect_eq(dc_connection_offer(peers.offerer.connection, NULL, NULL), -EINVAL);
	peers_negotiate();
	AWAIT(peers.offerer.states[DC_CONNECTED] && peers.answerer.states[DC_CONNECTED]);
	peers_destroy();
}

Test(negotiation, an_offer_leaves_the_roles_open_and_an_answer_takes_the_active_one)
{
	peers_create(NULL);
	const char *offer = make_offer();
	cr_expect_not_null(strstr(offer, "a=setup:actpass\r\n"), "%s", offer);
	const char *answer = make_answer(offer);
	cr_expect_not_null(strstr(answer, "a=setup:active\r\n"), "%s", answer);
	peers_destroy();
	forget_texts();
}

Test(negotiation, an_answerer_is_passive_if_the_offer_is_active)
{
	peers_create(NULL);
	char *setup = strstr(make_offer(), "actpass\r\n");
	memcpy(setup, "active \r\n", 9);
	const char *answer = make_answer(texts[0]);
	cr_expect_not_null(strstr(answer, "a=setup:passive\r\n"), "%s", answer);
	peers_destroy();
	forget_texts();
}

Test(negotiation, peers_meet_with_the_roles_the_other_way_round)
{
	peers_create(NULL);
	char *setup = strstr(make_offer(), "actpass\r\n");
	memcpy(setup, "active \r\n", 9);
	const char *answer = make_answer(texts[0]);
	cr_expect_eq(dc_connection_set_remote(peers.offerer.connection, answer, NULL, 0), 0);
	AWAIT(peers.offerer.states[DC_CONNECTED] && peers.answerer.states[DC_CONNECTED]);
	peers_destroy();
	forget_texts();
}

Test(negotiation, an_answer_has_to_choose_a_role)
{
	peers_create(NULL);
	make_offer();
	cr_expect_eq(
		dc_connection_set_remote(peers.offerer.connection, texts[0], what, sizeof(what)),
		-EINVAL);
	cr_expect_not_null(strstr(what, "role"), "%s", what);
	peers_destroy();
	forget_texts();
}

Test(negotiation, an_answer_groups_what_its_offer_did)
{
	peers_create(NULL);
	char *group = strstr(make_offer(), "a=group:BUNDLE 0");
	memcpy(group, "a=group:OTHERS 0", 16);
	const char *answer = make_answer(texts[0]);
	cr_expect_null(strstr(answer, "a=group"), "%s", answer);
	peers_destroy();
	forget_texts();
}

Test(negotiation, an_answer_has_the_mid_of_its_offer)
{
	peers_create(NULL);
	char *mid = strstr(make_offer(), "a=mid:0");
	cr_assert_not_null(mid);
	mid[6] = '7';
	const char *answer = make_answer(texts[0]);
	cr_expect_not_null(strstr(answer, "a=mid:7\r\n"), "%s", answer);
	peers_destroy();
	forget_texts();
}

Test(negotiation, without_trickle_a_description_has_all_candidates)
{
	peers_create(NULL);
	const char *offer = make_offer();
	cr_expect_not_null(strstr(offer, "a=candidate:"), "%s", offer);
	cr_expect_not_null(strstr(offer, "a=end-of-candidates\r\n"), "%s", offer);
	cr_expect_eq(peers.offerer.candidates + peers.offerer.last_candidates, 0);
	peers_destroy();
	forget_texts();
}

Test(negotiation, with_trickle_candidates_come_after_the_description_and_end_with_a_last)
{
	struct dc_config config = local_config();

	config.trickle = true;
	peers_connect(&config);
	AWAIT(peers.offerer.last_candidates && peers.answerer.last_candidates);
	cr_expect_geq(peers.offerer.candidates, 1);
	cr_expect_eq(peers.offerer.last_candidates, 1);
	peers_destroy();
}

Test(negotiation, with_trickle_a_description_has_no_candidates)
{
	struct dc_config config = local_config();

	config.trickle = true;
	peers_create(&config);
	const char *offer = make_offer();
	cr_expect_null(strstr(offer, "a=candidate:"), "%s", offer);
	cr_expect_null(strstr(offer, "a=end-of-candidates"), "%s", offer);
	cr_expect_not_null(strstr(offer, "trickle\r\n"), "%s", offer);
	peers_destroy();
	forget_texts();
}

Test(negotiation, candidates_may_come_before_the_description_they_belong_to)
{
	struct dc_config config = local_config();

	config.trickle = true;
	peers_create(&config);
	make_offer();
	AWAIT(peers.offerer.last_candidates);
	const char *answer = make_answer(texts[0]);
	AWAIT(peers.answerer.last_candidates);
	cr_expect_eq(dc_connection_set_remote(peers.offerer.connection, answer, NULL, 0), 0);
	AWAIT(peers.offerer.states[DC_CONNECTED] && peers.answerer.states[DC_CONNECTED]);
	peers_destroy();
	forget_texts();
}

Test(negotiation, a_candidate_is_one_or_is_refused)
{
	peers_create(NULL);
	cr_expect_eq(dc_connection_add_candidate(peers.offerer.connection, "candidate:nonsense"),
		     -EINVAL);
	cr_expect_eq(
		dc_connection_add_candidate(peers.offerer.connection,
					    "candidate:1 1 sctp 2130706431 127.0.0.1 9 typ host"),
		0, "an unknown transport is of no use, but no error");
	cr_expect_eq(dc_connection_add_candidate(peers.offerer.connection, ""), 0);
	peers_destroy();
}

Test(negotiation, what_we_accept_is_announced)
{
	struct dc_config config = local_config();

	config.max_message_size = 123456;
	peers_create(&config);
	cr_expect_not_null(strstr(make_offer(), "a=max-message-size:123456\r\n"));
	peers_destroy();
	forget_texts();
}

/* A server that never answers keeps the gathering going. */
static int open_silent_server(char *text, size_t size)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	cr_assert_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	snprintf(text, size, "127.0.0.1:%u", ntohs(address.sin_port));
	return fd;
}

Test(negotiation, who_waits_for_a_description_is_told_that_the_connection_was_closed)
{
	char server[32];
	int fd = open_silent_server(server, sizeof(server));
	struct dc_config config = local_config();

	config.stun_server = server;
	peers_create(&config);
	cr_assert_eq(dc_connection_offer(peers.offerer.connection, keep_text, &peers.offerer), 0);
	cr_assert_eq(dc_connection_close(peers.offerer.connection, NULL, NULL), 0);
	AWAIT(peers.offerer.descriptions);
	cr_expect_null(texts[0]);
	cr_expect_eq(peers.offerer.error, -ECANCELED);
	peers_destroy();
	close(fd);
}

Test(negotiation, a_port_that_is_taken_fails_the_connection)
{
	char server[32];
	int fd = open_silent_server(server, sizeof(server));
	struct dc_config config = local_config();

	config.port_begin = config.port_end = (uint16_t)atoi(strchr(server, ':') + 1);
	peers_create(&config);
	cr_assert_eq(dc_connection_offer(peers.offerer.connection, keep_text, &peers.offerer), 0);
	AWAIT(peers.offerer.descriptions);
	cr_expect_null(texts[0]);
	cr_expect_lt(peers.offerer.error, 0);
	AWAIT(peers.offerer.states[DC_FAILED]);
	cr_expect_eq(dc_connection_state(peers.offerer.connection), DC_FAILED);
	peers_destroy();
	close(fd);
}

Test(negotiation, a_closed_connection_negotiates_nothing)
{
	peers_create(NULL);
	const char *offer = make_offer();
	cr_assert_eq(dc_connection_close(peers.answerer.connection, NULL, NULL), 0);
	cr_expect_eq(dc_connection_set_remote(peers.answerer.connection, offer, NULL, 0),
		     -ENOTCONN);
	cr_expect_eq(dc_connection_offer(peers.answerer.connection, keep_text, &peers.answerer),
		     -ENOTCONN);
	cr_expect_eq(dc_connection_answer(peers.answerer.connection, keep_text, &peers.answerer),
		     -ENOTCONN);
	cr_expect_eq(dc_connection_add_candidate(peers.answerer.connection, NULL), -ENOTCONN);
	peers_destroy();
	forget_texts();
}

Test(negotiation, a_fingerprint_of_another_certificate_fails_the_connection)
{
	peers_create(NULL);
	const char *answer = make_answer(make_offer());
	char *fingerprint = strstr(answer, "a=fingerprint:sha-256 ");
	fingerprint[22] = fingerprint[22] == 'A' ? 'B' : 'A';
	cr_expect_eq(dc_connection_set_remote(peers.offerer.connection, answer, NULL, 0), 0);
	AWAIT(peers.offerer.states[DC_FAILED]);
	cr_expect_eq(peers.offerer.states[DC_CONNECTED], 0);
	peers_destroy();
	forget_texts();
}
