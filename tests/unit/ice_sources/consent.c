/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

#include <errno.h>

/* b's carrier is ours: what comes for it can be kept from it. */
static struct carrier *shared;
static struct peer a, b;
static bool is_cut;
static unsigned let_through;

static void route(void *user, struct carrier *carrier, const struct address *from,
		  const uint8_t *data, size_t size)
{
	struct peer *peer = user;

	if (is_cut)
		return;
	pthread_mutex_lock(&lock);
	let_through++;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
	if (peer->agent)
		agent_input(peer->agent, carrier, from, data, size);
}

static void call_open(void *unused)
{
	struct address address;

	(void)unused;
	cr_assert_eq(address_parse("127.0.0.1", 0, &address), 0);
	cr_assert_eq(carrier_open(CARRIER_UDP, executor, &address, "test", &shared), 0);
	carrier_set_receiver(shared, route, &b);
}

static void call_release(void *unused)
{
	(void)unused;
	carrier_release(shared, "test");
}

/* Under the harness's lock, for await. */
static bool has_let_through(const struct peer *unused, int count)
{
	(void)unused;
	return let_through >= (unsigned)count;
}

/* The machine may stop for a while, and is not to look silent. */
enum { LONG_MS = 100000 };

static void connect_pair(void)
{
	struct carrier *carriers[] = {NULL, NULL};
	const struct agent_config a_config = {.bind_address = "127.0.0.1", .controlling = true};
	const struct agent_config b_config = {.carriers = carriers};

	a.other = &b;
	b.other = &a;
	start();
	on_executor(call_open, NULL);
	carriers[0] = shared;
	create_peer(&a, &a_config);
	create_peer(&b, &b_config);
	a.agent->timing.consent_ms = 15;
	a.agent->timing.disconnect_ms = LONG_MS;
	a.agent->timing.expire_ms = LONG_MS;
	gather(&b);
	gather(&a);
	introduce(&a);
	introduce(&b);
	cr_assert(await(&a, is_in, AGENT_CONNECTED));
	cr_assert(await(&b, is_in, AGENT_CONNECTED));
}

static void disconnect_pair(void)
{
	destroy_peer(&a);
	destroy_peer(&b);
	on_executor(call_release, NULL);
	finish();
}

Test(consent, a_shared_carrier_stays_open_when_its_agent_is_closed)
{
	connect_pair();
	destroy_peer(&b);
	cr_expect_eq(object_refs((const struct object *)shared), 1);
	cr_expect(await(&a, has_let_through, (int)let_through + 2), "its receiver hears of a");
	disconnect_pair();
}

Test(consent, data_passes_over_a_shared_carrier)
{
	connect_pair();
	cr_expect(passes_text(&a, &b, "to b"));
	cr_expect(passes_text(&b, &a, "to a"));
	disconnect_pair();
}

/* From now on a hears nothing, and has less patience. */
static void call_cut(void *user)
{
	const struct agent_timing *timing = user;

	is_cut = true;
	a.agent->timing.disconnect_ms = timing->disconnect_ms;
	a.agent->timing.expire_ms = timing->expire_ms;
	consent_start(a.agent);
}

static void call_mend(void *unused)
{
	(void)unused;
	is_cut = false;
}

Test(consent, a_peer_that_falls_silent_may_come_back)
{
	struct agent_timing timing = {.disconnect_ms = 50, .expire_ms = LONG_MS};

	connect_pair();
	on_executor(call_cut, &timing);
	cr_expect(await(&a, is_in, AGENT_DISCONNECTED));
	cr_expect_eq(send_text(&a, "into the silence"), 0);
	on_executor(call_mend, NULL);
	cr_expect(await(&a, is_in, AGENT_CONNECTED));
	cr_expect(passes_text(&a, &b, "again"));
	disconnect_pair();
}

Test(consent, without_an_answer_it_expires_and_nothing_is_sent)
{
	struct agent_timing timing = {.disconnect_ms = 50, .expire_ms = 100};

	connect_pair();
	on_executor(call_cut, &timing);
	cr_expect(await(&a, is_in, AGENT_FAILED));
	cr_expect_eq(send_text(&a, "no consent"), -ENOTCONN);
	disconnect_pair();
}

struct patience {
	uint64_t expiry_ns; /* when it ends */
	bool is_asking;	    /* and has no answer yet */
};

static void call_find_patience(void *user)
{
	struct patience *patience = user;

	patience->expiry_ns = a.agent->consent.expiry.deadline_ns;
	patience->is_asking = timer_is_armed(&a.agent->consent.silence);
}

/* An answer came that was not there at the time of before. */
static bool is_renewed(uint64_t before_ns)
{
	const struct timespec deadline = deadline_in_ms(AWAIT_MS);
	struct patience patience;

	do {
		on_executor(call_find_patience, &patience);
		if (patience.expiry_ns > before_ns && !patience.is_asking)
			return true;
		rest_ms(1);
	} while (!deadline_is_past(&deadline));
	return false;
}

/* Each puts off the end that would come, and ends the silence. */
Test(consent, with_answers_it_does_not_expire)
{
	struct patience before;

	connect_pair();
	for (unsigned i = 0; i < 5; i++) {
		on_executor(call_find_patience, &before);
		cr_assert(await(&b, has_let_through, (int)let_through + 1), "nobody asks");
		cr_assert(is_renewed(before.expiry_ns));
	}
	cr_expect_eq(a.state, AGENT_CONNECTED);
	cr_expect_not(a.was_disconnected);
	disconnect_pair();
}

static void call_measure(void *user)
{
	unsigned *delays_ms = user;
	struct agent *agent = a.agent;

	agent->timing.consent_ms = 5000;
	for (unsigned i = 0; i < 200; i++) {
		uint64_t before_ns = executor_clock_ns();

		consent_start(agent);
		uint64_t after_ns = executor_clock_ns();
		uint64_t deadline_ns = agent->consent.check.deadline_ns;
		/* It was armed in between. */
		unsigned most_ms = (unsigned)((deadline_ns - before_ns) / 1000000);
		unsigned least_ms = (unsigned)((deadline_ns - after_ns) / 1000000);
		cr_expect(most_ms >= 4000 && least_ms <= 6000, "%u to %u", least_ms, most_ms);
		delays_ms[0] = least_ms < delays_ms[0] ? least_ms : delays_ms[0];
		delays_ms[1] = most_ms > delays_ms[1] ? most_ms : delays_ms[1];
	}
}

Test(consent, checks_come_at_random_times)
{
	unsigned delays_ms[2] = {UINT32_MAX, 0};

	connect_pair();
	on_executor(call_measure, delays_ms);
	cr_expect_lt(delays_ms[0], 4300);
	cr_expect_gt(delays_ms[1], 5700);
	disconnect_pair();
}
