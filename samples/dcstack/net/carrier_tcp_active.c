/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_set.h"
#include <errno.h>
#include <run/timer.h>
#include <unistd.h>

enum { REFUSALS = 16, RETRY_MS = 1000 };

struct tcp_active {
	struct carrier carrier;
	struct stream_set streams;
	/* How streams ended lately, the oldest overwritten: no new one until a time has gone. */
	struct refusal {
		struct address remote;
		int error;
		uint64_t until_ns;
	} refusals[REFUSALS];
	unsigned next_refusal;
};

static void note_refusal(struct tcp_active *active, const struct address *remote, int error)
{
	active->refusals[active->next_refusal++ % REFUSALS] = (struct refusal){
		.remote = *remote,
		.error = error,
		.until_ns = executor_clock_ns() + TIMER_MS(RETRY_MS),
	};
}

static int find_refusal(const struct tcp_active *active, const struct address *remote)
{
	uint64_t now_ns = executor_clock_ns();

	for (unsigned i = 0; i < REFUSALS; i++) {
		const struct refusal *refusal = &active->refusals[i];
		if (refusal->until_ns > now_ns && address_equal(&refusal->remote, remote))
			return refusal->error;
	}
	return 0;
}

static void on_ended(struct carrier *carrier, struct stream *stream, int error)
{
	struct tcp_active *active = (struct tcp_active *)carrier;

	stream_set_remove(&active->streams, stream);
	note_refusal(active, stream_remote(stream), error);
}

static int connect_stream(struct tcp_active *active, const struct address *remote,
			  struct stream **ret_stream)
{
	int fd;

	if (stream_set_is_full(&active->streams))
		return -ENOBUFS;
	int error = carrier_bind_socket(&active->carrier, SOCK_STREAM, &fd);
	if (error < 0)
		return error;
	if (connect(fd, &remote->any, remote->size) < 0 && errno != EINPROGRESS)
		error = -errno;
	if (error == 0)
		error = stream_open(&active->carrier, fd, remote, true, on_ended, ret_stream);
	if (error < 0)
		close(fd);
	return error;
}

static int tcp_active_send(struct carrier *carrier, const struct address *to, const void *data,
			   size_t size)
{
	struct tcp_active *active = (struct tcp_active *)carrier;
	struct stream *stream = stream_set_find(&active->streams, to);

	if (stream != NULL)
		return stream_send(stream, data, size);
	int error = find_refusal(active, to);
	if (error < 0)
		return error;
	error = connect_stream(active, to, &stream);
	if (error < 0) {
		note_refusal(active, to, error);
		return error;
	}
	stream_set_add(&active->streams, stream);
	return stream_send(stream, data, size);
}

static int tcp_active_open(struct carrier *carrier)
{
	(void)carrier;
	return 0;
}

static void tcp_active_close(struct carrier *carrier)
{
	stream_set_close(&((struct tcp_active *)carrier)->streams);
}

static void tcp_active_flush(struct carrier *carrier)
{
	stream_set_flush(&((struct tcp_active *)carrier)->streams);
}

const struct carrier_class carrier_tcp_active = {
	.object = {.name = "carrier-tcp-active", .destroy = carrier_destroy},
	.size = sizeof(struct tcp_active),
	.open = tcp_active_open,
	.close = tcp_active_close,
	.send = tcp_active_send,
	.flush = tcp_active_flush,
};
