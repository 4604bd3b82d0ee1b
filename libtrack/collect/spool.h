/* SPDX-License-Identifier: Apache-2.0 */
/* One spool file: checked before it is believed, mapped while it is read. */
#ifndef COLLECT_SPOOL_H
#define COLLECT_SPOOL_H

#include "table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <track/wire.h>

enum spool_table { SPOOL_USAGE, SPOOL_STANDINGS, SPOOL_WAKERS, SPOOL_ORDERS, SPOOL_TABLES };

/* The fields are set by spool_probe and never read again from the file. */
struct spool {
	char *path; /* owned */
	dev_t device;
	ino_t inode;
	struct table tables[SPOOL_TABLES];
	uint64_t segments_offset;
	uint32_t segment_count;
	int32_t pid;
	int32_t ppid;
	enum track_origin origin;
	uint64_t start_ns;
	uint64_t start_ticks;
	bool foreign; /* its pid is of another pid namespace */
	uint64_t realtime_ns;
	enum track_engine engine;
	int32_t writer_pid; /* probes: who writes it, and since when that runs */
	uint64_t writer_ticks;
	bool ours; /* we are its writer */

	struct track_spool *map; /* NULL while not mapped */
	size_t map_bytes;	 /* never more than the file had */
	bool writable;
	bool owned; /* in a folder of the caller's: removed once it was read to its end */
	bool cut;   /* the file is shorter than its header says */
	int fd;	    /* while mapped */
	/* Segments known to lie on the disk. Touching a hole of a full file system is SIGBUS. */
	uint64_t *backed;
	/* Of others, by index: what a finished spool holds of them, read and not mapped. NULL:
	 * none. */
	struct track_segment **copies;
};

/*
 * Look at the header of the file at path. -EBADMSG: not a spool that can be
 * read; then, and for other errors, ret_error holds a sentence.
 */
int spool_probe(const char *path, struct spool *ret_spool, char *ret_error, size_t error_bytes);
/* Unmaps, and frees the path. */
void spool_finish(struct spool *spool);

/*
 * Map the file. writable: segments will be given back to its writer; where that
 * is not permitted the map is read-only. Does nothing if it is mapped.
 */
int spool_map(struct spool *spool, bool writable);
void spool_unmap(struct spool *spool);
/* The file again, to read from; it must still be the same one. A descriptor or -errno. */
int spool_reopen(const struct spool *spool);

/* What its writer says of the image now. It may be mapped or not. */
enum track_state spool_state(const struct spool *spool);
/* Its writer lives: the process itself, or who watches it. Not of a foreign one. */
bool spool_is_written(const struct spool *spool);
/* Of our own folder, and not all is in it: the recorder adds to what the process itself wrote. */
bool spool_is_added_to(const struct spool *spool);

/* Segments ever touched that the map holds, at most segment_count. */
uint32_t spool_segments_used(const struct spool *spool);
/* Segments that its writer took off the budget of the run, at most segment_count. */
uint32_t spool_segments_booked(const struct spool *spool);
/*
 * NULL if the map does not hold it, or the writer never got room for it.
 * *ret_bytes: what there is of it, a multiple of 8.
 */
struct track_segment *spool_segment(struct spool *spool, uint32_t index, uint32_t *ret_bytes);
/* Of a long spool no more than so many segments are held in memory at once. */
#define SPOOL_SEGMENTS_HELD 256u
/* Hold no pages of it in memory for now: what is needed again comes back by itself. */
void spool_rest(const struct spool *spool);
/* Empty a whole segment and let the writer have it. The spool must be writable. */
void spool_give_back(struct spool *spool, uint32_t index, struct track_segment *segment);

#endif
