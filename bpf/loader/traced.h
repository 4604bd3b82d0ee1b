/* SPDX-License-Identifier: Apache-2.0 */
/* One process image that is recorded: its spool, and what is believed of it. */
#ifndef LOADER_TRACED_H
#define LOADER_TRACED_H

#include "descriptors.h"
#include "mapped.h"
#include "probe_event.h"
#include "spool_file.h"
#include "threads.h"

#include <base/u64map.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <track/wire.h>

struct seed;
struct session;
struct standings;

/* What is recorded of an image: all, or what its own preloaded library leaves out. */
enum beside { BESIDE_NOT, BESIDE_WAITS, BESIDE_JOINED };

struct traced {
	struct session *session;
	uint32_t tgid;
	uint32_t image;
	uint32_t ppid;
	enum track_origin origin;
	uint64_t start_ns;
	uint64_t start_ticks;
	uint64_t start_code; /* where its program lies; 0: unknown */
	uint32_t fd_limit;   /* when it began */
	/*
	 * Nothing of it is written: what forked it has lent it its memory (vfork) until an exec,
	 * or it waits for its exec to be the program that is recorded.
	 */
	bool quiet;
	/* The image whose table of descriptors it has too (CLONE_FILES), until an exec; 0: its own.
	 */
	uint32_t numbers_of;
	bool exiting;	  /* exit_group was called: threads that end now are ended with it */
	bool muted;	  /* what is handled now is not to be written */
	bool dirty;	  /* something was written since the last settling */
	bool walked;	  /* by the kernel, frame by frame */
	bool hides_joins; /* its libc is in it, and not known by name */
	bool missing;	  /* the kernel follows it no more; its end may be on its way still */
	struct traced *next_dirty; /* of struct session's list */
	uint64_t lost;	 /* events that the kernel said it lost of it, as far as they are noted */
	uint32_t compat; /* calls of 32-bit code, as far as they are noted */
	enum beside beside;   /* see beside.h, also for the next three */
	uint64_t library_ns;  /* when the library began */
	uint32_t looks;	      /* for its spool */
	struct u64map routes; /* tid -> how its last call came */
	struct spool_file spool;
	struct descriptors descriptors;
	struct threads threads;
	struct modules modules;
	struct text {
		char *bytes; /* owned; NULL: not known */
		size_t size;
	} texts_of_process[TRACK_PROCESS_TEXT__COUNT]; /* for those that it forks */
	struct u64map stacks;			       /* hashes told */
	struct u64map texts;			       /* ids told */
	struct seed *seed;	     /* NULL: nothing waits that was there before */
	struct standings *standings; /* NULL: it was not looked at */
	void *told;		     /* for functions.c: NULL at first, see functions_forget */
};

/* NULL is taken. Its spool says no more than it did. */
void traced_destroy(struct traced *traced);

/* A record of kind and op. false: lost, and counted; or it is quiet. */
bool traced_emit(struct traced *traced, uint32_t tid, uint64_t time_ns, uint8_t op,
		 enum track_kind kind, enum track_call call, uint64_t subject, uint64_t stack,
		 uint64_t arg, const void *data, size_t bytes);
/* Is there a spool that keeps them? */
bool traced_takes_notes(const struct traced *traced);
void traced_note(struct traced *traced, enum track_note note, uint64_t count);

/*
 * The event's stack: its hash, told when it is met first; 0: there is none. Of a probed function or
 * annotation it begins with the caller.
 */
uint64_t traced_stack(struct traced *traced, const struct probe_head *event);

/* The stack of these addresses, innermost first, which a thread has: as above. */
uint64_t traced_stack_of(struct traced *traced, uint32_t tid, const uint64_t *addresses,
			 size_t count);

/* It passes a wrapper of the preloaded library. */
bool traced_is_wrapped(const struct traced *traced, uint64_t stack);

/*
 * The id of a text, told when it is met first: by its address in the process, or (of packs) by our
 * own pointer. bytes NULL: only an id that was told already; size 0: it is looked for in the file
 * that lies there. 0: none.
 */
uint64_t traced_text(struct traced *traced, uint64_t address, const char *bytes, size_t size);

/* Which file is mapped at an address, and what of it. */
bool traced_file(const struct traced *traced, uint64_t address, dev_t *ret_device, ino_t *ret_inode,
		 uint64_t *ret_offset);

#endif
