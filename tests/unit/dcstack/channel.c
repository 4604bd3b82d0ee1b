/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

static struct seen mine;

Test(channel, a_message_comes_back_from_an_echo)
{
	struct dc_channel *channel;

	peers.answerer.echo = true;
	peers_create(NULL);
	channel =
		open_channel(&peers.offerer, &(struct dc_channel_options){.label = "echo"}, &mine);
	peers_negotiate();
	AWAIT(mine.opened);
	cr_expect_eq(dc_channel_send(channel, DC_TEXT, "hello", 5), 0);
	AWAIT(mine.messages);
	cr_expect_eq(mine.kind, DC_TEXT);
	cr_expect_eq(mine.size, 5);
	cr_expect_str_eq(mine.sample, "hello");
	cr_expect_str_eq(dc_channel_label(peers.answerer.seen[0].channel), "echo");
	dc_channel_destroy(channel);
	peers_destroy();
}
