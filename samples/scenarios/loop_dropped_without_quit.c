/* SPDX-License-Identifier: Apache-2.0 */
#include "await.h"

#include <errno.h>
#include <fcntl.h>
#include <run/executor.h>
#include <run/task.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* What a handle's loop watches. */
enum { SIGNALLING, RELAY, PACKETS, REQUESTS, KEEP_ALIVE, SOURCES };

struct handle {
	struct executor *loop;
	struct source {
		struct handle *handle;
		int fds[2]; /* the one that is watched; the one that wakes it, if that is another */
		struct watch watch;
		struct task *task;
	} sources[SOURCES];
	struct job quit;
	sem_t relayed;
};

static int open_source(unsigned number, int ret_fds[2])
{
	ret_fds[1] = -1;
	switch (number) {
	case SIGNALLING:
		return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
				  ret_fds);
	case RELAY:
		return pipe2(ret_fds, O_CLOEXEC | O_NONBLOCK);
	case KEEP_ALIVE:
		ret_fds[0] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
		return ret_fds[0];
	default:
		ret_fds[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		return ret_fds[0];
	}
}

static enum task_state poll_source(struct task *task, void *state)
{
	struct source *source = state;
	char bytes[64];

	if (!source->watch.executor &&
	    watch_add(&source->watch, source->handle->loop, source->fds[0], EPOLLIN, task))
		return TASK_DONE;
	while (read(source->fds[0], bytes, sizeof(bytes)) > 0) {
		if (source == &source->handle->sources[RELAY])
			sem_post(&source->handle->relayed);
	}
	return TASK_PENDING;
}

static void drop_source(void *state)
{
	struct source *source = state;

	watch_remove(&source->watch);
	close(source->fds[0]);
	if (source->fds[1] >= 0)
		close(source->fds[1]);
}

/* On the loop: it has nothing left to do afterwards. */
static void run_quit(struct job *job)
{
	struct handle *handle =
		(struct handle *)(void *)((char *)job - offsetof(struct handle, quit));

	for (unsigned i = 0; i < SOURCES; i++)
		task_cancel(handle->sources[i].task);
}

static void quit(struct handle *handle)
{
	executor_post(handle->loop, &handle->quit);
	executor_destroy(handle->loop);
	sem_destroy(&handle->relayed);
	free(handle);
}

static int start(struct handle *handle)
{
	static const struct task_class class = {
		.name = "source", .poll = poll_source, .drop = drop_source};
	int error = executor_create("handle", &handle->loop);

	sem_init(&handle->relayed, 0, 0);
	handle->quit.run = run_quit;
	for (unsigned i = 0; i < SOURCES && !error; i++) {
		struct source *source = &handle->sources[i];

		source->handle = handle;
		error = open_source(i, source->fds) < 0 ? -errno : 0;
		if (!error)
			error = task_spawn(handle->loop, &class, source, &source->task);
	}
	return error;
}

static void relay(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		  void *user)
{
	struct handle *handle = user;

	(void)channel, (void)kind;
	if (write(handle->sources[RELAY].fds[1], data, size) < 0)
		return;
}

/* What a peer says goes through the handle's loop. */
static int talk(struct handle *handle)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	if (!error) {
		dc_channel_on_message(pair.answerer.channel, relay, handle);
		error = dc_channel_send(pair.offerer.channel, DC_TEXT, "offer", 5);
	}
	if (!error)
		error = await(&handle->relayed);
	pair_finish(&pair);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct handle *handle = calloc(1, sizeof(*handle));
	int error;

	(void)number;
	if (!handle)
		return -ENOMEM;
	error = start(handle);
	if (!error)
		error = talk(handle);
	if (!error && !scene_is_buggy(scene))
		quit(handle);
	return error;
}

const struct play play_loop_dropped_without_quit = {.session = session};
