/* SPDX-License-Identifier: Apache-2.0 */
#include <dcstack/signalling.h>

#include "inside.h"
#include <errno.h>
#include <fcntl.h>
#include <peer/hold.h>
#include <run/fault.h>
#include <run/late.h>
#include <run/library.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000, READS_A_POLL = 8 };
enum { SAYS_DESCRIPTION = 'D', SAYS_CANDIDATE = 'C', SAYS_GOODBYE = 'G' };

static void destroy_object(struct object *object)
{
	struct dc_signalling *signalling = (struct dc_signalling *)object;
	struct dc_connection *connection = signalling->connection;
	struct track_subject self = track_object(object);

	callback_finish(&signalling->on_open);
	callback_finish(&signalling->on_closed);
	strand_finish(&signalling->strand);
	wire_finish(&signalling->wire);
	pthread_mutex_destroy(&signalling->lock);
	pthread_mutex_destroy(&signalling->passing);
	free(signalling);
	connection_release(connection, "signalling", self);
}

static const struct object_class signalling_class = {.name = "signalling",
						     .destroy = destroy_object};

/* What the user is told, on the strand. */

static void deliver_opened(struct job *job)
{
	struct dc_signalling *signalling =
		(void *)((char *)job - offsetof(struct dc_signalling, opened));

	callback_fire(&signalling->on_open, dc_signalling_fn, signalling);
	object_release(&signalling->object, "event");
}

static void deliver_closed(struct job *job)
{
	struct dc_signalling *signalling =
		(void *)((char *)job - offsetof(struct dc_signalling, closed));

	callback_fire(&signalling->on_closed, dc_signalling_fn, signalling);
	object_release(&signalling->object, "event");
}

static void tell(struct dc_signalling *signalling, struct job *event)
{
	object_retain(&signalling->object, "event");
	strand_submit(&signalling->strand, event);
}

/* From the connection to the other end, on any thread. */

static void say(struct dc_signalling *signalling, char letter, const char *text)
{
	pthread_mutex_lock(&signalling->lock);
	if (!signalling->is_mute && !wire_put(&signalling->wire, letter, text) && signalling->task)
		task_wake(signalling->task);
	pthread_mutex_unlock(&signalling->lock);
}

static void told_candidate(struct dc_connection *connection, const char *candidate, void *user)
{
	(void)connection;
	say(user, SAYS_CANDIDATE, candidate ? candidate : "");
}

static void told_description(struct dc_connection *connection, const char *sdp, int error,
			     void *user)
{
	(void)connection, (void)error;
	if (sdp)
		say(user, SAYS_DESCRIPTION, sdp);
}

/* The connection's callbacks have it as their user: each of the two holds the other. */
static int attach(struct dc_signalling *signalling)
{
	struct dc_connection *connection = signalling->connection;
	int error = 0;

	object_retain_by(&signalling->object, "connection", track_object(signalling->connection));
	signalling->is_attached = true;
	dc_connection_on_candidate(connection, told_candidate, signalling);
	if (signalling->offers)
		error = dc_connection_offer(connection, told_description, signalling);
	return error;
}

static void detach(struct dc_signalling *signalling)
{
	if (!signalling->is_attached)
		return;
	signalling->is_attached = false;
	dc_connection_on_candidate(signalling->connection, NULL, NULL);
	connection_forget_description(signalling->connection);
	object_release_by(&signalling->object, "connection", track_object(signalling->connection));
}

/* From the other end to the connection, on the executor. */

static int take_description(struct dc_signalling *signalling, const char *sdp)
{
	struct dc_connection *connection = signalling->connection;
	int error = dc_connection_set_remote(connection, sdp, NULL, 0);

	if (!error && !signalling->offers)
		error = dc_connection_answer(connection, told_description, signalling);
	return error;
}

