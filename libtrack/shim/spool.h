/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spool writer: one sparse file of this process, mapped once, its
 * descriptor closed. See track/wire.h for the layout.
 */
#ifndef SHIM_SPOOL_H
#define SHIM_SPOOL_H

#include "shim.h"

struct spool_options {
	const char *folder;
	uint64_t cap_bytes; /* of segments */
	uint32_t stack_depth;
	enum track_origin origin;
};

/*
 * Bytes of address space for all that is reserved at start-up; UINT64_MAX: as much as it takes.
 * The spool takes three quarters, writers and trails these parts of it.
 */
#define ROOM_OF_WRITERS 8
#define ROOM_OF_TRAILS 16
uint64_t spool_address_room(void);

/*
 * Create and map the spool of the calling process. The previous one, if any
 * (of the parent, after a fork), is unmapped on success only. -errno.
 */
int spool_create(const struct spool_options *options);

/*
 * Ready before use: the kernel reports a full disk here, as an error, and not
 * later as SIGBUS. What is not in use has no access rights, so that neither a
 * stray pointer nor mlockall of the host can fill the sparse file. -errno.
 */
int spool_make_ready(void *start, size_t bytes);

/* Count a note; works while a spool is mapped, else it is lost. */
void spool_note(enum track_note note, uint64_t count);

/* A segment for thread tid; NULL, and the reason stored, if there is no room. */
struct track_segment *spool_take_segment(uint32_t tid, enum track_note *ret_reason);
/* Return one that was taken and never used. */
void spool_untake_segment(struct track_segment *segment);

/* The counters of a descriptor; NULL if it has none. make: make room for them. */
struct track_fd_usage *spool_usage(int fd, bool make);
/* One above the highest descriptor that ever had counters. */
int spool_usage_end(void);

/* Make segments and counters ready that will do without a system call. */
void spool_make_room(void);

/* Write the present limit of descriptors into the header. False: it is 0. */
bool spool_tell_fd_limit(void);

/* The end is held back, and goes on. The word that is 0 until it may; NULL: there is none. */
const uint32_t *spool_hold(uint32_t tid, uint64_t time_ns);
void spool_free(uint64_t time_ns);
/* main returned, or exit was called: the program's own functions run yet. The first time counts. */
void spool_exit_begun(uint32_t tid, uint64_t time_ns);
/* A normal exit begins. exit_code -1: unknown. */
void spool_exiting(int exit_code, uint64_t time_ns);
/* It was taken back. */
void spool_goes_on(void);

#endif
