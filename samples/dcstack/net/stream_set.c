/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_set.h"

bool stream_set_is_full(const struct stream_set *set)
{
	return set->count == STREAM_SET_MAX;
}

void stream_set_add(struct stream_set *set, struct stream *stream)
{
	set->streams[set->count++] = stream;
}

void stream_set_remove(struct stream_set *set, const struct stream *stream)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (set->streams[i] != stream)
			continue;
		set->streams[i] = set->streams[--set->count];
		return;
	}
}

struct stream *stream_set_find(const struct stream_set *set, const struct address *remote)
{
	for (unsigned i = 0; i < set->count; i++)
		if (address_equal(stream_remote(set->streams[i]), remote))
			return set->streams[i];
	return NULL;
}

struct stream *stream_set_quietest(const struct stream_set *set)
{
	struct stream *quietest = NULL;

	for (unsigned i = 0; i < set->count; i++)
		if (!stream_is_trusted(set->streams[i]) &&
		    (quietest == NULL ||
		     stream_heard_ns(set->streams[i]) < stream_heard_ns(quietest)))
			quietest = set->streams[i];
	return quietest;
}

void stream_set_flush(struct stream_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		stream_flush(set->streams[i]);
}

void stream_set_close(struct stream_set *set)
{
	while (set->count > 0)
		stream_close(set->streams[--set->count]);
}
