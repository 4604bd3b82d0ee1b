/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"
#include "scene.h"

/* The producer is there for all sessions, and outlives their consumers. */
static int session(struct scene *scene, unsigned long number)
{
	struct room *room = scene->own;
	struct seat seat;
	int error = seat_take(&seat, room, NULL, 0);

	(void)number;
	if (!error)
		error = room_say(room, 1);
	if (!error)
		error = seat_await_word(&seat);
	scene_strike(scene);
	seat_leave(&seat);
	if (!error)
		error = room_settle(room);
	scene_calm(scene);
	return error;
}

const struct play play_listener_not_removed = {
	.begin = room_begin, .session = session, .end = room_end};
