/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

/* RFC 8839 section 5.1: a transport that we do not know makes the candidate of no use, and is no
 * error. */
#define UNKNOWN_TRANSPORT "candidate:1 1 sctp 1 127.0.0.1 9 typ host"

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	scene_strike(scene);
	if (!error)
		error = dc_connection_add_candidate(pair.offerer.connection, UNKNOWN_TRANSPORT);
	scene_calm(scene);
	pair_finish(&pair);
	return error;
}

const struct play play_missing_decrease = {.session = session};
