/* SPDX-License-Identifier: Apache-2.0 */
#include "fd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fd_slot.h"
#include "image.h"
#include "kind.h"
#include "word.h"

struct life *fd_life(const struct image *image, uint64_t number)
{
	struct fd_slot *slot = fds_find(&image->fds, number);

	return slot != NULL && slot->state == FD_OPEN ? &slot->life : NULL;
}

/* Gone by a call that was not seen; noticed at that time. */
static int end_unseen(struct image *image, struct fd_slot *slot, uint64_t time_ns)
{
	slot->state = FD_UNKNOWN;
	/* Standard output and the like are closed by libc itself at exit. */
	if (!slot->life.inherited)
		image->counted[TRACK_NOTE_CLOSE_UNSEEN]++;
	return life_end(&slot->life,
			&(struct life_death){.ending = LIFE_UNSEEN, .time_ns = time_ns});
}

/* Undecided closes keep the life that they may have been a second one of. */
static int hand_over(struct image *image, struct fd_slot *slot)
{
	struct life *kept = NULL;
	struct closer *closer;
	int error = 0;

	slot->awaited = false;
	while (error == 0 &&
	       (closer = closers_find_pending(&image->closers, NULL, slot->life.subject)) != NULL) {
		if (kept != NULL) {
			error = life_keep(kept, &closer->pending.resource_id);
			continue;
		}
		kept = calloc(1, sizeof(*kept));
		if (kept == NULL)
			return -ENOMEM;
		life_move(&slot->life, kept);
		closer->pending.life = kept;
	}
	return error;
}

static int on_create(struct image *image, const struct collect_event *event)
{
	struct fd_slot *slot;
	int error;

	if (event->subject > INT32_MAX)
		return 0;
	error = fds_get(&image->fds, event->subject, &slot);
	if (error == 0 && slot->state == FD_OPEN)
		error = end_unseen(image, slot, event->time_ns);
	if (error == 0 && slot->awaited)
		error = hand_over(image, slot);
	if (error == 0)
		error = life_begin(&slot->life, image, event);
	if (error != 0)
		return error;
	slot->life.from = TRACK_FD_ARG_FROM(event->arg);
	slot->life.inherited = (TRACK_FD_ARG_FLAGS(event->arg) & TRACK_FD_INHERITED) != 0;
	if (slot->life.from < -1)
		slot->life.from = -1;
	life_set_class(&slot->life, TRACK_FD_ARG_CLASS(event->arg));
	if ((TRACK_FD_ARG_FLAGS(event->arg) & TRACK_FD_BEFORE) != 0)
		life_set_earlier(&slot->life);
	else if (!slot->life.inherited)
		life_join(&slot->life, event->tid);
	slot->state = FD_OPEN;
	return 0;
}

static int drop_held(struct closer_pending *pending)
{
	int error;

	if (pending->life == NULL)
		return 0;
	error = life_conclude(pending->life);
	life_finish(pending->life);
	free(pending->life);
	pending->life = NULL;
	return error;
}

/*
 * No undo came: the close succeeded, so someone we do not see had opened the
 * number again.
 */
static int settle_pending(struct image *image, struct closer *closer)
{
	struct closer_pending *pending = &closer->pending;
	struct fd_slot *slot;

	if (pending->waits && pending->seen) {
		slot = fds_find(&image->fds, pending->subject);
		if (slot != NULL && slot->state == FD_CLOSED &&
		    slot->life.generation == pending->generation)
			slot->state = FD_UNKNOWN;
	}
	pending->waits = false;
	return drop_held(pending);
}

static int close_open(struct fd_slot *slot, const struct collect_event *event)
{
	struct life_death death = life_death_by(&slot->life, event, LIFE_CLOSED);

	slot->state = FD_CLOSED;
	slot->implicit = (TRACK_FD_ARG_FLAGS(event->arg) & TRACK_FD_IMPLICIT) != 0;
	return life_end(&slot->life, &death);
}

static int on_destroy(struct image *image, const struct collect_event *event)
{
	struct fd_slot *slot = fds_find(&image->fds, event->subject);
	bool open = slot != NULL && slot->state == FD_OPEN;
	struct closer *closer;
	bool seen;
	int error;

	if (TRACK_FD_ARG_FLAGS(event->arg) & TRACK_FD_IMPLICIT)
		return open ? close_open(slot, event) : 0;
	if (event->subject > INT32_MAX)
		return 0;
	error = closers_get(&image->closers, event->tid, &closer);
	if (error != 0)
		return error;
	error = settle_pending(image, closer);
	if (error == 0)
		error = closer_step(closer, image, event);
	if (error != 0)
		return error;
	if (open)
		return close_open(slot, event);
	seen = slot != NULL && slot->state == FD_CLOSED; /* as the pending close left it */
	closer->pending = (struct closer_pending){
		.waits = true,
		.seen = seen,
		.subject = event->subject,
		.generation = seen ? slot->life.generation : 0,
		.time_ns = event->time_ns,
		.stack = image_stack(image, event->stack),
		.call = event->call,
	};
	if (seen)
		slot->awaited = true;
	return 0;
}

