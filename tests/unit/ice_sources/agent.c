/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

#include <errno.h>
#include <run/fault.h>

static const struct agent_config ipv4 = {.bind_address = "127.0.0.1"};

/* Both gather, and know each other's credentials. */
static void meet(struct peer *a, const struct agent_config *a_config, struct peer *b,
		 const struct agent_config *b_config)
{
	struct agent_config controlling = *a_config;

	controlling.controlling = true;
	a->other = b;
	b->other = a;
	create_peer(a, &controlling);
	create_peer(b, b_config);
	gather(a);
	gather(b);
	introduce(a);
	introduce(b);
}

static void expect_connected(struct peer *a, struct peer *b)
{
	cr_assert(await(a, is_in, AGENT_CONNECTED), "a is in state %d", a->state);
	cr_assert(await(b, is_in, AGENT_CONNECTED), "b is in state %d", b->state);
	cr_expect(passes_text(a, b, "from a"));
	cr_expect(passes_text(b, a, "from b"));
}

static void part(struct peer *a, struct peer *b)
{
	destroy_peer(a);
	destroy_peer(b);
}

/* What the selected pair of each is made of. */
static void expect_path(struct peer *a, enum candidate_transport local,
			enum candidate_transport remote)
{
	struct selection selection = {.peer = a};

	on_executor(call_selected, &selection);
	cr_expect_eq(selection.local.type, CANDIDATE_HOST);
	cr_expect_eq(selection.local.transport, local);
	cr_expect_eq(selection.remote.transport, remote);
}

Test(agent, two_connect_over_udp)
{
	struct peer a = {0}, b = {0};

	start();
	meet(&a, &ipv4, &b, &ipv4);
	expect_connected(&a, &b);
	expect_path(&a, CANDIDATE_UDP, CANDIDATE_UDP);
	expect_path(&b, CANDIDATE_UDP, CANDIDATE_UDP);
	part(&a, &b);
	finish();
}

Test(agent, two_connect_over_ipv6)
{
	const struct agent_config ipv6 = {.bind_address = "::1"};
	struct peer a = {0}, b = {0};
	struct selection selection = {.peer = &a};

	start();
	meet(&a, &ipv6, &b, &ipv6);
	expect_connected(&a, &b);
	on_executor(call_selected, &selection);
	cr_expect_eq(address_family(&selection.remote.address), AF_INET6);
	part(&a, &b);
	finish();
}

static bool is_passive(const struct candidate *candidate)
{
	return candidate->transport == CANDIDATE_TCP_PASSIVE;
}

static bool is_nothing(const struct candidate *candidate)
{
	(void)candidate;
	return false;
}

/* The controlling side opens the stream, or the other. */
static void connect_over_tcp(bool controlling_opens)
{
	const struct agent_config tcp = {.bind_address = "127.0.0.1", .no_udp = true};
	struct peer a = {.passes = controlling_opens ? is_nothing : is_passive};
	struct peer b = {.passes = controlling_opens ? is_passive : is_nothing};
	struct peer *opener = controlling_opens ? &a : &b;

	start();
	meet(&a, &tcp, &b, &tcp);
	expect_connected(&a, &b);
	expect_path(opener, CANDIDATE_TCP_ACTIVE, CANDIDATE_TCP_PASSIVE);
	expect_path(opener->other, CANDIDATE_TCP_PASSIVE, CANDIDATE_TCP_ACTIVE);
	part(&a, &b);
	finish();
}

Test(agent, two_connect_over_a_stream_that_the_controlling_opens)
{
	connect_over_tcp(true);
}

Test(agent, two_connect_over_a_stream_that_the_controlled_opens)
{
	connect_over_tcp(false);
}

Test(agent, udp_is_preferred_to_tcp)
{
	struct peer a = {0}, b = {0};

	start();
	meet(&a, &ipv4, &b, &ipv4);
	expect_connected(&a, &b);
	cr_expect_eq(a.candidates, 3, "udp, tcp passive, tcp active");
	expect_path(&a, CANDIDATE_UDP, CANDIDATE_UDP);
	part(&a, &b);
	finish();
}

/* A peer whose candidates are never told is known by its checks alone. */
static void connect_unsignalled(bool is_controlling)
{
	struct peer a = {.silent = is_controlling}, b = {.silent = !is_controlling};
	struct peer *blind = is_controlling ? &b : &a;
	struct selection selection = {.peer = blind};

	start();
	meet(&a, &ipv4, &b, &ipv4);
	expect_connected(&a, &b);
	on_executor(call_selected, &selection);
	cr_expect_eq(selection.remote.type, CANDIDATE_PRFLX);
	cr_expect_eq(selection.remote.priority >> 24, 110u, "as the peer's PRIORITY said");
	part(&a, &b);
	finish();
}

