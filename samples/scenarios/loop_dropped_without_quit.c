/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

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
enum what { SIGNALLING, RELAY, PACKETS, REQUESTS, KEEP_ALIVE, SOURCES };

struct handle {
	struct executor *loop;
	struct source {
		struct handle *handle;
		int fds[2]; /* the one that is watched; the one that wakes it, if that is another */
		struct watch watch;
		struct task *task;
	} sources[SOURCES];
	struct job quit;
	struct gate is_relayed;
};

static int open_source(enum what what, int ret_fds[2])
{
	ret_fds[1] = -1;
	switch (what) {
	case SIGNALLING:
		return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
				  ret_fds);
	case RELAY:
		return pipe2(ret_fds, O_CLOEXEC | O_NONBLOCK);
	case PACKETS:
	case REQUESTS:
		return ret_fds[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	case KEEP_ALIVE:
		return ret_fds[0] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	case SOURCES:
		break;
	}
	return -1;
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
			gate_open(&source->handle->is_relayed);
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
	if (handle->loop)
		executor_post(handle->loop, &handle->quit);
	executor_destroy(handle->loop);
	gate_finish(&handle->is_relayed);
	free(handle);
}

static int add_source(struct handle *handle, enum what what)
{
	static const struct task_class class = {
		.name = "source", .poll = poll_source, .drop = drop_source};
	struct source *source = &handle->sources[what];
	int error;

	source->handle = handle;
	if (open_source(what, source->fds) < 0)
		return -errno;
	error = task_spawn(handle->loop, &class, source, &source->task);
	if (error)
		drop_source(source);
	return error;
}

static int start(struct handle *handle)
{
	int error;

	handle->quit.run = run_quit;
	gate_init(&handle->is_relayed);
	error = executor_create("handle", &handle->loop);
	for (enum what what = SIGNALLING; what < SOURCES && !error; what++)
		error = add_source(handle, what);
	return error;
}

static void relay(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		  void *user)
{
	struct handle *handle = user;
	ssize_t written = write(handle->sources[RELAY].fds[1], data, size);

	/* What is lost is awaited in vain. */
	(void)channel, (void)kind, (void)written;
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
		gate_await(&handle->is_relayed);
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
	if (error || !scene_is_buggy(scene))
		quit(handle);
	return error;
}

const struct play play_loop_dropped_without_quit = {.session = session};