static int pass_on(struct dc_signalling *signalling, char letter, const char *text)
{
	int error = -EPROTO;

	if (letter == SAYS_DESCRIPTION)
		error = take_description(signalling, text);
	if (letter == SAYS_CANDIDATE)
		error = dc_connection_add_candidate(signalling->connection, text);
	/* A connection that ends is its user's matter. */
	return error == -ENOTCONN ? 0 : error;
}

/* Who has begun a close may destroy the connection next. */
static int take(void *user, char letter, const char *text)
{
	struct dc_signalling *signalling = user;
	int error = 0;

	if (!signalling->is_heard)
		tell(signalling, &signalling->opened);
	signalling->is_heard = true;
	if (letter == SAYS_GOODBYE)
		return -ESHUTDOWN;
	pthread_mutex_lock(&signalling->passing);
	if (signalling->end == SIGNALLING_OPEN)
		error = pass_on(signalling, letter, text);
	pthread_mutex_unlock(&signalling->passing);
	return error;
}

/* The end. */

bool signalling_claim(struct dc_signalling *signalling)
{
	bool is_first;

	pthread_mutex_lock(&signalling->passing);
	is_first = signalling->end == SIGNALLING_OPEN;
	if (is_first && !fault_on(FAULT_DOUBLE_CLOSE))
		signalling->end = SIGNALLING_CLOSING;
	pthread_mutex_unlock(&signalling->passing);
	return is_first;
}

void signalling_part(struct dc_signalling *signalling)
{
	if (signalling->has_parted)
		return;
	signalling->has_parted = true;
	wire_put(&signalling->wire, SAYS_GOODBYE, "");
	wire_flush(&signalling->wire);
	if (!signalling->is_over && timer_arm(&signalling->patience, TIMER_MS(PATIENCE_MS)))
		signalling->is_over = true;
}

static void forget_task(struct dc_signalling *signalling)
{
	struct task *task;

	pthread_mutex_lock(&signalling->lock);
	task = signalling->task;
	signalling->task = NULL;
	signalling->is_mute = true;
	pthread_mutex_unlock(&signalling->lock);
	task_cancel(task);
}

static bool become_closed(struct dc_signalling *signalling)
{
	bool was_closed;

	pthread_mutex_lock(&signalling->passing);
	was_closed = signalling->end == SIGNALLING_CLOSED;
	signalling->end = SIGNALLING_CLOSED;
	pthread_mutex_unlock(&signalling->passing);
	return !was_closed;
}

void signalling_shut(struct dc_signalling *signalling)
{
	if (!fault_on(FAULT_CYCLE_BLOCKS_CLEANUP))
		detach(signalling);
	timer_cancel(&signalling->patience);
	watch_remove(&signalling->watch);
	forget_task(signalling);
	if (close(signalling->wire.fd) < 0 && errno == EBADF)
		late_use("a descriptor was closed that is closed already");
	if (!become_closed(signalling))
		return;
	tell(signalling, &signalling->closed);
	object_release(&signalling->object, "network");
}

/* There is nothing more to come: who closes it goes on, if anybody does. */
static void conclude(struct dc_signalling *signalling)
{
	signalling->is_over = true;
	if (signalling->closers) {
		closer_wake_all(&signalling->closers);
	} else if (atomic_load(&signalling->is_abandoned) || signalling_claim(signalling)) {
		signalling_part(signalling);
		signalling_shut(signalling);
	}
}

static void lose_patience(void *user)
{
	conclude(user);
}

/* The task. */

static bool has_ended(struct dc_signalling *signalling, struct task *task)
{
	int reads = 0, error = 0;

	if (!signalling->watch.executor)
		error = watch_add(&signalling->watch, signalling->executor, signalling->wire.fd,
				  EPOLLIN | EPOLLOUT, task);
	wire_flush(&signalling->wire);
	while (!error && reads++ < READS_A_POLL)
		error = wire_read(&signalling->wire, take, signalling);
	if (!error)
		task_wake(task);
	return error && error != -EAGAIN;
}

static enum task_state poll(struct task *task, void *state)
{
	struct dc_signalling *signalling = state;