Test(agent, a_controlling_peer_is_known_by_its_checks)
{
	connect_unsignalled(true);
}

Test(agent, a_controlled_peer_is_known_by_its_checks)
{
	connect_unsignalled(false);
}

static void call_signal(void *user)
{
	struct peer *peer = user;

	for (unsigned i = 0; i < peer->candidates; i++)
		cr_expect_eq(agent_add_remote(peer->other->agent, &peer->known[i]), 0);
}

Test(agent, a_candidate_told_after_its_checks_is_the_same_one)
{
	const struct agent_config udp = {.bind_address = "127.0.0.1", .no_tcp = true};
	struct peer a = {.silent = true}, b = {0};
	struct selection selection = {.peer = &b};

	start();
	meet(&a, &udp, &b, &udp);
	expect_connected(&a, &b);
	on_executor(call_signal, &a);
	on_executor(call_selected, &selection);
	cr_expect_eq(selection.remote.type, CANDIDATE_HOST);
	cr_expect_eq(selection.remote.priority, a.known[0].priority);
	cr_expect_str_eq(selection.remote.foundation, a.known[0].foundation);
	cr_expect_eq(b.agent->remote_count, 1);
	part(&a, &b);
	finish();
}

Test(agent, candidates_may_come_long_after_the_credentials)
{
	struct peer a = {.silent = true}, b = {.silent = true};

	start();
	meet(&a, &ipv4, &b, &ipv4);
	cr_assert(await(&a, has_gathered, 0));
	cr_assert(await(&b, has_gathered, 0));
	cr_assert(await(&a, is_in, AGENT_CHECKING));
	cr_expect_eq(send_text(&a, "too early"), -ENOTCONN);
	on_executor(call_signal, &a);
	on_executor(call_signal, &b);
	expect_connected(&a, &b);
	part(&a, &b);
	finish();
}

Test(agent, candidates_may_come_before_the_credentials)
{
	struct agent_config controlling = ipv4;
	struct peer a = {.other = NULL}, b = {.other = &a};

	controlling.controlling = true;
	a.other = &b;
	start();
	create_peer(&a, &controlling);
	create_peer(&b, &ipv4);
	gather(&a);
	gather(&b);
	cr_assert(await(&b, has_gathered, 0));
	/* b answers without knowing whom, and has something to check once it does. */
	introduce(&a);
	cr_assert(await(&a, is_in, AGENT_CONNECTED));
	introduce(&b);
	expect_connected(&a, &b);
	part(&a, &b);
	finish();
}

static void connect_with_conflict(bool both_control)
{
	struct agent_config config = ipv4;
	struct peer a = {0}, b = {.other = &a};

	config.controlling = both_control;
	a.other = &b;
	start();
	create_peer(&a, &config);
	create_peer(&b, &config);
	a.agent->tie_breaker = 1;
	b.agent->tie_breaker = 2;
	gather(&a);
	gather(&b);
	introduce(&a);
	introduce(&b);
	expect_connected(&a, &b);
	cr_expect_eq(a.agent->controlling, !b.agent->controlling);
	part(&a, &b);
	finish();
}

Test(agent, two_that_want_to_control_agree)
{
	connect_with_conflict(true);
}

Test(agent, two_that_want_to_be_controlled_agree)
{
	connect_with_conflict(false);
}

/* A peer that is never told of a. */
static void meet_the_unreachable(struct peer *a, struct peer *b)
{
	start();
	*a = (struct peer){.other = b};
	*b = (struct peer){.other = a, .silent = true};
	create_peer(a, &ipv4);
	create_peer(b, &ipv4);
	a->agent->timing.fail_ms = 50;
}

Test(agent, it_fails_in_time_if_the_peer_cannot_be_reached)
{
	struct peer a, b;

	meet_the_unreachable(&a, &b);
	gather(&a);
	introduce(&a);
	cr_expect(await(&a, is_in, AGENT_FAILED));
	cr_expect_eq(send_text(&a, "to nobody"), -ENOTCONN);
	part(&a, &b);
	finish();
}

static struct agent *seen_agent;

