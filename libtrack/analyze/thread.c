/* SPDX-License-Identifier: Apache-2.0 */
#include "thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "call.h"
#include "extent.h"
#include "image.h"
#include "kind.h"

#define TIDS_LEAST 65536u
#define LINGER_NS 1000000000ull

/* A join or a detach. */
struct reap {
	bool detach;
	uint64_t time_ns;
	uint32_t tid; /* who; 0: born detached */
	int64_t stack;
	uint16_t call;
};

struct thread {
	struct life life; /* kept after its end: an undo may take the end back */
	bool alive;
	bool done;
	bool reaped;
	uint32_t refused_tid; /* who reaped it once more, which is taken back; 0: nobody */
	bool early;	      /* not born yet (or over), and already reaped: for the next birth */
	uint64_t done_ns;
	struct reap reap;
	struct thing *early_owner; /* held; for the next birth */
};

void threads_finish(struct threads *threads)
{
	size_t cursor = 0;
	uint64_t subject, value;

	while (u64map_next(&threads->by_subject, &cursor, &subject, &value)) {
		struct thread *thread = (struct thread *)(uintptr_t)value;

		life_finish(&thread->life);
		thing_drop(thread->early_owner);
		free(thread);
	}
	u64map_finish(&threads->by_subject);
	u64map_finish(&threads->tids);
}

static struct thread *find_thread(const struct image *image, uint64_t subject)
{
	const uint64_t *known = u64map_get(&image->threads.by_subject, subject);

	return known != NULL ? (struct thread *)(uintptr_t)*known : NULL;
}

static int get_thread(struct image *image, uint64_t subject, struct thread **ret_thread)
{
	struct thread *thread = find_thread(image, subject);
	int error;

	if (thread == NULL) {
		thread = calloc(1, sizeof(*thread));
		if (thread == NULL)
			return -ENOMEM;
		error = u64map_put(&image->threads.by_subject, subject, (uintptr_t)thread);
		if (error != 0) {
			free(thread);
			return error;
		}
	}
	*ret_thread = thread;
	return 0;
}

static int end_thread(struct thread *thread)
{
	const struct reap *reap = &thread->reap;
	uint64_t last_ns = thread->done_ns > reap->time_ns ? thread->done_ns : reap->time_ns;

	thread->alive = false;
	return life_end(&thread->life, &(struct life_death){
					       .ending = reap->detach ? LIFE_DETACHED : LIFE_JOINED,
					       .time_ns = last_ns,
					       .tid = reap->tid,
					       .stack = reap->stack,
					       .call = reap->call,
				       });
}

static int end_unseen(struct image *image, struct thread *thread, uint64_t time_ns)
{
	thread->alive = false;
	image->counted[TRACK_NOTE_END_UNSEEN]++;
	return life_end(&thread->life,
			&(struct life_death){.ending = LIFE_UNSEEN, .time_ns = time_ns});
}

/* What is known of the end of a thread that is not over. */
static void show_state(struct thread *thread)
{
	const struct reap *reap = &thread->reap;
	struct life_death death = {.ending = LIFE_ALIVE};

	if (thread->done)
		death = (struct life_death){.ending = LIFE_DONE, .time_ns = thread->done_ns};
	else if (thread->reaped && reap->detach)
		death = (struct life_death){
			.ending = LIFE_DETACHED,
			.tid = reap->tid,
			.stack = reap->stack,
			.call = reap->call,
		};
	life_set_death(&thread->life, &death);
}

/* A thread that is done may still be in the kernel's list for a moment. */
static void forget_tids(struct threads *threads, uint64_t now_ns)
{
	size_t cursor = 0;
	uint64_t tid, done_ns;

	if (threads->tids.count < TIDS_LEAST || threads->tids.count < threads->tids_limit)
		return;
	while (u64map_next(&threads->tids, &cursor, &tid, &done_ns))
		if (done_ns != 0 && done_ns + LINGER_NS < now_ns)
			u64map_remove(&threads->tids, tid);
	threads->tids_limit = 2 * threads->tids.count;
}

static int on_create(struct image *image, const struct collect_event *event)
{
	struct track_thread_birth birth = {0};
	struct thread *thread;
	int error = get_thread(image, event->subject, &thread);

	if (error == 0 && thread->alive)
		error = end_unseen(image, thread, event->time_ns);
	if (error == 0)
		error = u64map_put(&image->threads.tids, event->tid, 0);
	if (error == 0)
		error = life_begin(&thread->life, image, event);
	if (error != 0)
		return error;
	forget_tids(&image->threads, event->time_ns);
	if (event->data_bytes >= sizeof(birth))
		memcpy(&birth, event->data, sizeof(birth));
	thread->life.tid = event->tid;
	thread->life.start_routine = birth.start_routine;
	if ((birth.flags & TRACK_THREAD_BEFORE) != 0) {
		life_set_earlier(&thread->life);
	} else if (birth.parent_tid != 0) {
		thread->life.birth_tid = birth.parent_tid;
		life_set_hint(&thread->life, birth.parent_tid);
	}
	if (thread->early_owner != NULL) {
		life_set_owner(&thread->life, thread->early_owner);
		thing_drop(thread->early_owner);
		thread->early_owner = NULL;
	}
	thread->alive = true;
	thread->done = false;
	thread->done_ns = 0;
	thread->reaped = thread->early;
	thread->early = false;
	if (birth.flags & TRACK_THREAD_DETACHED) {
		thread->reaped = true;
		thread->reap = (struct reap){.detach = true};
	}
	show_state(thread);
	return 0;
}

struct life *thread_life(const struct image *image, uint64_t subject)
{
	struct thread *thread = find_thread(image, subject);

	return thread != NULL && thread->alive ? &thread->life : NULL;
}

