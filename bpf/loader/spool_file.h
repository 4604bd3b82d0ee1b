/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spool of one process image, written from outside: mapped whole, since it is sparse, and its
 * descriptor closed. One thread writes all spools of a run. See track/wire.h for the layout.
 */
#ifndef LOADER_SPOOL_FILE_H
#define LOADER_SPOOL_FILE_H

#include "spool_run.h"

#include <stddef.h>

/* Threads of which a spool that is written from outside says where they stand. */
#define SPOOL_STANDINGS 4096u

/* What a spool's header says of its image. */
struct spool_image {
	int32_t pid; /* in the recorder's pid namespace */
	int32_t ppid;
	enum track_origin origin;
	uint64_t start_ns;
	uint64_t start_ticks;
	uint32_t stack_depth;
	uint32_t fd_limit;
};

struct spool_file {
	struct spool_run *run;	    /* outlives it */
	struct track_spool *header; /* NULL: closed */
	uint64_t map_bytes;
	/* Of the header as it was: another process may write there. */
	uint64_t segments_offset;
	uint32_t segment_count;
	struct track_segment *segment; /* that is written to; NULL: none */
	uint32_t offset;	       /* in it: where the next record goes */
	uint32_t tid;		       /* whose the segment is now */
	bool joined;		       /* it is the process's own, and we add to it */
};

/* The file appears in the folder, complete. -errno. */
int spool_file_create(struct spool_run *run, const struct spool_image *image,
		      struct spool_file *ret_file);
/*
 * The spool that a process of this pid writes itself, to add to it. Of several images the last.
 * -ENOENT: there is none yet.
 */
int spool_file_join(struct spool_run *run, int32_t pid, struct spool_file *ret_file);
/* Its map goes, and the file says no more than it did. */
void spool_file_close(struct spool_file *file);

/* A record by its head, of which size and commit are set here. false: it was lost, and counted. */
bool spool_file_put(struct spool_file *file, uint32_t tid, const struct track_record *head,
		    const void *data, size_t bytes);
void spool_file_note(struct spool_file *file, enum track_note note, uint64_t count);
/* RLIMIT_NOFILE, soft, as it is now. */
void spool_file_tell_limit(struct spool_file *file, uint32_t fd_limit);
/* Nothing older than this comes any more. */
void spool_file_settle(struct spool_file *file, uint64_t time_ns);

/* Where a thread stands, in its place in the table; tid 0: nobody is in it. */
void spool_file_stand(struct spool_file *file, uint32_t slot,
		      const struct track_standing *standing);
/* It was inside of exit() at that time; the first word counts. */
void spool_file_tell_exit(struct spool_file *file, uint64_t time_ns, uint32_t tid);

/* How an image ended: exit_code -1 unknown, end_signal 0 none. All of it is written. */
struct spool_end {
	uint64_t time_ns;
	int32_t exit_code;
	int32_t end_signal;
};
void spool_file_end(struct spool_file *file, const struct spool_end *end);

#endif
