/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"
#include "scene.h"

/* Each seat's consumer has its timer, from the seat's taking until it is left. */
static int attend(const struct scene *scene, struct room *room)
{
	struct seat seat;
	int error = seat_take(&seat, room, NULL, 0);

	if (!error)
		error = room_say(room, 1);
	if (!error)
		error = seat_await_word(&seat);
	scene_strike(scene);
	seat_leave(&seat);
	scene_calm(scene);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct room room;
	int error = room_open(&room);

	(void)number;
	if (!error)
		error = attend(scene, &room);
	room_close(&room);
	return error;
}

const struct play play_sctp_checker_timer = {.session = session};