bool threads_any(const struct image *image, bool (*is)(void *ctx, struct life *life), void *ctx)
{
	size_t cursor = 0;
	uint64_t subject, value;

	while (u64map_next(&image->threads.by_subject, &cursor, &subject, &value)) {
		struct thread *thread = (struct thread *)(uintptr_t)value;

		if (thread->alive && is(ctx, &thread->life))
			return true;
	}
	return false;
}

int threads_running(const struct image *image, struct u64map *ret_lives)
{
	size_t cursor = 0;
	uint64_t subject, value;
	int error = 0;

	while (error == 0 && u64map_next(&image->threads.by_subject, &cursor, &subject, &value)) {
		struct thread *thread = (struct thread *)(uintptr_t)value;

		if (thread->alive && !thread->done)
			error = u64map_put(ret_lives, thread->life.tid, (uintptr_t)&thread->life);
	}
	return error;
}

int thread_own_early(struct image *image, uint64_t subject, struct thing *owner)
{
	struct thread *thread;
	int error = get_thread(image, subject, &thread);

	if (error != 0)
		return error;
	thing_hold(owner);
	thing_drop(thread->early_owner);
	thread->early_owner = owner;
	return 0;
}

static int on_done(struct image *image, const struct collect_event *event)
{
	struct thread *thread = find_thread(image, event->subject);
	int error;

	if (thread == NULL || !thread->alive || thread->done)
		return 0;
	extent_forget(&image->things.extents, thread->life.tid);
	calls_forget(&image->things.calls, thread->life.tid);
	block_forget(&image->things.blocks, thread->life.tid);
	error = fd_thread_over(image, thread->life.tid);
	if (error == 0)
		error = u64map_put(&image->threads.tids, thread->life.tid, event->time_ns);
	if (error != 0)
		return error;
	thread->done = true;
	thread->done_ns = event->time_ns;
	if (thread->reaped)
		return end_thread(thread);
	show_state(thread);
	return 0;
}

static int on_destroy(struct image *image, const struct collect_event *event)
{
	struct thread *thread;
	int error = get_thread(image, event->subject, &thread);

	if (error != 0)
		return error;
	if (thread->alive && thread->reaped) {
		thread->refused_tid = event->tid;
		return 0;
	}
	thread->refused_tid = 0;
	thread->reap = (struct reap){
		.detach = event->call == TRACK_CALL_pthread_detach ||
			  event->call == TRACK_CALL_thrd_detach,
		.time_ns = event->time_ns,
		.tid = event->tid,
		.stack = image_stack(image, event->stack),
		.call = event->call,
	};
	if (!thread->alive) {
		thread->early = true;
		return 0;
	}
	thread->reaped = true;
	if (thread->done)
		return end_thread(thread);
	show_state(thread);
	return 0;
}

static int on_undo(struct image *image, const struct collect_event *event)
{
	struct thread *thread = find_thread(image, event->subject);

	if (thread != NULL && thread->refused_tid == event->tid) {
		thread->refused_tid = 0;
		return 0;
	}
	if (thread == NULL || thread->reap.tid != event->tid)
		return 0;
	if (!thread->alive && thread->early) {
		thread->early = false;
		return 0;
	}
	if (!thread->reaped)
		return 0;
	thread->reaped = false;
	thread->alive = true;
	show_state(thread);
	return 0;
}

static int on_name(struct image *image, const struct collect_event *event)
{
	struct thread *thread = find_thread(image, event->subject);

	return thread != NULL && thread->alive ? life_name(&thread->life, event) : 0;
}

static void count_unknown(struct image *image, const struct collect_event *event)
{
	size_t cursor = 0;
	uint64_t tid, arg;

	while (u64map_next(&image->census[TRACK_KIND_THREAD].seen, &cursor, &tid, &arg))
		if (tid != (uint64_t)image->pid && tid != event->tid &&
		    u64map_get(&image->threads.tids, tid) == NULL)
			image->counted[TRACK_NOTE_THREADS_UNKNOWN]++;
}

static int compare(struct image *image, const struct collect_event *event)
{
	const struct census *census = &image->census[TRACK_KIND_THREAD];
	size_t cursor = 0;
	uint64_t subject, value;

	while (u64map_next(&image->threads.by_subject, &cursor, &subject, &value)) {
		struct thread *thread = (struct thread *)(uintptr_t)value;
		uint32_t tid = thread->life.tid;
		int error;

		if (!thread->alive || thread->done || thread->life.birth_ns >= census->start_ns ||
		    tid == event->tid || u64map_get(&census->seen, tid) != NULL)
			continue;
		error = end_unseen(image, thread, event->time_ns);
		if (error != 0)
			return error;
	}
	count_unknown(image, event);
	return 0;
}

static int settle(struct image *image)
{
	size_t cursor = 0;
	uint64_t subject, value;

	while (image->end == COLLECT_END_EXEC &&
	       u64map_next(&image->threads.by_subject, &cursor, &subject, &value)) {
		struct thread *thread = (struct thread *)(uintptr_t)value;
		struct life_death death = {.ending = LIFE_EXEC, .time_ns = image->end_ns};
		int error = thread->alive && !thread->done ? life_end(&thread->life, &death) : 0;

		if (error != 0)
			return error;
	}
	return 0;
}

const struct kind kind_thread = {
	.on = {[TRACK_OP_CREATE] = on_create,
	       [TRACK_OP_DONE] = on_done,
	       [TRACK_OP_DESTROY] = on_destroy,
	       [TRACK_OP_UNDO] = on_undo,
	       [TRACK_OP_NAME] = on_name,
	       [TRACK_OP_OWN] = thing_own},
	.compare = compare,
	.settle = settle,
	.weight_at_exit = 1,
	.is_told = true,
};
