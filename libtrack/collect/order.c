/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"
#include "decode.h"
#include "segment.h"

#include <base/text.h>
#include <errno.h>
#include <stdlib.h>

struct candidate {
	uint64_t first_ns;
	uint32_t index;
};

static int compare_candidates(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* Segments that hold events to deliver, the earliest first. */
static int find_candidates(const struct process *process, uint64_t horizon_ns,
			   struct candidate **ret_candidates, uint32_t *ret_count)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < process->cursor_count; i++)
		count += process->cursors[i].pending < process->cursors[i].scan;
	*ret_candidates = NULL;
	*ret_count = 0;
	if (!count)
		return 0;
	struct candidate *candidates = calloc(count, sizeof(*candidates));
	if (!candidates)
		return -ENOMEM;
	count = 0;
	for (uint32_t i = 0; i < process->cursor_count; i++) {
		const struct cursor *cursor = &process->cursors[i];
		if (cursor->pending >= cursor->scan)
			continue;
		/* UINT64_MAX: definitions only, which cursor_keys steps over. */
		if (cursor->first_ns < horizon_ns || cursor->first_ns == UINT64_MAX)
			candidates[count++] = (struct candidate){cursor->first_ns, i};
	}
	qsort(candidates, count, sizeof(*candidates), compare_candidates);
	*ret_candidates = candidates;
	*ret_count = count;
	return 0;
}

static int deliver_mark(const struct process *process, const struct collect_sink *sink,
			const struct track_record *head, const void *record)
{
	char text[3 * TRACK_NAME_BYTES_MAX + 1];
	const char *bytes;
	size_t size;
	decode_text(head, record, &bytes, &size);
	text_clean(bytes, size, text, sizeof(text));
	return sink->mark(sink->ctx, process->info.pid, head->time_ns, text);
}

static int deliver_event(struct process *process, const struct collect_sink *sink,
			 const struct collect_event *event)
{
	if (event->op == TRACK_META_CENSUS_END) {
		process->info.census_fds |= event->kind == TRACK_KIND_FD;
		process->info.census_threads |= event->kind == TRACK_KIND_THREAD;
		process->changed = true;
	}
	if (event->time_ns > process->last_ns)
		process->last_ns = event->time_ns;
	return sink->event(sink->ctx, process->info.index, event);
}

/* Here it is looked at, and judged by what it is now: its writer can change it at any time. */
static int deliver_record(struct process *process, const struct collect_sink *sink, uint32_t index,
			  const struct merge_key *key, uint64_t *ret_events)
{
	uint32_t bytes, next;
	struct track_record head;
	const struct track_segment *segment = spool_segment(&process->spool, index, &bytes);
	const void *record = (const uint8_t *)segment + key->offset;
	enum decode_class class = DECODE_DAMAGED;
	if (segment_step(segment, key->offset, bytes, &head, &next) == SEGMENT_RECORD)
		class = decode_check(&head, record);
	if (class == DECODE_MARK)
		return deliver_mark(process, sink, &head, record);
	if (class != DECODE_EVENT) {
		process->lost_damaged++;
		return 0;
	}
	struct collect_event event;
	struct track_relation relation;
	decode_event(&head, record, key->tid, &relation, &event);
	++*ret_events;
	return deliver_event(process, sink, &event);
}

/* Let a segment take part in the merge. */
static int join_merge(struct process *process, uint32_t index, uint64_t horizon_ns,
		      struct merge *merge)
{
	uint32_t bytes;
	const struct track_segment *segment = spool_segment(&process->spool, index, &bytes);
	struct cursor *cursor = &process->cursors[index];
	struct merge_key *keys = reallocarray(NULL, cursor_keys_max(cursor) + 1, sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	size_t count = cursor_keys(cursor, segment, process->horizon_ns, horizon_ns, keys);
	int ret = count ? merge_add(merge, index, keys, count) : 0;
	if (ret || !count)
		free(keys);
	return ret;
}

/*
 * A segment joins the merge only when its first event is due: so the heap has
 * about one run per thread, however long the spool.
 */
int order_deliver(struct process *process, const struct process_look *look, uint64_t horizon_ns,
		  uint64_t *ret_events)
{
	struct candidate *candidates;
	uint32_t count, joined = 0;
	int ret = find_candidates(process, horizon_ns, &candidates, &count);
	struct merge merge = {0};
	while (!ret) {
		uint64_t due_ns;
		bool more = merge_peek(&merge, &due_ns);
		if (joined < count && (!more || candidates[joined].first_ns <= due_ns)) {
			ret = join_merge(process, candidates[joined++].index, horizon_ns, &merge);
			if (joined % SPOOL_SEGMENTS_HELD == 0)
				spool_rest(&process->spool);
			continue;
		}
		uint32_t index;
		struct merge_key key;
		if (!merge_take(&merge, &index, &key))
			break;
		ret = deliver_record(process, look->sink, index, &key, ret_events);
	}
	merge_finish(&merge);
	free(candidates);
	return ret;
}