static void call_add_refusing(void *user)
{
	struct peer *peer = user;
	struct candidate remote = {.transport = CANDIDATE_TCP_PASSIVE,
				   .component = 1,
				   .priority = 1,
				   .foundation = "1"};

	address_parse("127.0.0.1", 1, &remote.address); /* nobody listens there */
	cr_expect_eq(agent_add_remote(peer->agent, &remote), 0);
	agent_remote_complete(peer->agent);
}

static void call_see_failed(void *user)
{
	bool *has_failed = user;
	const struct pair *pair = seen_agent->checklist.first;

	*has_failed = pair && pair->state == PAIR_FAILED;
}

/* All that it was told of refuses it, and no more will be told: but the peer's own stream comes. */
Test(agent, it_waits_for_the_peer_though_all_pairs_have_failed)
{
	const struct agent_config tcp = {.bind_address = "127.0.0.1", .no_udp = true};
	struct agent_config controlling = tcp;
	struct peer a = {0}, b = {.silent = true};
	bool has_failed = false;

	start();
	controlling.controlling = true;
	a.other = &b;
	b.other = &a;
	create_peer(&a, &controlling);
	create_peer(&b, &tcp);
	seen_agent = a.agent;
	a.agent->timing.rto_ms = 5;
	gather(&a);
	gather(&b);
	on_executor(call_add_refusing, &a);
	introduce(&a);
	for (unsigned i = 0; i < AWAIT_MS && !has_failed; i++) {
		rest_ms(1);
		on_executor(call_see_failed, &has_failed);
	}
	cr_assert(has_failed);
	introduce(&b);
	expect_connected(&a, &b);
	part(&a, &b);
	finish();
}

/* The peer knows nothing of us before we gather: an answer may take its time. */
Test(agent, its_time_to_connect_begins_with_gathering)
{
	struct peer a, b;

	meet_the_unreachable(&a, &b);
	introduce(&a);
	cr_expect_not(timer_is_armed(&a.agent->failure));
	gather(&a);
	cr_expect(await(&a, is_in, AGENT_FAILED));
	part(&a, &b);
	finish();
}

static void count_candidates(const struct object *object, void *user)
{
	*(unsigned *)user += strcmp(object->class->name, "candidate") == 0 ||
			     strncmp(object->class->name, "carrier", strlen("carrier")) == 0;
}

static void call_close(void *user)
{
	agent_close(((struct peer *)user)->agent);
}

/* Nothing is left as soon as close has returned, whatever went on. */
static void expect_closed(struct peer *peer)
{
	struct library_counts counts;
	unsigned candidates = 0;

	on_executor(call_close, peer);
	library_count(&counts);
	object_visit(count_candidates, &candidates);
	cr_expect_eq(candidates, 0, "%u candidates and carriers", candidates);
	cr_expect_eq(counts.timers_armed, 0, "%u timers", counts.timers_armed);
	cr_expect_eq(counts.tasks_pending, 0, "%u tasks", counts.tasks_pending);
	cr_expect_neq(peer->state, AGENT_CLOSED, "it is not told");
	cr_expect_eq(agent_state(peer->agent), AGENT_CLOSED);
	cr_expect_eq(send_text(peer, "to nobody"), -ENOTCONN);
}

static void call_add_named(void *user)
{
	struct peer *peer = user;
	struct candidate remote = {.component = 1, .priority = 1, .foundation = "1"};

	strcpy(remote.name, "nobody.local");
	remote.name_port = 1;
	cr_expect_eq(agent_add_remote(peer->agent, &remote), 0);
	cr_expect_neq(peer->agent->names, NULL);
}

Test(agent, close_before_anything_leaves_nothing)
{
	struct peer a = {0};

	start();
	create_peer(&a, &ipv4);
	expect_closed(&a);
	destroy_peer(&a);
	finish();
}

Test(agent, close_while_gathering_leaves_nothing)
{
	const struct agent_config config = {.bind_address = "127.0.0.1",
					    .stun_server = "127.0.0.1:9"};
	struct peer a = {0};

	start();
	create_peer(&a, &config);
	gather(&a);
	cr_expect_neq(a.agent->reflexives, NULL);
	expect_closed(&a);
	destroy_peer(&a);
	finish();
}

Test(agent, close_while_checking_leaves_nothing)
{
	const struct agent_config config = {.bind_address = "127.0.0.1",
					    .mdns_interface = "127.0.0.1"};
	struct peer a = {.silent = true}, b = {0};

	start();
	a.other = &b;
	create_peer(&b, &ipv4);
	create_peer(&a, &config);
	gather(&a);
	on_executor(call_add_refusing, &a);
	on_executor(call_add_named, &a);
	introduce(&a);
	destroy_peer(&b);
	cr_assert(await(&a, is_in, AGENT_CHECKING));
	expect_closed(&a);
	destroy_peer(&a);
	finish();
}

