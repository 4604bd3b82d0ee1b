/* SPDX-License-Identifier: Apache-2.0 */
/* How far one segment has been read and delivered. */
#ifndef COLLECT_CURSOR_H
#define COLLECT_CURSOR_H

#include "merge.h"

#include <stdbool.h>
#include <stdint.h>
#include <track/wire.h>

/*
 * A segment is read twice: cursor_scan looks how far it goes and hands out
 * definitions at once; cursor_keys then gives the events to merge, which nobody
 * has looked into yet. Zeroed is a segment not yet read.
 */
struct cursor {
	uint32_t epoch;	   /* of the segment while it is read */
	uint32_t tid;	   /* of the thread that owned it at pending */
	uint32_t pending;  /* no event before this is undelivered; 0: not read yet */
	uint32_t old_scan; /* what the scan before the last had seen */
	uint32_t scan;	   /* what the last scan has seen */
	uint64_t hole_ns;  /* when the hole at scan was first met, or 0 */
	uint64_t last_ns;  /* latest time seen in it */
	uint64_t first_ns; /* no undelivered event is earlier */
	bool ended;	   /* its end was reached */
	bool holed;	   /* a hole was stepped over: its owner might yet write there */
};

/* How one round of reading looks at holes. */
struct cursor_look {
	uint64_t now_ns;
	bool final; /* nobody waits for a hole to be filled */
	bool dead;  /* nobody is left who could */
	bool cut;   /* the segment was cut short with its file */
};

/* Found by a scan; zero it before, counts are added. */
struct cursor_sum {
	uint64_t holes;
	uint64_t damaged;
	bool waiting;	  /* stopped at a hole: */
	uint64_t wait_ns; /* what comes there is not earlier than this */
};

/* Called for each new definition; record has head->size bytes. 0, -EBADMSG: damaged, or an error.
 */
typedef int (*cursor_define)(void *ctx, const struct track_record *head, const void *record);

int cursor_scan(struct cursor *cursor, const struct track_segment *segment, uint32_t bytes,
		const struct cursor_look *look, cursor_define define, void *ctx,
		struct cursor_sum *sum);

/* Most keys that cursor_keys can give now. */
static inline size_t cursor_keys_max(const struct cursor *cursor)
{
	return (cursor->scan - cursor->pending) / sizeof(struct track_record);
}

/*
 * Keys of all events before horizon_ns that no earlier call gave; before_ns is
 * the horizon of the call before. They count as delivered. ret_keys has room for
 * cursor_keys_max. Returns how many there are.
 */
size_t cursor_keys(struct cursor *cursor, const struct track_segment *segment, uint64_t before_ns,
		   uint64_t horizon_ns, struct merge_key *ret_keys);

#endif