	if ((!signalling->is_over && has_ended(signalling, task)) ||
	    atomic_load(&signalling->is_abandoned))
		conclude(signalling);
	return TASK_PENDING;
}

static const struct task_class signalling_task = {.name = "signalling", .poll = poll};

/* The public functions, on any thread. */

static void init(struct dc_signalling *signalling, int fd, struct dc_connection *connection,
		 const struct dc_signalling_options *options)
{
	track_scope_open(signalling, "signalling", 0);
	track_own(track_scope(signalling), track_object(signalling));
	connection_retain(connection, "signalling", track_object(signalling));
	signalling->connection = connection;
	signalling->executor = connection_executor(connection);
	signalling->offers = options->offers;
	callback_init(&signalling->on_open, "on_open", CALLBACK_ONE_SHOT, track_scope(signalling));
	callback_init(&signalling->on_closed, "on_closed", CALLBACK_ONE_SHOT,
		      track_scope(signalling));
	callback_set(&signalling->on_open, (callback_fn)options->on_open, options->user);
	callback_set(&signalling->on_closed, (callback_fn)options->on_closed, options->user);
	strand_init(&signalling->strand, library_pool());
	signalling->opened.run = deliver_opened;
	signalling->closed.run = deliver_closed;
	pthread_mutex_init(&signalling->passing, NULL);
	pthread_mutex_init(&signalling->lock, NULL);
	wire_init(&signalling->wire, fd);
	track_own(track_scope(signalling), track_fd(fd));
	timer_init(&signalling->patience, signalling->executor, "goodbye", lose_patience,
		   signalling);
}

/* Until it is over, what the other end says goes to the connection. */
static void tell_task(struct dc_signalling *signalling)
{
	track_own(track_scope(signalling), track_task(signalling->task));
	track_needs(track_task(signalling->task), track_scope(signalling->connection));
}

/* What the connection says before there is a task waits for its first poll. */
static int start(struct dc_signalling *signalling)
{
	int error = attach(signalling);

	if (error)
		return error;
	object_retain(&signalling->object, "network");
	pthread_mutex_lock(&signalling->lock);
	error = task_spawn(signalling->executor, &signalling_task, signalling, &signalling->task);
	pthread_mutex_unlock(&signalling->lock);
	if (error)
		object_release(&signalling->object, "network");
	else
		tell_task(signalling);
	return error;
}

int dc_signalling_open(int fd, struct dc_connection *connection,
		       const struct dc_signalling_options *options,
		       struct dc_signalling **ret_signalling)
{
	struct dc_signalling *signalling;
	int error, flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	signalling = calloc(1, sizeof(*signalling));
	if (!signalling)
		return -ENOMEM;
	error = object_init(&signalling->object, &signalling_class, "user");
	if (error) {
		free(signalling);
		return error;
	}
	init(signalling, fd, connection, options);
	error = start(signalling);
	if (error) {
		detach(signalling);
		object_release(&signalling->object, "user");
		return error;
	}
	*ret_signalling = signalling;
	return 0;
}

/* Without memory for it there is no goodbye. It may be closed, and destroyed by who is told so, as
 * soon as it is abandoned. */
static void abandon(struct dc_signalling *signalling)
{
	object_retain(&signalling->object, "closing");
	atomic_store(&signalling->is_abandoned, true);
	pthread_mutex_lock(&signalling->lock);
	if (signalling->task)
		task_wake(signalling->task);
	pthread_mutex_unlock(&signalling->lock);
	object_release(&signalling->object, "closing");
}

int dc_signalling_close(struct dc_signalling *signalling)
{
	if (!signalling_claim(signalling))
		return -EALREADY;
	if (closer_start(signalling))
		abandon(signalling);
	return 0;
}

void dc_signalling_destroy(struct dc_signalling *signalling)
{
	if (!signalling)
		return;
	callback_reset(&signalling->on_open);
	callback_reset(&signalling->on_closed);
	dc_signalling_close(signalling);
	track_scope_destroy(signalling);
	object_release(&signalling->object, "user");
}
