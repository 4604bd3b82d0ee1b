/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "own_loop.h"

#include <errno.h>
#include <run/executor.h>
#include <run/task.h>
#include <run/timer.h>
#include <stdlib.h>

enum { PATIENCE_MS = 20 };

/* A room is left by a task: it says so to the other side, waits for the answer, then closes. */
struct room {
	struct scene *scene;
	struct pair pair;
	struct task *leave;
	struct timer patience;
	struct waker answered;
	bool is_said, is_closed;
	struct gate is_over;
};

static void close_room(struct room *room)
{
	if (room->is_closed)
		return;
	pair_finish(&room->pair);
	room->is_closed = true;
}

static void on_answer(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		      void *user)
{
	struct room *room = user;

	(void)channel, (void)kind, (void)data, (void)size;
	waker_wake(&room->answered);
}

/* On the loop, as all that follows. The other side is not there any more, and does not answer. */
static void lose_patience(void *user)
{
	struct room *room = user;
	struct task *leave = room->leave;

	room->leave = NULL;
	task_cancel(leave);
}

static enum task_state say_leave(struct room *room, struct task *task)
{
	struct dc_channel *channel = room->pair.offerer.channel;

	room->is_said = true;
	waker_set(&room->answered, task);
	dc_channel_on_message(channel, on_answer, room);
	if (dc_channel_send(channel, DC_TEXT, "leave", 5) ||
	    timer_arm(&room->patience, TIMER_MS(PATIENCE_MS)))
		return TASK_DONE;
	return TASK_PENDING;
}

static void stop_waiting(struct room *room)
{
	dc_channel_on_message(room->pair.offerer.channel, NULL, NULL);
	waker_drop(&room->answered);
	timer_cancel(&room->patience);
}

static enum task_state poll_leave(struct task *task, void *state)
{
	struct room *room = state;

	if (!room->is_said)
		return say_leave(room, task);
	stop_waiting(room);
	close_room(room);
	return TASK_DONE;
}

/* It is over, in whichever way: what it has not come to has to be done all the same. */
static void drop_leave(void *state)
{
	struct room *room = state;

	if (!room->is_closed)
		stop_waiting(room);
	if (!scene_is_buggy(room->scene))
		close_room(room);
	gate_open(&room->is_over);
}

static int leave_room(struct room *room)
{
	static const struct task_class leave = {
		.name = "leave room", .poll = poll_leave, .drop = drop_leave};
	struct executor *loop = room->scene->own;
	int error;

	gate_init(&room->is_over);
	timer_init(&room->patience, loop, "patience", lose_patience, room);
	error = task_spawn(loop, &leave, room, &room->leave);
	if (!error)
		gate_await(&room->is_over);
	task_release(room->leave, "owner");
	gate_finish(&room->is_over);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct room *room = calloc(1, sizeof(*room));
	int error;

	(void)number;
	if (!room)
		return -ENOMEM;
	room->scene = scene;
	error = pair_start(&room->pair, NULL);
	if (!error)
		error = leave_room(room);
	/* The program has left, and knows no more of it. */
	if (!error && !room->is_closed)
		return 0;
	close_room(room);
	free(room);
	return error;
}

const struct play play_cancelled_close = {
	.begin = own_loop_begin, .session = session, .end = own_loop_end};
