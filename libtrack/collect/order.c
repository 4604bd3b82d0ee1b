/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"
#include "decode.h"
#include "segment.h"

#include <base/text.h>
#include <errno.h>
#include <stdlib.h>

/* A segment that holds events to deliver. */
struct source {
	uint64_t first_ns;
	uint32_t index;
	uint32_t bytes;			     /* of it, and where it is: */
	const struct track_segment *segment; /* once it takes part in the merge */
};

static int compare_sources(const void *left, const void *right)
{
	const struct source *a = left, *b = right;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* The earliest first. */
static int find_sources(const struct process *process, uint64_t horizon_ns,
			struct source **ret_sources, uint32_t *ret_count)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < process->cursor_count; i++)
		count += process->cursors[i].pending < process->cursors[i].scan;
	*ret_sources = NULL;
	*ret_count = 0;
	if (!count)
		return 0;
	struct source *sources = calloc(count, sizeof(*sources));
	if (!sources)
		return -ENOMEM;
	count = 0;
	for (uint32_t i = 0; i < process->cursor_count; i++) {
		const struct cursor *cursor = &process->cursors[i];
		if (cursor->pending >= cursor->scan)
			continue;
		/* UINT64_MAX: definitions only, which cursor_keys steps over. */
		if (cursor->first_ns < horizon_ns || cursor->first_ns == UINT64_MAX)
			sources[count++] = (struct source){cursor->first_ns, i, 0, NULL};
	}
	qsort(sources, count, sizeof(*sources), compare_sources);
	*ret_sources = sources;
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
static int deliver_record(struct process *process, const struct collect_sink *sink,
			  const struct source *source, const struct merge_key *key,
			  uint64_t *ret_events)
{
	uint32_t next;
	struct track_record head;
	const void *record = (const uint8_t *)source->segment + key->offset;
	struct decode_fixed fixed;
	enum decode_class class = DECODE_DAMAGED;
	if (segment_step(source->segment, key->offset, source->bytes, &head, &next) ==
	    SEGMENT_RECORD)
		class = decode_check(&head, record, &fixed);
	if (class == DECODE_MARK)
		return deliver_mark(process, sink, &head, record);
	if (class != DECODE_EVENT) {
		process->lost_damaged++;
		return 0;
	}
	struct collect_event event;
	decode_event(&head, record, key->tid, &fixed, &event);
	++*ret_events;
	return deliver_event(process, sink, &event);
}

/* Let a segment take part in the merge, as the source of this number. */
static int join_merge(struct process *process, struct source *source, uint32_t number,
		      uint64_t horizon_ns, struct merge *merge)
{
	struct cursor *cursor = &process->cursors[source->index];
	source->segment = spool_segment(&process->spool, source->index, &source->bytes);
	/* The file was cut since it was scanned. */
	if (!source->segment || cursor->scan > source->bytes) {
		cursor->pending = cursor->scan;
		process->lost_damaged++;
		return 0;
	}
	struct merge_key *keys = reallocarray(NULL, cursor_keys_max(cursor) + 1, sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	size_t count = cursor_keys(cursor, source->segment, process->horizon_ns, horizon_ns, keys);
	int ret = count ? merge_add(merge, number, keys, count) : 0;
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
	struct source *sources;
	uint32_t count, joined = 0;
	int ret = find_sources(process, horizon_ns, &sources, &count);
	struct merge merge = {0};
	while (!ret && count) {
		uint64_t due_ns;
		bool more = merge_peek(&merge, &due_ns);
		if (joined < count && (!more || sources[joined].first_ns <= due_ns)) {
			ret = join_merge(process, &sources[joined], joined, horizon_ns, &merge);
			joined++;
			if (joined % SPOOL_SEGMENTS_HELD == 0)
				spool_rest(&process->spool);
			continue;
		}
		uint32_t number;
		struct merge_key key;
		if (!merge_take(&merge, &number, &key))
			break;
		ret = deliver_record(process, look->sink, &sources[number], &key, ret_events);
	}
	merge_finish(&merge);
	free(sources);
	return ret;
}
