/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes: the calls that threads are inside of, and the close. */
#include <track/track.h>

#include "extent.h"
#include "image.h"
#include "kind.h"

/* The thread is inside of it, or out of it again. */
static int step(struct thing *scope, const struct collect_event *event)
{
	struct image *image = scope->life.image;

	if ((event->arg & TRACK_RETURNED) == 0)
		return extent_enter(
			&image->things.extents, event->tid,
			&(struct extent_step){
				.thing = scope,
				.adopts = thing_told(image, event).text,
				.closing_ns = event->op == TRACK_OP_CLOSE ? event->time_ns : 0,
			});
	extent_leave(&image->things.extents, event->tid, event->kind, event->subject);
	return 0;
}

static int on_call(struct image *image, const struct collect_event *event)
{
	struct thing *scope = thing_known(image, event);

	return scope != NULL ? step(scope, event) : 0;
}

static void begin_close(struct thing *scope, const struct collect_event *event)
{
	scope->closes++;
	if (scope->close_ns != 0 && !scope->refused)
		return;
	scope->refused = false;
	scope->close_ns = event->time_ns;
	scope->close_tid = event->tid;
	scope->close_stack = image_stack(scope->life.image, event->stack);
	life_touch(&scope->life);
}

static int end_close(struct thing *scope, const struct collect_event *event)
{
	const struct image *image = scope->life.image;

	scope->closes -= scope->closes > 0;
	if (scope->closes != 0 || scope->closed_ns != 0)
		return 0;
	scope->refused = (event->arg & TRACK_REFUSED) != 0;
	life_touch(&scope->life);
	if (scope->refused)
		return 0;
	scope->closed_ns = event->time_ns;
	return life_book_closed(image->book, image->pid, event->time_ns, life_class(&scope->life));
}

/*
 * The first close counts, and the last return: a destructor may well close again. One that failed
 * was none; what belongs to the scope then was to be over by the last of them all the same.
 */
static int on_close(struct image *image, const struct collect_event *event)
{
	struct thing *scope = thing_known(image, event);
	int error = 0;

	if (scope == NULL)
		return 0;
	if (event->arg & TRACK_RETURNED) {
		error = end_close(scope, event);
	} else {
		error = thing_judge_use(scope, event);
		begin_close(scope, event);
	}
	return error != 0 ? error : step(scope, event);
}

/* One that nobody closed is over with its end. */
static int on_destroy(struct image *image, const struct collect_event *event)
{
	struct thing *scope = thing_known_alive(image, event);
	bool closed = scope == NULL || scope->closed_ns != 0;
	const char *class_name = closed ? "" : life_class(&scope->life);
	int error = scope != NULL ? thing_end(scope, event, LIFE_DESTROYED) : 0;

	return error != 0 || closed
		       ? error
		       : life_book_closed(image->book, image->pid, event->time_ns, class_name);
}

const struct kind kind_scope = {
	.on = {[TRACK_OP_OPEN] = thing_create,
	       [TRACK_OP_CALL] = on_call,
	       [TRACK_OP_CLOSE] = on_close,
	       [TRACK_OP_DESTROY] = on_destroy,
	       [TRACK_OP_USE] = thing_use,
	       THING_OPS},
	.weight_at_exit = 2,
};
