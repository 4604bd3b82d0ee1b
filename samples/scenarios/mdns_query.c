/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

/* Nobody answers to that name. */
#define NAMED "candidate:1 1 udp 2113937151 c2b5f0b4-6d1e-4a53-9f27-0d8e4b7a9c31.local 9 typ host"

static int session(struct scene *scene, unsigned long number)
{
	struct pair_options options = pair_defaults;
	struct pair pair;
	int error;

	(void)number;
	options.offerer.mdns_interface = "127.0.0.1";
	error = pair_start(&pair, &options);
	if (!error)
		error = dc_connection_add_candidate(pair.offerer.connection, NAMED);
	if (!error) {
		scene_strike(scene);
		pair_close_end(&pair.offerer);
		scene_calm(scene);
	}
	pair_finish(&pair);
	return error;
}

const struct play play_mdns_query = {.session = session};
