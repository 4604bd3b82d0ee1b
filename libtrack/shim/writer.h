/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer is a thread's way into the spool: its segment, its memory of which
 * stacks are known already. Writers outlive threads and are used again, so
 * that a thousand short threads do not take a thousand segments.
 */
#ifndef SHIM_WRITER_H
#define SHIM_WRITER_H

#include "module.h"
#include "repeat.h"
#include "shim.h"
#include "trail.h"

/* What a thread remembers to have told, in sets of four: powers of two. */
#define WRITER_WAYS 4
#define WRITER_STACK_SETS 128
#define WRITER_TEXT_SETS 16

struct writer {
	struct track_segment *segment;
	uint32_t tid;
	uint32_t unwinding;	/* inside libunwind now */
	uint32_t known_version; /* of the module map that what is remembered goes with */
	int sweep_fd;		/* the last number in a run of closes of what was not open */
	uint32_t sweep_length;
	uint32_t refusals;     /* opening calls recorded that failed for want of numbers */
	uint32_t next_way;     /* which of a set of texts is forgotten next */
	uint64_t last_ns;      /* time of its latest record */
	struct trails *trails; /* NULL: none so far */
	struct track_standing *standing; /* NULL: there is no room for one */
	uintptr_t blocked_at;		 /* frame of the call that waits, see standing.c */
	uint32_t slow_stacks;		 /* of waits, that were taken without a cache */
	uint32_t forked_count;		 /* what it held before a fork */
	struct track_held forked[TRACK_HELD_MAX];
	struct repeats repeats;
	uint64_t stacks[WRITER_STACK_SETS][WRITER_WAYS]; /* hashes */
	uint64_t texts[WRITER_TEXT_SETS][WRITER_WAYS];	 /* ids, see annotate.c */
};

/* Reserve room for writers. -errno. */
int writers_init(void);
/* In a forked child, or before recording starts: no writer is in use. */
void writers_reset(void);

/*
 * A page that the kernel wipes in every child with memory of its own, however
 * it was made: raw clone and _Fork run no fork handlers. Non-zero: this is the
 * process that the spool belongs to, and it records.
 */
extern uint32_t *writers_guard SHIM_HIDDEN;
extern uint32_t writers_sharers SHIM_HIDDEN; /* children on our memory, as far as is known */
extern SHIM_TLS struct writer_thread {
	struct writer *writer;
	bool vfork; /* runs code of a vfork child */
} writer_thread SHIM_HIDDEN;

/* Everything but the common case of what follows. */
struct writer *writer_get_slowly(void);

/*
 * The calling thread's writer, or NULL if it must not record: before start-up,
 * in a vfork child, or where none is free (counted).
 */
static inline struct writer *writer_get(void)
{
	/* Beside such a child, our thread-local data is not to be trusted. */
	if (likely(!__atomic_load_n(&writers_sharers, __ATOMIC_ACQUIRE) && writer_thread.writer &&
		   !writer_thread.vfork && __atomic_load_n(writers_guard, __ATOMIC_RELAXED)))
		return writer_thread.writer;
	return writer_get_slowly();
}

/* Before what a writer remembers is relied on: a module may have gone, and its addresses with it.
 */
void writer_forget(struct writer *writer, uint32_t version);

static inline void writer_check_known(struct writer *writer)
{
	uint32_t version = modules_version();
	if (unlikely(writer->known_version != version))
		writer_forget(writer, version);
}

/* Whether it is in a set. */
static inline bool writer_knows(const uint64_t set[WRITER_WAYS], uint64_t id)
{
	for (int i = 0; i < WRITER_WAYS; i++)
		if (likely(set[i] == id))
			return true;
	return false;
}

static inline void writer_remember(struct writer *writer, uint64_t set[WRITER_WAYS], uint64_t id)
{
	set[writer->next_way++ % WRITER_WAYS] = id;
}

/* How many threads can record at once, and a number below that. */
uint32_t writers_count(void);
uint32_t writer_index(const struct writer *writer);

/* Give the calling thread's writer back. */
void writer_release(void);

/*
 * A child that shares our memory, and may have thread-local data of its own
 * making, begins: whoever records is asked for its pid until it is over.
 */
void writers_share(void);
void writers_unshare(void);

/* The calling thread runs code of a vfork child until its pid is this process's again. */
void writer_mark_vfork(void);

/* From here on events are recorded. */
void writers_enable(void);

/*
 * A seccomp filter follows, which may kill for any system call of ours: from
 * here on none is made. Events go on as long as the room lasts that was made
 * ready before.
 */
void writers_confine(void);
/* It was not set up after all. */
void writers_unconfine(void);
/*
 * It is a child on our memory that sets one up, and this only its own business: from here on that
 * child is confined, and we are not. False: the two cannot be told apart here.
 */
bool writers_seal_child(void);
/* Of the caller, be it us or such a child. */
bool writers_confined(void);

/* Whether any thread but the caller is inside libunwind. */
bool writers_unwinding(void);

/* A whole record without payload; lost, and counted, where there is no room. */
void writer_emit(struct writer *writer, uint8_t op, enum track_kind kind, enum track_call call,
		 uint64_t subject, uint64_t stack, uint64_t arg);

/*
 * The same with a payload: size bytes, cut at TRACK_NAME_BYTES_MAX and padded with zeros. false:
 * it was lost.
 */
bool writer_emit_data(struct writer *writer, uint8_t op, enum track_kind kind, enum track_call call,
		      uint64_t subject, uint64_t stack, uint64_t arg, const void *data,
		      size_t size);

/* The segment has no room left at offset; NULL: there is none. false: lost, and counted. */
bool writer_next_segment(struct writer *writer, struct track_segment *full, uint32_t offset);
/* Have the call recorded inside of which something happens now (repeat.h). */
void writer_reveal(struct writer *writer);

#endif
