/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"
#include "scene.h"

enum { WORDS = 4 };

/* The room is there for all sessions, and ends after them: nothing is lost for good. */
static int session(struct scene *scene, unsigned long number)
{
	struct room *room = scene->own;
	struct seat seat;
	int error = seat_take(&seat, room, NULL, 0);

	(void)number;
	scene_strike(scene);
	if (!error)
		error = room_say(room, WORDS);
	if (!error)
		error = seat_await_word(&seat);
	if (!error)
		error = room_settle(room);
	scene_calm(scene);
	seat_leave(&seat);
	return error;
}

const struct play play_session_buffer_growth = {
	.begin = room_begin, .session = session, .end = room_end};
