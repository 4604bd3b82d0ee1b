/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include "byte_queue.h"
#include "linger.h"
#include <errno.h>
#include <net/framing.h>
#include <netinet/tcp.h>
#include <run/task.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	READ_BYTES = 65536,
	READS_A_POLL = 4,	   /* then it is the turn of others */
	FLUSH_BYTES = 65536,	   /* so much does not wait for the end of the round */
	QUEUE_BYTES = 1024 * 1024, /* at most */
};

struct stream {
	struct carrier *carrier;
	stream_ended_fn ended; /* NULL: closed, nobody wants to know */
	struct address remote;
	int fd;
	struct watch watch;
	struct task *task;
	int error; /* that ends it */
	bool connecting;
	bool trusted;
	bool blocked; /* the kernel's buffer is full: EPOLLOUT is awaited */
	uint64_t heard_ns;
	struct deframer deframer;
	struct byte_queue queue;
};

static void fail(struct stream *stream, int error)
{
	stream->error = error;
	task_wake(stream->task);
}

void stream_flush(struct stream *stream)
{
	while (!stream->connecting && !stream->blocked && stream->error == 0 &&
	       byte_queue_size(&stream->queue) > 0) {
		ssize_t sent = send(stream->fd, byte_queue_first(&stream->queue),
				    byte_queue_size(&stream->queue), MSG_NOSIGNAL);
		if (sent >= 0)
			byte_queue_take(&stream->queue, (size_t)sent);
		else if (errno == EAGAIN)
			stream->blocked = true;
		else if (errno != EINTR)
			fail(stream, -errno);
	}
}

int stream_send(struct stream *stream, const void *data, size_t size)
{
	size_t whole = FRAMING_HEADER_SIZE + size;

	if (size > FRAMING_PACKET_MAX)
		return -EMSGSIZE;
	if (stream->error < 0)
		return stream->error;
	if (whole > QUEUE_BYTES - byte_queue_size(&stream->queue))
		return 0;
	uint8_t *frame = byte_queue_reserve(&stream->queue, whole);
	if (frame == NULL)
		return -ENOMEM;
	framing_write_header(frame, size);
	memcpy(frame + FRAMING_HEADER_SIZE, data, size);
	byte_queue_put(&stream->queue, whole);
	if (byte_queue_size(&stream->queue) >= FLUSH_BYTES)
		stream_flush(stream);
	else
		carrier_defer_flush(stream->carrier);
	return 0;
}

static void finish_connect(struct stream *stream)
{
	int error;
	socklen_t size = sizeof(error);

	if (!(stream->watch.ready & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
		return;
	if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	stream->connecting = false;
	stream->error = -error;
}

/* By who got what came from it; its memory is there until the poll is over. */
static bool is_closed(const struct stream *stream)
{
	return stream->task == NULL;
}

static bool on_packet(void *user, const uint8_t *data, size_t size)
{
	struct stream *stream = user;

	return carrier_deliver(stream->carrier, &stream->remote, data, size) && !is_closed(stream);
}

/* false: there is nothing to read, or nobody to read for. */
static bool receive(struct stream *stream)
{
	uint8_t buffer[READ_BYTES];
	ssize_t size = recv(stream->fd, buffer, sizeof(buffer), 0);

	if (size < 0 && errno == EINTR)
		return true;
	if (size < 0 && errno == EAGAIN)
		return false;
	if (size <= 0) {
		stream->error = size == 0 ? -ENOTCONN : -errno;
		return false;
	}
	stream->heard_ns = executor_clock_ns();
	stream->error = deframer_input(&stream->deframer, buffer, (size_t)size, on_packet, stream);
	return stream->error == 0 && !is_closed(stream) && !carrier_is_abandoned(stream->carrier);
}

static void receive_some(struct stream *stream)
{
	int reads = 0;

	carrier_begin_receive(stream->carrier);
	while (reads < READS_A_POLL && receive(stream))
		reads++;
	if (reads == READS_A_POLL && !is_closed(stream))
		task_wake(stream->task);
	carrier_end_receive(stream->carrier);
}

static enum task_state stream_poll(struct task *task, void *state)
{
	struct stream *stream = state;

	(void)task;
	if (stream->connecting)
		finish_connect(stream);
	if (stream->watch.ready & EPOLLOUT)
		stream->blocked = false;
	stream->watch.ready = 0;
	if (!stream->connecting && stream->error == 0) {
		stream_flush(stream);
		receive_some(stream);
	}
	return stream->error < 0 ? TASK_DONE : TASK_PENDING;
}

static void stream_drop(void *state)
{
	struct stream *stream = state;

	if (stream->ended != NULL)
		stream->ended(stream->carrier, stream, stream->error);
	track_scope_destroy(stream);
	watch_remove(&stream->watch);
	task_release(stream->task, "owner");
	if (stream->fd >= 0)
		close(stream->fd);
	deframer_finish(&stream->deframer);
	byte_queue_finish(&stream->queue);
	free(stream);
}

static const struct task_class stream_task = {
	.name = "tcp stream",
	.poll = stream_poll,
	.drop = stream_drop,
};

int stream_open(struct carrier *carrier, int fd, const struct address *remote, bool connecting,
		stream_ended_fn ended, struct stream **ret_stream)
{
	static const int on = 1;
	struct stream *stream = calloc(1, sizeof(*stream));

	if (stream == NULL)
		return -ENOMEM;
	/* Packets shall not wait for each other here: what belongs together is queued above. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	stream->carrier = carrier;
	stream->remote = *remote;
	stream->connecting = connecting;
	stream->heard_ns = executor_clock_ns();
	int error = task_spawn(carrier->executor, &stream_task, stream, &stream->task);
	if (error < 0) {
		free(stream);
		return error;
	}
	track_scope_open(stream, "tcp stream", 0);
	track_own(track_object(carrier), track_scope(stream));
	track_own(track_object(carrier), track_task(stream->task));
	track_own(track_object(carrier), track_fd(fd));
	stream->fd = fd;
	stream->ended = ended;
	error = watch_add(&stream->watch, carrier->executor, fd, EPOLLIN | EPOLLOUT, stream->task);
	if (error < 0) {
		stream->fd = -1; /* stays the caller's */
		stream_close(stream);
		return error;
	}
	*ret_stream = stream;
	return 0;
}

/* The descriptor goes to who waits for the peer's end, or stays here to be closed. */
static void linger(struct stream *stream)
{
	const struct carrier *carrier = stream->carrier;

	watch_remove(&stream->watch);
	if (linger_start(carrier->executor, stream->fd, carrier->linger_ms) == 0)
		stream->fd = -1;
}

void stream_discard(struct stream *stream)
{
	struct task *task = stream->task;

	stream->ended = NULL;
	stream->task = NULL;
	task_cancel(task);
}

void stream_close(struct stream *stream)
{
	track_use(track_scope(stream));
	stream_flush(stream);
	if (stream->carrier->linger_ms > 0 && stream->fd >= 0 && !stream->connecting &&
	    stream->error == 0)
		linger(stream);
	stream_discard(stream);
}

void stream_trust(struct stream *stream)
{
	stream->trusted = true;
}

bool stream_is_trusted(const struct stream *stream)
{
	return stream->trusted;
}

const struct address *stream_remote(const struct stream *stream)
{
	return &stream->remote;
}

uint64_t stream_heard_ns(const struct stream *stream)
{
	return stream->heard_ns;
}
