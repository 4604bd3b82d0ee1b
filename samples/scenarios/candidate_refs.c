/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include "stall.h"

#include <errno.h>
#include <run/library.h>
#include <run/object.h>
#include <string.h>

/* Of the peer, too, as of a VPN and of a bridge for containers: nothing there answers. */
static const char *const more[] = {"candidate:vpn 1 udp 2113932031 127.0.0.2 9 typ host",
				   "candidate:bridge 1 udp 2113931775 127.0.0.3 9 typ host"};

static unsigned held_by(const struct object *object, const char *holder)
{
	for (size_t i = 0; i < OBJECT_HOLDERS; i++) {
		const struct object_holder *at = &object->holders[i];

		if (at->refs && !strcmp(at->name, holder))
			return at->refs;
	}
	return 0;
}

/* A local candidate that only its agent's checklist and selected pair hold: a reference for each of
 * three pairs, one as what the peer saw of it, one as the selected. */
static void count_kept(const struct object *object, void *user)
{
	unsigned long *kept = user;

	if (!strcmp(object->class->name, "candidate") && object->refs == 5 &&
	    held_by(object, "checklist") == 4 && held_by(object, "selected pair") == 1)
		++*kept;
}

static int expect_kept(unsigned long expected)
{
	unsigned long kept = 0;

	object_visit(count_kept, &kept);
	return kept == expected ? 0 : -EPROTO;
}

static int add_more(struct dc_connection *connection)
{
	int error = 0;

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]) && !error; i++)
		error = dc_connection_add_candidate(connection, more[i]);
	return error;
}

/* Connections take turns on two executors: the answerer, busy as long as the offerer closes, hears
 * of it when the stack is right again. */
static struct executor *answerers_executor(void)
{
	library_executor();
	return library_executor();
}

static int session(struct scene *scene, unsigned long number)
{
	struct stall stall;
	struct pair pair;
	int error = pair_start(&pair, NULL);

	if (!error)
		error = add_more(pair.offerer.connection);
	if (error) {
		pair_finish(&pair);
		return error;
	}
	stall_begin(&stall, answerers_executor());
	scene_strike(scene);
	pair_close_end(&pair.offerer);
	scene_calm(scene);
	stall_end(&stall);
	error = expect_kept(scene_is_buggy(scene) ? number + 1 : 0);
	pair_finish(&pair);
	stall_finish(&stall);
	return error;
}

const struct play play_candidate_refs = {.session = session, .executors = 2};
