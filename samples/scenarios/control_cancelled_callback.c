/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

/* Nobody calls it: it is taken back before the channel closes. */
static void on_closed(struct dc_channel *channel, void *user)
{
	(void)channel, (void)user;
	effect_count_missed();
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)scene, (void)number;
	if (!error) {
		dc_channel_on_closed(pair.offerer.channel, on_closed, NULL);
		dc_channel_on_closed(pair.answerer.channel, on_closed, NULL);
		dc_channel_on_closed(pair.offerer.channel, NULL, NULL);
		dc_channel_on_closed(pair.answerer.channel, NULL, NULL);
	}
	pair_finish(&pair);
	return error;
}

const struct play play_control_cancelled_callback = {.session = session};
