/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a fuzzer's input becomes a spool. Byte 0 says how:
 *   INPUT_RAW      the rest is the file as it is
 *   INPUT_SEGMENTS the rest is cut into segments of an otherwise sound spool
 *   INPUT_COMMITS  the same, and each record gets the commit word of its place
 *   INPUT_TABLES   the rest is its tables about threads and locks
 * INPUT_LIVE is added if the spool is that of a process that lives.
 */
#include <stdint.h>
#include <track/wire.h>

enum input_mode { INPUT_RAW, INPUT_SEGMENTS, INPUT_COMMITS, INPUT_TABLES, INPUT_MODES };
#define INPUT_LIVE 0x80

#define INPUT_USAGE 4u
#define INPUT_SEGMENT_COUNT 4u
#define INPUT_ENTRIES 4u
#define INPUT_TABLES_BYTES                                                                         \
	(INPUT_ENTRIES * (sizeof(struct track_standing) + sizeof(struct track_waker) +             \
			  sizeof(struct track_lock_order)))
