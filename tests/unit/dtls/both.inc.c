/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends are ours. */
#include "pair.inc.c"

static bool both_connected(void)
{
	return strchr(pair.client.log, 'C') && strchr(pair.server.log, 'C');
}

static void pair_create(void)
{
	cr_assert_eq(dtls_create(&pair.client.config, &end_events, &pair.client, &pair.client.dtls),
		     0);
	cr_assert_eq(dtls_create(&pair.server.config, &end_events, &pair.server, &pair.server.dtls),
		     0);
}

static void pair_start(void)
{
	pair_create();
	cr_assert_eq(dtls_start(pair.server.dtls, NULL), 0);
	cr_assert_eq(dtls_start(pair.client.dtls, NULL), 0);
}

static void pair_connect(void)
{
	on_executor(pair_start);
	await(both_connected);
}

static void send_both_ways(void)
{
	cr_assert_eq(send_text(&pair.client, "to the server"), 0);
	cr_assert_eq(send_text(&pair.server, "to the client"), 0);
}

static bool both_received(void)
{
	return received(&pair.server, "to the server") && received(&pair.client, "to the client");
}

static void pair_talk(void)
{
	on_executor(send_both_ways);
	await(both_received);
}
