/* SPDX-License-Identifier: Apache-2.0 */
#include "own_library.h"

/* Something still asks for a connection, and lets go of it: that has started everything again. */
static int call_again(void)
{
	struct dc_connection *connection;
	int error = dc_connection_create(&pair_defaults.offerer, &connection);

	if (!error)
		dc_connection_destroy(connection);
	return error;
}

static int talk(void)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	pair_finish(&pair);
	return error;
}

/* Here the cleanup is right in both forms. */
static int talk_and_clean_up(void)
{
	int error = dc_library_start(&own_library), cleanup_error;

	if (error)
		return error;
	error = talk();
	cleanup_error = own_library_cleanup();
	return error ? error : cleanup_error;
}

static int session(struct scene *scene, unsigned long number)
{
	int error = talk_and_clean_up();

	(void)number;
	if (!error)
		error = call_again();
	if (error || scene_is_buggy(scene))
		return error;
	return own_library_cleanup();
}

const struct play play_recreated_after_cleanup = {.session = session, .has_own_library = true};
