/* SPDX-License-Identifier: Apache-2.0 */
#include "seed.h"
#include "clock.h"
#include "fd_look.h"
#include "process_files.h"
#include "session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct seed_thread {
	uint32_t tid;
	char name[16];
};

struct seed {
	uint64_t read_ns;	   /* when all of it was read */
	struct u64map descriptors; /* number -> struct fd_look, owned; what is not told yet */
	struct seed_thread *threads;
	size_t thread_count;
	struct traced *traced;
	int pid_fd;
};

void seed_destroy(struct traced *traced)
{
	struct seed *seed = traced->seed;
	size_t cursor = 0;
	uint64_t fd, look;
	if (!seed)
		return;
	while (u64map_next(&seed->descriptors, &cursor, &fd, &look))
		free((void *)(uintptr_t)look);
	u64map_finish(&seed->descriptors);
	free(seed->threads);
	free(seed);
	traced->seed = NULL;
}

static int read_descriptor(void *context, uint32_t fd)
{
	struct seed *seed = context;
	struct fd_look found;
	/* Closed meanwhile: its event tells. */
	if (fd_look_take((int32_t)seed->traced->tgid, seed->pid_fd, fd, &found))
		return 0;
	struct fd_look *look = malloc(sizeof(*look));
	if (!look)
		return -ENOMEM;
	*look = found;
	int ret = u64map_put(&seed->descriptors, fd, (uintptr_t)look);
	if (ret)
		free(look);
	return ret;
}

static int read_thread(void *context, uint32_t tid)
{
	struct seed *seed = context;
	char name[64];
	if (tid == seed->traced->tgid)
		return 0;
	struct seed_thread *threads =
		reallocarray(seed->threads, seed->thread_count + 1, sizeof(*threads));
	if (!threads)
		return -ENOMEM;
	seed->threads = threads;
	struct seed_thread *thread = &threads[seed->thread_count++];
	*thread = (struct seed_thread){.tid = tid};
	snprintf(name, sizeof(name), "task/%" PRIu32 "/comm", tid);
	int size = process_read_file((int32_t)seed->traced->tgid, name, thread->name,
				     sizeof(thread->name));
	if (size > 0 && thread->name[size - 1] == '\n')
		thread->name[size - 1] = '\0';
	return 0;
}

int seed_read(struct traced *traced)
{
	struct seed *seed = calloc(1, sizeof(*seed));
	if (!seed)
		return -ENOMEM;
	traced->seed = seed;
	seed->traced = traced;
	seed->pid_fd = fd_look_begin((int32_t)traced->tgid);
	int ret = process_each_number((int32_t)traced->tgid, "fd", read_descriptor, seed);
	if (!ret)
		ret = process_each_number((int32_t)traced->tgid, "task", read_thread, seed);
	if (seed->pid_fd >= 0)
		close(seed->pid_fd);
	seed->read_ns = clock_now_ns();
	if (ret)
		seed_destroy(traced);
	return ret;
}

/* A number of the seed; NULL: it is none, or was told. The caller frees it. */
static struct fd_look *take(struct seed *seed, uint32_t fd)
{
	const uint64_t *found = u64map_get(&seed->descriptors, fd);
	if (!found)
		return NULL;
	struct fd_look *look = (struct fd_look *)(uintptr_t)*found;
	u64map_remove(&seed->descriptors, fd);
	return look;
}

static void tell(struct traced *traced, uint32_t fd, const struct fd_look *look)
{
	uint64_t time_ns = traced->start_ns;
	descriptors_found(traced, fd, look->fd_class, TRACK_FD_BEFORE, time_ns);
	traced_note(traced, TRACK_NOTE_BEFORE, 1);
	for (int role = TRACK_NAME_LOCAL; role <= TRACK_NAME_REMOTE; role++)
		descriptors_address(traced, traced->tgid, time_ns, fd, TRACK_CALL_none,
				    (enum track_name_role)role, &look->addresses[role].at,
				    look->addresses[role].bytes);
}

static void tell_taken(struct traced *traced, uint32_t fd, bool really)
{
	struct fd_look *look = take(traced->seed, fd);
	if (look && really)
		tell(traced, fd, look);
	free(look);
}

void seed_opened(struct traced *traced, uint32_t fd, uint64_t time_ns)
{
	if (traced->seed)
		tell_taken(traced, fd, time_ns > traced->seed->read_ns);
}

void seed_closed(struct traced *traced, uint32_t fd, uint64_t time_ns)
{
	(void)time_ns;
	if (traced->seed)
		tell_taken(traced, fd, true);
}

void seed_closed_range(struct traced *traced, uint32_t first, uint32_t last, uint64_t time_ns)
{
	if (!traced->seed)
		return;
	struct u64map *descriptors = &traced->seed->descriptors;
	size_t cursor = 0;
	uint64_t fd, look;
	/* To take one out may move the others. */
	while (u64map_next(descriptors, &cursor, &fd, &look))
		if (fd >= first && fd <= last) {
			seed_closed(traced, (uint32_t)fd, time_ns);
			cursor = 0;
		}
}

void seed_thread_ended(struct traced *traced, uint32_t tid)
{
	for (size_t i = 0; traced->seed && i < traced->seed->thread_count; i++)
		if (traced->seed->threads[i].tid == tid)
			traced->seed->threads[i].tid = 0;
}

/* But for those that were made while we looked. */
static void tell_threads(struct traced *traced)
{
	const struct seed *seed = traced->seed;
	for (size_t i = 0; i < seed->thread_count; i++) {
		const struct seed_thread *thread = &seed->threads[i];
		size_t size = strnlen(thread->name, sizeof(thread->name));
		if (!thread->tid || u64map_get(&traced->threads.alive, thread->tid))
			continue;
		/* What its pthread_t is, nobody tells; no address is that small. */
		threads_found(traced, thread->tid, thread->tid, traced->start_ns);
		traced_note(traced, TRACK_NOTE_BEFORE, 1);
		if (size)
			traced_emit(traced, thread->tid, traced->start_ns, TRACK_OP_NAME,
				    TRACK_KIND_THREAD, TRACK_CALL_none, thread->tid, 0,
				    TRACK_NAME_ARG(TRACK_NAME_TEXT, size), thread->name, size);
	}
}

bool seed_settle(struct traced *traced, uint64_t settled_ns)
{
	struct seed *seed = traced->seed;
	size_t cursor = 0;
	uint64_t fd, look;
	if (!seed)
		return true;
	if (settled_ns < seed->read_ns)
		return false;
	while (u64map_next(&seed->descriptors, &cursor, &fd, &look))
		tell(traced, (uint32_t)fd, (const struct fd_look *)(uintptr_t)look);
	tell_threads(traced);
	seed_destroy(traced);
	return true;
}
