/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads of one process image. A thread is over when it is done and somebody
 * joined or detached it, in any order: a join is recorded before it waits, and a
 * thread records its own birth, maybe after its creator joined it.
 */
#ifndef ANALYZE_THREAD_H
#define ANALYZE_THREAD_H

#include <base/u64map.h>
#include <collect/collector.h>

struct image;
struct life;
struct thing;

/* A zeroed struct is empty. */
struct threads {
	struct u64map by_subject; /* pthread_t -> struct thread * */
	/* Kernel ids of those born here -> when they were done, 0 not yet. The long done go. */
	struct u64map tids;
	size_t tids_limit; /* so many, and it is time to look which can go */
};

void threads_finish(struct threads *threads);

/* Of one that is not over; NULL: none is known. */
struct life *thread_life(const struct image *image, uint64_t subject);
/* Whether this is so of one that is not over. */
bool threads_any(const struct image *image, bool (*is)(void *ctx, struct life *life), void *ctx);
/* tid -> struct life *, added, of those that are not done. -ENOMEM. */
int threads_running(const struct image *image, struct u64map *ret_lives);
/* It was told whose it is before it was born. -ENOMEM. */
int thread_own_early(struct image *image, uint64_t subject, struct thing *owner);

#endif