/* The row of the life that was over already: in its slot, or handed over. */
static int find_row(struct image *image, struct closer_pending *pending)
{
	struct fd_slot *slot = fds_find(&image->fds, pending->subject);

	if (pending->life != NULL)
		return life_keep(pending->life, &pending->resource_id);
	if (slot == NULL || pending->resource_id != 0 ||
	    slot->life.generation != pending->generation)
		return 0;
	return life_keep(&slot->life, &pending->resource_id);
}

static int undo_pending(struct image *image, struct closer *closer,
			const struct collect_event *event)
{
	int error;

	if (event->arg != EBADF)
		return settle_pending(image, closer);
	closer->pending.waits = false;
	if (!closer->pending.seen)
		return closer_add_unknown(closer, image);
	error = find_row(image, &closer->pending);
	if (error == 0)
		error = closer_add_bad(closer, image, &closer->pending, EBADF);
	return error != 0 ? error : drop_held(&closer->pending);
}

/*
 * Two threads closed the number at once, and the first to say so was the one
 * that failed: the other's close was the end, this one the second.
 */
static int swap_closes(struct image *image, struct fd_slot *slot, struct closer *loser,
		       struct closer *winner)
{
	struct closer_pending second = {
		.subject = slot->life.subject,
		.time_ns = slot->life.death_ns,
		.stack = slot->life.death_stack,
		.call = slot->life.death_call,
	};
	int error = life_keep(&slot->life, &second.resource_id);

	if (error != 0)
		return error;
	winner->pending.waits = false;
	error = life_end(&slot->life, &(struct life_death){
					      .ending = LIFE_CLOSED,
					      .time_ns = winner->pending.time_ns,
					      .tid = winner->tid,
					      .stack = winner->pending.stack,
					      .call = winner->pending.call,
				      });
	return error != 0 ? error : closer_add_bad(loser, image, &second, EBADF);
}

static int on_undo(struct image *image, const struct collect_event *event)
{
	struct fd_slot *slot = fds_find(&image->fds, event->subject);
	struct closer *closer, *other;
	int error = closers_get(&image->closers, event->tid, &closer);

	if (error != 0)
		return error;
	if (closer->pending.waits && closer->pending.subject == event->subject)
		return undo_pending(image, closer, event);
	if (slot == NULL || slot->state != FD_CLOSED || slot->life.death_tid != event->tid)
		return 0;
	if (event->arg != EBADF || slot->implicit) {
		/* dup2's EBADF is about its other argument: the target stayed open. */
		slot->state = FD_OPEN;
		life_revive(&slot->life);
		return 0;
	}
	other = closers_find_pending(&image->closers, closer, event->subject);
	if (other != NULL)
		return swap_closes(image, slot, closer, other);
	return end_unseen(image, slot, event->time_ns);
}

static int on_name(struct image *image, const struct collect_event *event)
{
	struct fd_slot *slot = fds_find(&image->fds, event->subject);

	return slot != NULL && slot->state == FD_OPEN ? life_name(&slot->life, event) : 0;
}

/* The totals of a life may be told just after its end. */
static int on_use(struct image *image, const struct collect_event *event)
{
	struct fd_slot *slot = fds_find(&image->fds, event->subject);

	if (slot != NULL && slot->state != FD_UNKNOWN)
		life_set_traffic(&slot->life, event);
	return 0;
}

int fd_thread_over(struct image *image, uint32_t tid)
{
	struct closer *closer = closers_find(&image->closers, tid);
	int error;

	if (closer == NULL)
		return 0;
	error = settle_pending(image, closer);
	closers_drop(&image->closers, closer);
	return error;
}

/* A failed call: what it was about, as a row of act. */
static int add_failure(struct image *image, const struct collect_event *event, const char *what,
		       int64_t resource_id)
{
	struct trace_act act = act_by(image, event, what);

	act.resource_id = resource_id;
	act.error = (int)event->arg;
	return trace_put_act(image->book->trace, &act);
}

/* The number was closed here; or it is somebody else's since, and no socket. */
static bool is_stale(const struct fd_slot *slot, uint64_t error)
{
	if (error == EBADF)
		return slot->state == FD_CLOSED;
	return error == ENOTSOCK && slot->state == FD_OPEN && slot->life.generation > 1 &&
	       slot->life.fd_class != TRACK_FD_CLASS_OTHER && !word_is_socket(slot->life.fd_class);
}

static int on_fail(struct image *image, const struct collect_event *event)
{
	struct fd_slot *slot;
	int64_t row;
	int error;

	if (event->arg == EMFILE || event->arg == ENFILE)
		return add_failure(image, event, "exhausted", 0);
	slot = fds_find(&image->fds, event->subject);
	if (slot == NULL || !is_stale(slot, event->arg))
		return 0;
	error = life_keep(&slot->life, &row);
	return error != 0 ? error : add_failure(image, event, "stale-use", row);
}

