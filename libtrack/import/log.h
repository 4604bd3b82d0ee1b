/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a log told so far: the lives of objects and what happened to them, in the order of the
 * log. Parsers tell it; what cannot be is left out here.
 */
#ifndef IMPORT_LOG_H
#define IMPORT_LOG_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sites.h"
#include "words.h"

/* Addresses of a program are below it. */
#define LOG_SUBJECT_END (1ull << 48)
/* Nothing is referred to more often. */
#define LOG_COUNT_END 1024

enum log_op {
	LOG_BEGIN, /* an object, with one reference */
	LOG_ALIVE, /* the same, of one that was not ended when the log was written */
	LOG_RETAIN,
	LOG_RELEASE,
	LOG_END, /* made here: the last reference was released */
};

/* One line of a log. */
struct log_told {
	enum log_op op;
	pid_t pid; /* 0: the log does not say */
	uint64_t subject;
	uint64_t time_ns;    /* since the start; 0 where there are no times */
	uint32_t count;	     /* of references, after it; of LOG_ALIVE: when the log was written */
	uint32_t class_name; /* a word, for LOG_BEGIN and LOG_ALIVE */
};

struct log_record {
	uint64_t time_ns;
	uint32_t order; /* in the log */
	uint32_t life, stack;
	uint32_t by;  /* the function that did it, a word; 0: unknown */
	uint32_t tag; /* LOG_RETAIN, LOG_RELEASE: the function that took the reference (pairs.h) */
	enum log_op op;
};

struct log_life {
	uint64_t subject;
	uint32_t process, class_name;
	uint32_t refs;	/* as told here */
	uint32_t count; /* as the log says */
	bool alive, snapshot;
	bool uneven; /* lines of it are missing: not to be judged */
};

enum { LOG_PROCESSES_MAX = 256 };

struct log {
	struct words words;
	struct sites sites;
	struct log_record *records;
	size_t record_count, record_capacity;
	struct log_life *lives;
	size_t life_count, life_capacity;
	struct u64map alive;  /* process and subject -> the life's index */
	struct u64map unseen; /* process and subject, of what never began */
	pid_t pids[LOG_PROCESSES_MAX];
	size_t process_count;
	uint64_t skipped, understood;
	bool announced; /* that it will tell of what there is: nothing may come of it */
	bool garbled;	/* something was told that could not be read */
	/* What is being told, until its frames are complete. */
	struct log_told told;
	bool is_open;
	uint32_t frames[SITE_DEPTH_MAX];
	uint32_t depth;
	uint32_t by;
};

/* A zeroed struct is empty. */
void log_finish(struct log *log);

/* All return 0, -ENOMEM or -EFBIG. */
/* Begin a record, and end the one before. */
int log_open(struct log *log, const struct log_told *told);
/* A frame of the record that is open, the innermost first; its first with is_tag names the
 * reference. */
int log_frame(struct log *log, const struct site *site, bool is_by);
/* What was told so far was not of the stack. */
void log_drop_frames(struct log *log);
int log_close(struct log *log);
/* No line comes any more: find what does not come out even, and who still holds what. */
int log_settle(struct log *log);

#endif
