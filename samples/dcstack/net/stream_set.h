/* SPDX-License-Identifier: Apache-2.0 */
/* The streams of a TCP carrier, one per remote address. */
#ifndef NET_STREAM_SET_H
#define NET_STREAM_SET_H

#include "stream.h"

enum { STREAM_SET_MAX = 64 };

/* Zeroed is empty. */
struct stream_set {
	struct stream *streams[STREAM_SET_MAX];
	unsigned count;
};

bool stream_set_is_full(const struct stream_set *set);
void stream_set_add(struct stream_set *set, struct stream *stream); /* one that is not full */
void stream_set_remove(struct stream_set *set, const struct stream *stream);
struct stream *stream_set_find(const struct stream_set *set, const struct address *remote);
/* Of those that are not trusted the one of whom nothing was heard for the longest time; NULL: there
 * is none. */
struct stream *stream_set_quietest(const struct stream_set *set);
void stream_set_flush(struct stream_set *set);
void stream_set_close(struct stream_set *set);

#endif
