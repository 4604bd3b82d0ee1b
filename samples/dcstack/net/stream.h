/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP connection that carries packets (RFC 4571). A task of its own reads it; the task's end is
 * the stream's: it frees it. On the carrier's executor only.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "carrier_base.h"

struct stream;

/* The stream ended by itself: forget it. */
typedef void (*stream_ended_fn)(struct carrier *carrier, struct stream *stream, int error);

/* Takes fd, if it succeeds; connecting: its connect has not ended yet. */
int stream_open(struct carrier *carrier, int fd, const struct address *remote, bool connecting,
		stream_ended_fn ended, struct stream **ret_stream);
/* Sends what is queued and frees it, at once or when the poll is over from within which this is
 * called. Where the carrier has a linger time, its descriptor may live on. */
void stream_close(struct stream *stream);
/* Likewise, but nothing more is sent, and its descriptor is closed in any case. */
void stream_discard(struct stream *stream);
/* It belongs to a peer: stream_set_quietest passes it over. */
void stream_trust(struct stream *stream);
bool stream_is_trusted(const struct stream *stream);

const struct address *stream_remote(const struct stream *stream);
uint64_t stream_heard_ns(const struct stream *stream); /* when something came last */

/* Queues a packet; if too much waits already, it is lost. -errno of what ended the stream. */
int stream_send(struct stream *stream, const void *data, size_t size);
void stream_flush(struct stream *stream);

#endif