Test(agent, close_while_connected_leaves_nothing)
{
	struct peer a = {0}, b = {0};

	start();
	meet(&a, &ipv4, &b, &ipv4);
	expect_connected(&a, &b);
	destroy_peer(&b);
	expect_closed(&a);
	destroy_peer(&a);
	finish();
}

static void told_data_once(void *user, const uint8_t *data, size_t size)
{
	struct peer *peer = user;

	agent_destroy(peer->agent);
	peer->agent = NULL;
	told_data(user, data, size);
}

static void told_state_once(void *user, enum agent_state state)
{
	struct peer *peer = user;

	if (state == AGENT_CONNECTED) {
		agent_destroy(peer->agent);
		peer->agent = NULL;
	}
	told_state(user, state);
}

Test(agent, it_may_be_destroyed_by_who_is_told_of_data)
{
	struct peer a = {0}, b = {0};

	start();
	meet(&a, &ipv4, &b, &ipv4);
	expect_connected(&a, &b);
	b.agent->events.receive = told_data_once;
	cr_expect_eq(send_text(&a, "the end"), 0);
	cr_expect(await(&b, has_received, 2));
	cr_expect_null(b.agent);
	destroy_peer(&a);
	finish();
}

Test(agent, it_may_be_destroyed_by_who_is_told_its_state)
{
	struct peer a = {0}, b = {0};
	struct agent_config controlling = ipv4;

	start();
	controlling.controlling = true;
	a.other = &b;
	b.other = &a;
	create_peer(&a, &controlling);
	create_peer(&b, &ipv4);
	a.agent->events.state = told_state_once;
	gather(&a);
	gather(&b);
	introduce(&b);
	introduce(&a);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	cr_expect_null(a.agent);
	destroy_peer(&b);
	finish();
}

static bool is_checklist_holding;

static void find_holders(const struct object *object, void *user)
{
	unsigned *candidates = user;

	if (strcmp(object->class->name, "candidate") != 0)
		return;
	(*candidates)++;
	for (unsigned i = 0; i < OBJECT_HOLDERS; i++)
		if (object->holders[i].refs > 0 &&
		    strcmp(object->holders[i].name, "checklist") == 0)
			is_checklist_holding = true;
}

Test(agent, with_the_fault_a_closed_agent_keeps_its_sockets)
{
	struct peer a = {0}, b = {0};
	struct library_counts counts;
	unsigned candidates = 0;

	start();
	meet(&a, &ipv4, &b, &ipv4);
	expect_connected(&a, &b);
	cr_assert_eq(fault_set("candidate-refs"), 0);
	part(&a, &b);
	object_visit(find_holders, &candidates);
	cr_expect(is_checklist_holding);
	cr_expect_geq(candidates, 4, "%u candidates", candidates);
	library_count(&counts);
	cr_expect_eq(counts.timers_armed, 0, "%u timers", counts.timers_armed);
	cr_expect_gt(count_fds(), fds_before);
}

Test(agent, credentials_have_their_lengths)
{
	struct peer a = {0};

	start();
	create_peer(&a, &ipv4);
	cr_expect_geq(strlen(agent_local_ufrag(a.agent)), 4);
	cr_expect_geq(strlen(agent_local_password(a.agent)), 22);
	cr_expect_eq(agent_set_remote_credentials(a.agent, "abc", "0123456789012345678901"),
		     -EINVAL);
	cr_expect_eq(agent_set_remote_credentials(a.agent, "abcd", "012345678901234567890"),
		     -EINVAL);
	destroy_peer(&a);
	finish();
}

static void call_release_backwards(void *user)
{
	struct peer *peer = user;

	agent_stop_checks(peer->agent);
	checklist_release(&peer->agent->checklist);
	agent_release_selected(peer->agent);
	cr_expect_null(peer->agent->selected);
	agent_destroy(peer->agent);
}

/* finish expects that no candidate is alive. */
Test(agent, the_checklist_may_let_go_before_the_selected_pair_does)
{
	struct peer a = {0}, b = {0};

	start();
	meet(&a, &ipv4, &b, &ipv4);
	expect_connected(&a, &b);
	on_executor(call_release_backwards, &a);
	destroy_peer(&b);
	finish();
}
