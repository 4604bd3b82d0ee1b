/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TRACE arguments: a trace, a spool, or a folder of either. Spools go through a
 * private trace that vanishes afterwards.
 */
#ifndef CLI_SOURCES_H
#define CLI_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>
#include <symbol/symbolizer.h>
#include <sys/types.h>

struct road_times;

struct source {
	char *path;
	bool spools; /* a spool or a folder with spools; else a trace */
	int error;   /* why it is left out; 0: it is not */
	dev_t device;
	ino_t inode;
};

struct sources {
	struct source *items;
	size_t count;
	struct source
		*skipped; /* of folders: called like recordings, but they are none; or twice */
	size_t skipped_count;
	size_t missing;		/* of these: what a gate has no evidence of */
	struct source *folders; /* that were read */
	size_t folder_count;
};

/*
 * What path stands for, appended; of a folder all that is in it, at any depth. -ENOENT, -EACCES;
 * -ENODATA: a folder without traces and spools; -EBADMSG: neither trace nor spool.
 */
int sources_add(struct sources *sources, const char *path);
/* What is left out, for the user, line by line: a few, and how many more. False: that was all. */
bool sources_skip_line(const struct sources *sources, size_t index, char *ret_line,
		       size_t capacity);
void sources_finish(struct sources *sources);

/* A file that is a trace or a spool, be it readable or not beyond its beginning. */
bool source_is_recording(const char *path);

/*
 * The caller closes the trace. On failure ret_error holds a sentence. A trace that was
 * judged before is judged again, in a private copy, where search has more places, or other times
 * are given (see road_set_times), and what is not over is, too: with names that known has (see
 * road_judge; NULL: there are none).
 */
int source_open(const struct source *source, const struct symbol_search *search,
		const struct road_times *times, struct trace *known, struct trace **ret_trace,
		char *ret_error, size_t error_capacity);

/*
 * The time on CLOCK_MONOTONIC if somebody still records into the trace, which source_open gave;
 * 0: it is over, or nobody knows.
 */
uint64_t source_now_ns(const struct source *source, struct trace *trace);

/* Why sources_add failed, and what to do about it (NULL: nothing known). */
const char *sources_reason(int error);
const char *sources_remedy(int error);

#endif
