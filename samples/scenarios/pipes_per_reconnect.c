/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "own_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <run/executor.h>
#include <run/task.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A call to the signalling server. A pipe wakes the loop that it is made on. */
struct request {
	int wake[2];
	struct watch watch;
	struct executor *loop;
	struct gate is_over;
};

/* What a client asks when it connects anew. */
enum { DESCRIBE_CHANNEL, GET_ENDPOINT, CONNECT, REQUESTS };

/* What is in the pipe by now is told as an event of the watch. */
static enum task_state poll_request(struct task *task, void *state)
{
	struct request *request = state;
	char woken;

	if (!request->watch.executor)
		return watch_add(&request->watch, request->loop, request->wake[0], EPOLLIN, task)
			       ? TASK_DONE
			       : TASK_PENDING;
	return read(request->wake[0], &woken, 1) == 1 ? TASK_DONE : TASK_PENDING;
}

/* The end that is watched goes with the watch. */
static void drop_request(void *state)
{
	struct request *request = state;

	watch_remove(&request->watch);
	close(request->wake[0]);
	gate_open(&request->is_over);
}

static int send_request(struct request *request, struct executor *loop)
{
	static const struct task_class class = {
		.name = "signalling", .poll = poll_request, .drop = drop_request};
	int error;

	*request = (struct request){.loop = loop};
	if (pipe2(request->wake, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	gate_init(&request->is_over);
	error = write(request->wake[1], "", 1) == 1 ? 0 : -errno;
	if (!error)
		error = task_spawn(loop, &class, request, NULL);
	if (!error) {
		gate_await(&request->is_over);
	} else {
		close(request->wake[0]);
		close(request->wake[1]);
	}
	gate_finish(&request->is_over);
	return error;
}

static int reconnect(const struct scene *scene)
{
	struct request request;
	int error = 0;

	for (unsigned i = DESCRIBE_CHANNEL; i < REQUESTS && !error; i++) {
		error = send_request(&request, scene->own);
		if (!error && !scene_is_buggy(scene))
			close(request.wake[1]);
	}
	return error;
}

/* The signalling server is lost in the midst of a call. */
static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	if (!error)
		error = reconnect(scene);
	pair_finish(&pair);
	return error;
}

const struct play play_pipes_per_reconnect = {
	.begin = own_loop_begin, .session = session, .end = own_loop_end};
