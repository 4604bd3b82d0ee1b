/* SPDX-License-Identifier: Apache-2.0 */
/* Steps from record to record inside one segment, over whatever bytes are there. */
#ifndef COLLECT_SEGMENT_H
#define COLLECT_SEGMENT_H

#include <stdint.h>
#include <track/wire.h>

enum segment_found {
	SEGMENT_RECORD,	 /* a committed record */
	SEGMENT_HOLE,	 /* reserved and not committed */
	SEGMENT_DAMAGED, /* bytes that are neither */
	SEGMENT_SEALED,	 /* the writer says that nothing follows */
	SEGMENT_END,	 /* as far as there is something */
};

/*
 * What is at offset, below end (both multiples of 8, inside the segment at
 * base). *ret_head: a copy of a record's head, for SEGMENT_RECORD. *ret_next:
 * where reading can go on; always above offset, at most end, except for SEALED
 * and END.
 */
enum segment_found segment_step(const struct track_segment *base, uint32_t offset, uint32_t end,
				struct track_record *ret_head, uint32_t *ret_next);

#endif
