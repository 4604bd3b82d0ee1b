/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include "udp.h"

#include <unistd.h>

/* They are closed before there is one. */
static void on_description(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	(void)connection, (void)sdp, (void)error, (void)user;
}

/* Both ends have asked the server, which does not answer. */
static int await_requests(int server)
{
	struct address first, from;
	uint8_t data[1500];
	int size = udp_receive(server, data, sizeof(data), &first);

	for (from = first; size >= 0 && address_equal(&from, &first);)
		size = udp_receive(server, data, sizeof(data), &from);
	return size < 0 ? size : 0;
}

static int gather(struct pair *pair, int server)
{
	struct pair_options options = pair_defaults;
	char name[UDP_TEXT_SIZE];
	int error;

	udp_format(server, name);
	options.offerer.stun_server = options.answerer.stun_server = name;
	error = pair_open(pair, &options);
	if (!error)
		error = dc_connection_offer(pair->offerer.connection, on_description, NULL);
	if (!error)
		error = dc_connection_offer(pair->answerer.connection, on_description, NULL);
	return error ? error : await_requests(server);
}

static int give_up_gathering(const struct scene *scene)
{
	struct pair pair;
	int server, error = udp_open(&server);

	if (error)
		return error;
	error = gather(&pair, server);
	scene_strike(scene);
	pair_finish(&pair);
	scene_calm(scene);
	close(server);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	if (!error)
		error = give_up_gathering(scene);
	pair_finish(&pair);
	return error;
}

const struct play play_lost_waker = {.session = session};
