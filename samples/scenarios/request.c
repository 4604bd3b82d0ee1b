/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include "room.h"

#include <errno.h>

struct answers {
	int error; /* that is right */
	unsigned right, wrong;
};

static void on_queued(int error, void *user)
{
	struct answers *answers = user;

	if (error == answers->error)
		answers->right++;
	else
		answers->wrong++;
}

/* However many answers there are, none comes once the room is settled. */
static int ask(struct room *room, struct dc_consumer *consumer, const struct request *request,
	       struct answers *answers)
{
	dc_queued_fn fn = request->is_unanswered ? NULL : on_queued;
	int error = request->is_paused ? dc_consumer_pause(consumer, true) : 0, settled;

	for (unsigned i = 0; i < REQUESTS && !error; i++)
		error = dc_consumer_send(consumer, &request->content, fn, answers);
	settled = room_settle(room);
	return error ? error : settled;
}

static int judge(const struct request *request, const struct answers *answers)
{
	unsigned expected = request->is_unanswered ? 0 : REQUESTS;

	for (unsigned i = answers->right; i < expected; i++)
		effect_count_missed();
	return answers->wrong ? -EPROTO : 0;
}

static int play(const struct scene *scene, struct room *room, struct seat *seat,
		const struct request *request)
{
	struct answers answers = {.error = request->error};
	int error = room_say(room, 1);

	if (!error)
		error = seat_await_word(seat);
	if (error)
		return error;
	scene_strike(scene);
	error = ask(room, request->is_direct ? room->recorder : seat->consumer, request, &answers);
	scene_calm(scene);
	return error ? error : judge(request, &answers);
}

int request_session(const struct scene *scene, const struct request *request)
{
	static const uint16_t subchannels[] = {REQUEST_SUBSCRIBED};
	struct room room;
	struct seat seat;
	int error = room_open(&room);

	if (!error) {
		error = seat_take(&seat, &room, subchannels, 1);
		if (!error)
			error = play(scene, &room, &seat, request);
		seat_leave(&seat);
	}
	room_close(&room);
	return error;
}
