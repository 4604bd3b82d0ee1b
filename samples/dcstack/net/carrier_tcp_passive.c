/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_set.h"
#include <errno.h>
#include <run/task.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BACKLOG = 64, ACCEPTS_A_POLL = 16 };

struct tcp_passive {
	struct carrier carrier;
	int fd;
	struct watch watch;
	struct task *task;
	struct stream_set streams;
};

static void forget_stream(struct tcp_passive *passive, const struct stream *stream)
{
	stream_set_remove(&passive->streams, stream);
	/* An accept may have failed for want of a descriptor. */
	task_wake(passive->task);
}

static void on_ended(struct carrier *carrier, struct stream *stream, int error)
{
	(void)error;
	forget_stream((struct tcp_passive *)carrier, stream);
}

/* Whoever is silent for longest makes room: a peer in use proves his consent every few seconds
 * (RFC 7675 section 5.1), one that only takes up room does not. He does not linger: who comes again
 * and again would have any number of descriptors. false: there are only trusted ones. */
static bool make_room(struct tcp_passive *passive)
{
	if (!stream_set_is_full(&passive->streams))
		return true;
	struct stream *quietest = stream_set_quietest(&passive->streams);
	if (quietest == NULL)
		return false;
	stream_set_remove(&passive->streams, quietest);
	stream_discard(quietest);
	return true;
}

/* false: nobody waits, or there is no descriptor for him. */
static bool accept_one(struct tcp_passive *passive)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	struct address remote;
	struct stream *stream;
	int fd =
		accept4(passive->fd, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);

	/* Other errors are of one connection (accept(2)): the next may do. */
	if (fd < 0)
		return errno != EAGAIN && errno != EMFILE && errno != ENFILE && errno != ENOBUFS &&
		       errno != ENOMEM;
	address_from_sockaddr((struct sockaddr *)&peer, size, &remote);
	if (!make_room(passive) ||
	    stream_open(&passive->carrier, fd, &remote, false, on_ended, &stream) < 0)
		close(fd);
	else
		stream_set_add(&passive->streams, stream);
	return true;
}

static enum task_state accept_poll(struct task *task, void *state)
{
	struct tcp_passive *passive = state;
	int accepts = 0;

	while (accepts < ACCEPTS_A_POLL && accept_one(passive))
		accepts++;
	if (accepts == ACCEPTS_A_POLL)
		task_wake(task);
	return TASK_PENDING;
}

static const struct task_class accept_task = {.name = "tcp accept", .poll = accept_poll};

static int tcp_passive_open(struct carrier *carrier)
{
	struct tcp_passive *passive = (struct tcp_passive *)carrier;

	passive->fd = -1;
	int error = carrier_bind_socket(carrier, SOCK_STREAM, &passive->fd);
	if (error == 0)
		error = carrier_learn_local(carrier, passive->fd);
	if (error < 0)
		return error;
	if (listen(passive->fd, BACKLOG) < 0)
		return -errno;
	error = task_spawn(carrier->executor, &accept_task, passive, &passive->task);
	if (error < 0)
		return error;
	track_own(track_object(carrier), track_task(passive->task));
	return watch_add(&passive->watch, carrier->executor, passive->fd, EPOLLIN, passive->task);
}

static void tcp_passive_close(struct carrier *carrier)
{
	struct tcp_passive *passive = (struct tcp_passive *)carrier;

	stream_set_close(&passive->streams);
	watch_remove(&passive->watch);
	task_cancel(passive->task);
	if (passive->fd >= 0)
		close(passive->fd);
}

static int tcp_passive_send(struct carrier *carrier, const struct address *to, const void *data,
			    size_t size)
{
	struct tcp_passive *passive = (struct tcp_passive *)carrier;
	struct stream *stream = stream_set_find(&passive->streams, to);

	return stream != NULL ? stream_send(stream, data, size) : -ENOTCONN;
}

static void tcp_passive_trust(struct carrier *carrier, const struct address *remote)
{
	struct tcp_passive *passive = (struct tcp_passive *)carrier;
	struct stream *stream = stream_set_find(&passive->streams, remote);

	if (stream != NULL)
		stream_trust(stream);
}

static void tcp_passive_drop(struct carrier *carrier, const struct address *remote)
{
	struct tcp_passive *passive = (struct tcp_passive *)carrier;
	struct stream *stream = stream_set_find(&passive->streams, remote);

	if (stream == NULL)
		return;
	forget_stream(passive, stream);
	stream_close(stream);
}

static void tcp_passive_flush(struct carrier *carrier)
{
	stream_set_flush(&((struct tcp_passive *)carrier)->streams);
}

const struct carrier_class carrier_tcp_passive = {
	.object = {.name = "carrier-tcp-passive", .destroy = carrier_destroy},
	.size = sizeof(struct tcp_passive),
	.open = tcp_passive_open,
	.close = tcp_passive_close,
	.send = tcp_passive_send,
	.flush = tcp_passive_flush,
	.trust = tcp_passive_trust,
	.drop = tcp_passive_drop,
};
