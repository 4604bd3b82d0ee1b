/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates of the peer, and two sockets of ours. */
#include "peers.inc.c"

static struct peer a;
static struct carrier *carriers[3];
static const struct address *there;

static void call_open(void *unused)
{
	struct address loopback;

	(void)unused;
	cr_assert_eq(address_parse("127.0.0.1", 0, &loopback), 0);
	for (unsigned i = 0; i < 2; i++)
		cr_assert_eq(carrier_open(CARRIER_UDP, executor, &loopback, "test", &carriers[i]),
			     0);
}

static void call_release(void *unused)
{
	(void)unused;
	carrier_release(carriers[0], "test");
	carrier_release(carriers[1], "test");
}

/* The peer's check, as it came to the first socket. */
static void call_check(void *unused)
{
	struct stun_message request = {
		.class = STUN_REQUEST, .method = STUN_BINDING, .priority = 77, .controlling = true};
	uint8_t data[STUN_MESSAGE_MAX];

	(void)unused;
	snprintf(request.username, sizeof(request.username), "%s:peer", a.agent->local_ufrag);
	int size = stun_write(&request, a.agent->local_password, data, sizeof(data));
	cr_assert_gt(size, 0);
	agent_input(a.agent, carriers[0], there, data, (size_t)size);
	cr_expect_eq(a.agent->checklist.count, 1, "one pair, that of the check");
}

static void call_tell(void *unused)
{
	struct candidate told = {
		.component = 1, .priority = 1000, .foundation = "1", .address = *there};

	(void)unused;
	cr_expect_eq(agent_add_remote(a.agent, &told), 0);
}

Test(remote, one_that_is_told_after_its_check_is_paired_with_all_of_ours)
{
	struct address peer;

	start();
	cr_assert_eq(address_parse("127.0.0.1", 9, &peer), 0);
	there = &peer;
	on_executor(call_open, NULL);
	create_peer(&a, &(struct agent_config){.carriers = carriers});
	gather(&a);
	on_executor(call_check, NULL);
	on_executor(call_tell, NULL);
	cr_expect_eq(a.agent->remote_count, 1);
	cr_expect_eq(a.agent->checklist.count, 2);
	on_executor(call_tell, NULL);
	cr_expect_eq(a.agent->checklist.count, 2, "nothing new");
	destroy_peer(&a);
	on_executor(call_release, NULL);
	finish();
}
