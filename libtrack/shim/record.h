/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a record is written: reserve, first word, clock, fields, commit word. In a header since what
 * programs tell comes by the million, and a call would be a tenth of its cost.
 */
#ifndef SHIM_RECORD_H
#define SHIM_RECORD_H

#include "ticks.h"
#include "writer.h"

#define RECORD_INLINE static inline __attribute__((always_inline))

/* Room in the thread's segment. *ret_offset: from the segment's start. */
static inline void *record_reserve(struct writer *writer, uint32_t size, uint32_t *ret_offset)
{
	uint32_t offset = 0;
	for (;;) {
		struct track_segment *segment = writer->segment;
		if (likely(segment != NULL)) {
			offset = add_here(&segment->reserved, size);
			*ret_offset = offset;
			if (likely(offset + size <= TRACK_SEGMENT_BYTES))
				return (char *)segment + offset;
		}
		if (!writer_next_segment(writer, segment, offset))
			return NULL;
	}
}

/* Two clocks are read, and the order of a thread's records is that of its acts. */
static inline uint64_t record_in_order(struct writer *writer, uint64_t time_ns)
{
	if (unlikely(time_ns <= writer->last_ns))
		time_ns = writer->last_ns + 1;
	writer->last_ns = time_ns;
	return time_ns;
}

/*
 * Room for a record with all of its head filled in, as far as the caller gives it in head: the rest
 * is size, time and commit word. NULL: lost, and counted. What follows is the payload, then
 * record_commit.
 */
RECORD_INLINE struct track_record *record_begin(struct writer *writer,
						const struct track_record *head, uint16_t size,
						uint64_t (*read_clock)(void), uint32_t *ret_offset)
{
	if (unlikely(writer->repeats.begun))
		writer_reveal(writer);
	struct track_record *record = record_reserve(writer, size, ret_offset);
	if (unlikely(!record))
		return NULL;
	uint64_t word = size | (uint64_t)head->op << 16 | (uint64_t)head->kind << 24 |
			(uint64_t)head->call << 32;
	__atomic_store_n((uint64_t *)record, word, __ATOMIC_RELAXED);
	__asm__ volatile("" ::: "memory"); /* the clock is read after the reservation */
	record->time_ns = record_in_order(writer, read_clock());
	record->subject = head->subject;
	record->stack = head->stack;
	record->arg = head->arg;
	return record;
}

static inline void record_commit(struct track_record *record, uint32_t offset)
{
	__atomic_store_n(&record->commit, TRACK_COMMIT(offset), __ATOMIC_RELEASE);
}

/*
 * A whole record of what the program tells itself, by a clock that is cheaper
 * (ticks.h), after ticks_fence. relation: NULL for none.
 */
RECORD_INLINE void record_tell(struct writer *writer, uint8_t op, enum track_kind kind,
			       uint64_t subject, uint64_t stack, uint64_t arg,
			       const struct track_relation *relation)
{
	const struct track_record head = {
		.op = op, .kind = (uint8_t)kind, .subject = subject, .stack = stack, .arg = arg};
	size_t size = sizeof(head) + (relation ? sizeof(*relation) : 0);
	uint32_t offset;
	struct track_record *record =
		record_begin(writer, &head, (uint16_t)size, ticks_ns, &offset);
	if (!record)
		return;
	if (relation)
		*(struct track_relation *)(record + 1) = *relation;
	record_commit(record, offset);
}

#endif