static void count_unknown(struct image *image, const struct census *census)
{
	size_t cursor = 0;
	uint64_t number, arg;

	while (u64map_next(&census->seen, &cursor, &number, &arg)) {
		const struct fd_slot *slot = fds_find(&image->fds, number);

		if (slot != NULL && slot->state == FD_OPEN)
			continue;
		if (slot != NULL && slot->state == FD_CLOSED &&
		    slot->life.death_ns >= census->start_ns)
			continue; /* another thread closed it meanwhile */
		image->counted[TRACK_NOTE_OPEN_UNSEEN]++;
	}
}

/*
 * What the kernel may call a descriptor of a class, besides its own name. Who
 * opens a path does not ask what lies there; some classes are files to fstat.
 */
#define CLASS(id) (1u << TRACK_FD_CLASS_##id)
static const uint32_t aliases[TRACK_FD_CLASS__COUNT] = {
	[TRACK_FD_CLASS_FILE] =
		CLASS(DIRECTORY) | CLASS(PIPE) | CLASS(TERMINAL) | CLASS(DEVICE) | CLASS(MEMFD),
	[TRACK_FD_CLASS_TERMINAL] = CLASS(DEVICE) | CLASS(FILE),
	[TRACK_FD_CLASS_DEVICE] = CLASS(TERMINAL) | CLASS(FILE),
	[TRACK_FD_CLASS_MQUEUE] = CLASS(FILE),
	[TRACK_FD_CLASS_SECRETMEM] = CLASS(FILE),
	[TRACK_FD_CLASS_MOUNT] = CLASS(DIRECTORY) | CLASS(FILE),
};
#undef CLASS

_Static_assert(TRACK_FD_CLASS__COUNT <= 32, "one bit per class");

/* Another descriptor has the number now: its close and the new opening passed no wrapper. */
static bool is_another(const struct fd_slot *slot, uint64_t arg)
{
	unsigned found = TRACK_FD_ARG_CLASS(arg), known = slot->life.fd_class;

	return found != known && found != TRACK_FD_CLASS_OTHER && known != TRACK_FD_CLASS_OTHER &&
	       (found >= TRACK_FD_CLASS__COUNT || (aliases[known] >> found & 1) == 0);
}

/* Believed for want of a look. */
static bool is_vague(const struct fd_slot *slot)
{
	return slot->life.fd_class == TRACK_FD_CLASS_OTHER ||
	       slot->life.fd_class == TRACK_FD_CLASS_FILE;
}

static int compare(struct image *image, const struct collect_event *event)
{
	const struct census *census = &image->census[TRACK_KIND_FD];
	struct fds_cursor cursor = {0};
	struct fd_slot *slot;

	while ((slot = fds_next(&image->fds, &cursor)) != NULL) {
		const uint64_t *arg;
		int error = 0;

		if (slot->state != FD_OPEN)
			continue;
		arg = u64map_get(&census->seen, slot->life.subject);
		if (slot->life.birth_ns < census->start_ns &&
		    (arg == NULL || is_another(slot, *arg)))
			error = end_unseen(image, slot, event->time_ns);
		if (error != 0)
			return error;
		if (arg != NULL && slot->state == FD_OPEN && is_vague(slot) &&
		    TRACK_FD_ARG_CLASS(*arg) != TRACK_FD_CLASS_OTHER && !is_another(slot, *arg))
			life_set_class(&slot->life, TRACK_FD_ARG_CLASS(*arg));
	}
	count_unknown(image, census);
	return 0;
}

static int settle(struct image *image)
{
	struct fds_cursor cursor = {0};
	struct fd_slot *slot;
	size_t at = 0;
	uint64_t tid, closer;

	while (u64map_next(&image->closers.by_tid, &at, &tid, &closer)) {
		int error = settle_pending(image, (struct closer *)(uintptr_t)closer);

		if (error != 0)
			return error;
	}
	while (image->end == COLLECT_END_EXEC && (slot = fds_next(&image->fds, &cursor)) != NULL) {
		struct life_death death = {.ending = LIFE_EXEC, .time_ns = image->end_ns};
		int error = slot->state == FD_OPEN ? life_end(&slot->life, &death) : 0;

		if (error != 0)
			return error;
	}
	return 0;
}

const struct kind kind_fd = {
	.on = {[TRACK_OP_CREATE] = on_create,
	       [TRACK_OP_DESTROY] = on_destroy,
	       [TRACK_OP_UNDO] = on_undo,
	       [TRACK_OP_NAME] = on_name,
	       [TRACK_OP_USE] = on_use,
	       [TRACK_OP_FAIL] = on_fail,
	       [TRACK_OP_OWN] = thing_own},
	.compare = compare,
	.settle = settle,
	.weight_at_exit = -1, /* but for sockets */
	.is_told = true,
};
