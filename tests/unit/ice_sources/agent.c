/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

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
