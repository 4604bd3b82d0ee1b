/* SPDX-License-Identifier: Apache-2.0 */
#include "cursor.h"
#include "decode.h"
#include "segment.h"

#include <errno.h>

#define HOLE_PATIENCE_NS 1000000000ull

/* False if the segment holds nothing now. */
static bool begin(struct cursor *cursor, const struct track_segment *segment)
{
	uint32_t state = __atomic_load_n(&segment->state, __ATOMIC_ACQUIRE);
	if (state != TRACK_SEGMENT_TAKEN && state != TRACK_SEGMENT_SEALED) {
		*cursor = (struct cursor){0};
		return false;
	}
	uint32_t epoch = __atomic_load_n(&segment->epoch, __ATOMIC_RELAXED);
	if (!cursor->pending || cursor->epoch != epoch) {
		*cursor = (struct cursor){
			.epoch = epoch,
			.tid = segment->tid,
			.pending = sizeof(*segment),
			.old_scan = sizeof(*segment),
			.scan = sizeof(*segment),
			.first_ns = UINT64_MAX,
		};
	}
	return true;
}

/* True if the hole at cursor->scan may be stepped over. */
static bool hole_is_lost(struct cursor *cursor, const struct cursor_look *look,
			 struct cursor_sum *sum)
{
	if (!cursor->hole_ns)
		cursor->hole_ns = look->now_ns;
	bool old = look->now_ns - cursor->hole_ns >= HOLE_PATIENCE_NS;
	if (old || look->dead)
		sum->holes++;
	if (!old && !look->final) {
		if (!sum->waiting || cursor->last_ns < sum->wait_ns)
			sum->wait_ns = cursor->last_ns;
		sum->waiting = true;
		return false;
	}
	cursor->hole_ns = 0;
	cursor->holed = true;
	return true;
}

/* A time that no clock has comes in no order. */
static bool is_event(const struct track_record *head)
{
	return decode_is_ordered(head->op) && head->time_ns <= INT64_MAX;
}

/* What an event says is looked at once, when it is delivered. */
static int take(struct cursor *cursor, const struct track_record *head, const void *record,
		cursor_define define, void *ctx, struct cursor_sum *sum)
{
	if (is_event(head)) {
		if (head->time_ns < cursor->first_ns)
			cursor->first_ns = head->time_ns;
		if (head->time_ns > cursor->last_ns)
			cursor->last_ns = head->time_ns;
		return 0;
	}
	int ret = decode_is_ordered(head->op) ? -EBADMSG : define(ctx, head, record);
	if (ret != -EBADMSG)
		return ret;
	sum->damaged++;
	return 0;
}

int cursor_scan(struct cursor *cursor, const struct track_segment *segment, uint32_t bytes,
		const struct cursor_look *look, cursor_define define, void *ctx,
		struct cursor_sum *sum)
{
	if (!begin(cursor, segment))
		return 0;
	cursor->old_scan = cursor->scan;
	if (cursor->ended)
		return 0;
	uint32_t reserved = __atomic_load_n(&segment->reserved, __ATOMIC_ACQUIRE) & ~7u;
	uint32_t end = reserved < bytes ? reserved : bytes;
	for (;;) {
		struct track_record head;
		uint32_t next;
		int ret = 0;
		switch (segment_step(segment, cursor->scan, end, &head, &next)) {
		case SEGMENT_RECORD:
			ret = take(cursor, &head, (const uint8_t *)segment + cursor->scan, define,
				   ctx, sum);
			break;
		case SEGMENT_HOLE:
			if (!hole_is_lost(cursor, look, sum))
				return 0;
			break;
		case SEGMENT_DAMAGED:
			/* Damage up to the cut of a file is the cut, counted once for all. */
			sum->damaged += !(look->cut && next == end);
			break;
		case SEGMENT_SEALED:
			cursor->ended = true;
			return 0;
		case SEGMENT_END:
			cursor->ended = cursor->scan == bytes;
			return 0;
		}
		if (ret)
			return ret;
		cursor->scan = next;
		cursor->hole_ns = 0;
	}
}

size_t cursor_keys(struct cursor *cursor, const struct track_segment *segment, uint64_t before_ns,
		   uint64_t horizon_ns, struct merge_key *ret_keys)
{
	size_t count = 0;
	struct cursor after = *cursor;
	after.pending = 0;
	after.first_ns = UINT64_MAX;
	uint32_t tid = cursor->tid;
	uint32_t next;
	for (uint32_t offset = cursor->pending; offset < cursor->scan; offset = next) {
		struct track_record head;
		enum segment_found found =
			segment_step(segment, offset, cursor->scan, &head, &next);
		if (next == offset)
			break;
		if (found != SEGMENT_RECORD)
			continue;
		if (head.op == TRACK_META_THREAD)
			tid = (uint32_t)head.subject;
		if (!is_event(&head) || (offset < cursor->old_scan && head.time_ns < before_ns))
			continue;
		if (head.time_ns < horizon_ns) {
			ret_keys[count++] = (struct merge_key){head.time_ns, offset, tid};
			continue;
		}
		if (!after.pending) {
			after.pending = offset;
			after.tid = tid;
		}
		if (head.time_ns < after.first_ns)
			after.first_ns = head.time_ns;
	}
	if (!after.pending) {
		after.pending = cursor->scan;
		after.tid = tid;
	}
	*cursor = after;
	return count;
}
