/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire: how a capture engine hands records to a collector.
 *
 * A spool is one sparse file per process image, mapped once by the writer:
 *
 *     struct track_spool          the header, TRACK_HEADER_BYTES
 *     struct track_fd_usage[]     traffic counters by descriptor number
 *     struct track_standing[]     where threads stand; and two tables about locks
 *     struct track_segment[]      TRACK_SEGMENT_BYTES each, records inside
 *
 * A segment belongs to one thread at a time, so writers never meet. A record is
 * reserved (segment.reserved grows, the record's size becomes known), then its
 * clock is read, then it is filled, and its commit word is stored last. So a
 * reader that finds no uncommitted reservation in a segment knows that whatever
 * comes later in it is younger than the look. A reader may give a segment back
 * by zeroing it and setting its bit in track_spool.free_segments.
 *
 * Everything is in host byte order and 8-byte aligned; a spool is read on the
 * machine that wrote it. Times are CLOCK_MONOTONIC in nanoseconds, in each
 * thread rising from record to record; those of annotations come from a cheaper
 * clock, which is one for all threads and may be some nanoseconds off. A reader
 * trusts nothing here: the file belongs to the traced program.
 */
#ifndef TRACK_WIRE_H
#define TRACK_WIRE_H

#include <stdint.h>

#define TRACK_SPOOL_MAGIC "rtcspool"
#define TRACK_WIRE_VERSION 5u

#define TRACK_HEADER_BYTES 8192u
#define TRACK_SEGMENT_BYTES 65536u
#define TRACK_SEGMENTS_MAX 16384u
#define TRACK_USAGE_MAX (1u << 20) /* descriptors above are not counted */
#define TRACK_STANDINGS_MAX 65536u /* entries of each of the tables about threads and locks */
#define TRACK_STACK_DEPTH_MAX 128u
#define TRACK_NAME_BYTES_MAX 4096u

/* Environment variables between `rtctrack run` and the shim. */
#define TRACK_ENV_SPOOL_DIR "RTCTRACK_SPOOL_DIR" /* folder for spools */
#define TRACK_ENV_CAP "RTCTRACK_CAP"		 /* bytes of one spool's segments */
#define TRACK_ENV_STACK "RTCTRACK_STACK"	 /* frames per stack, 0 to 128 */
#define TRACK_ENV_PACKS "RTCTRACK_PACKS"	 /* objects of probe packs, see shim/preload.h */

#define TRACK_SPOOL_SUFFIX ".spool"
#define TRACK_BUDGET_FILE "budget" /* in the spool folder: struct track_budget */
#define TRACK_BUDGET_MAGIC "rtcbudgt"
#define TRACK_BUDGET_BYTES 4096u
#define TRACK_MARKS_FILE "marks" /* in the spool folder: "<time_ns> <pid> <text>\n" per mark */

#define TRACK_CAP_BYTES_DEFAULT (1ull << 30)
#define TRACK_STACK_DEPTH_DEFAULT 64u

/* clang-format off */
enum track_kind {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) TRACK_KIND_##id,
#include <track/kinds.def>
#undef TRACK_KIND
	TRACK_KIND__COUNT
};

enum track_op {
#define TRACK_OP(id, name, sayer, stack, turns) TRACK_OP_##id,
#include <track/ops.def>
#undef TRACK_OP
	TRACK_OP__COUNT,

	TRACK_META__BEFORE = 127,
#define TRACK_META(id, becomes, check) TRACK_META_##id,
#include <track/metas.def>
	TRACK_META__COUNT,
};

/* A bit for each kind that programs tell of themselves, by track.h. */
enum {
#define TRACK_TELLER_CALLS 0u
#define TRACK_TELLER_PROGRAM 1u
	TRACK_KINDS_TOLD = 0u
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) | TRACK_TELLER_##teller << TRACK_KIND_##id
#include <track/kinds.def>
#undef TRACK_KIND
};

/* By whom an op is said beside the calls, as ops.def has it: a bit for each kind. */
enum {
	TRACK_SAID_CALLS = 0,
	TRACK_SAID_TOLD = TRACK_KINDS_TOLD,
	TRACK_SAID_ANY = (1u << TRACK_KIND__COUNT) - 1,
};

enum track_fd_class {
#define TRACK_FD_CLASS(id, name, text, group) TRACK_FD_CLASS_##id,
#include <track/fd_classes.def>
#undef TRACK_FD_CLASS
	TRACK_FD_CLASS__COUNT
};

enum track_note {
#define TRACK_NOTE(id, name, weight, text) TRACK_NOTE_##id,
#include <track/notes.def>
#undef TRACK_NOTE
	TRACK_NOTE__COUNT
};

enum track_wait {
	TRACK_WAIT_NONE,
#define TRACK_WAIT(id, name, text, ended_by) TRACK_WAIT_##id,
#include <track/waits.def>
#undef TRACK_WAIT
	TRACK_WAIT__COUNT
};

enum track_call {
	TRACK_CALL_none, /* no call: found at start, in a census, at thread exit */
#define TRACK_CALL(function, group) TRACK_CALL_##function,
#include <track/calls.def>
#undef TRACK_CALL
	TRACK_CALL__COUNT
};
/* clang-format on */

/* ATTACHED: it ran already when a recorder came to it. */
enum track_origin {
	TRACK_ORIGIN_START,
	TRACK_ORIGIN_FORK,
	TRACK_ORIGIN_ATTACHED,
	TRACK_ORIGIN__COUNT
};

/* Who writes a spool: the process itself, or somebody who watches it from outside. */
enum track_engine { TRACK_ENGINE_SHIM, TRACK_ENGINE_PROBES, TRACK_ENGINE__COUNT };

enum track_state {
	TRACK_STATE_RUNNING,
	TRACK_STATE_EXITING, /* a normal exit began: census taken */
	TRACK_STATE_ENDED,   /* probes: the image is gone, and all of it is written */
	TRACK_STATE__COUNT
};

enum track_process_text {
	TRACK_PROCESS_EXE,
	TRACK_PROCESS_COMMAND,
	TRACK_PROCESS_PACKS, /* names of the probe packs in it, so far */
	TRACK_PROCESS_TEXT__COUNT
};

/* arg of a create, destroy or census record of kind fd. */
#define TRACK_FD_ARG(fd_class, flags, from)                                                        \
	((uint64_t)(fd_class) | (uint64_t)(flags) << 16 | (uint64_t)(uint32_t)(from) << 32)
#define TRACK_FD_ARG_CLASS(arg) ((unsigned)((arg)&0xffff))
#define TRACK_FD_ARG_FLAGS(arg) ((unsigned)((arg) >> 16 & 0xffff))
#define TRACK_FD_ARG_FROM(arg)                                                                     \
	((int32_t)((arg) >> 32)) /* dup's original, accept's listener, or -1 */

enum track_fd_flags {
	TRACK_FD_INHERITED = 1, /* open before the first instruction of this image */
	TRACK_FD_IMPLICIT =
		2,	    /* closed as dup2's target or by a range: no error if it was not open */
	TRACK_FD_SWEEP = 4, /* closed in a long run over numbers, most of them never open */
	TRACK_FD_BEFORE =
		8, /* open before the recorder came: nobody knows since when, or by whom */
};

/*
 * Kind thread: the subject is the pthread_t. create is recorded by the new
 * thread itself; its stack is that of the pthread_create call. destroy is a join
 * or a detach, done the end.
 */
enum track_thread_flags {
	TRACK_THREAD_DETACHED = 1,
	TRACK_THREAD_BEFORE = 2, /* as TRACK_FD_BEFORE */
};

/* Payload of a name record. */
enum track_name_role { TRACK_NAME_LOCAL, TRACK_NAME_REMOTE, TRACK_NAME_TEXT, TRACK_NAME__COUNT };

/*
 * arg of a name record: role | byte length << 16. Local and remote are a raw
 * struct sockaddr; text is bytes without a terminator.
 */
#define TRACK_NAME_ARG(role, bytes) ((uint64_t)(role) | (uint64_t)(bytes) << 16)
#define TRACK_NAME_ARG_ROLE(arg) ((unsigned)((arg)&0xffff))
#define TRACK_NAME_ARG_BYTES(arg) ((uint32_t)((arg) >> 16))

/*
 * What the annotations of track.h say, of any kind. arg is enum track_trait. A name has the layout
 * above; every other op has this payload, but those that need none of it may leave it out.
 */
struct track_relation {
	uint64_t other; /* subject of the other thing: holder, owner, what is needed; 0: none */
	uint64_t text;	/* id of a META_TEXT: class, tag, what for; 0: none */
	uint32_t other_kind;
	uint32_t pad;
};

/*
 * arg of a callback's fire may also say how many calls of it the thread made since its last record
 * of one, which were as that one was, and so have no record. ONLY: this is all. AGAIN: nor is this
 * one a call, it says that the thread is inside of one that has no record.
 */
#define TRACK_FIRE_ONLY (1u << 28)
#define TRACK_FIRE_AGAIN (1u << 29)
#define TRACK_FIRE_WITH(left_out) ((uint64_t)(left_out) << 32)
#define TRACK_FIRE_LEFT_OUT(arg) ((uint32_t)((arg) >> 32))

/*
 * More of arg. FROM_PACK: the wrapper of a library's function says it, not the program: some of
 * what it is about may happen unseen. HINTED, of an own: likely, and not certain. REFUSED, of a
 * close that returned: the scope is what it was before.
 */
#define TRACK_REFUSED (1u << 25)
#define TRACK_HINTED (1u << 26)
#define TRACK_FROM_PACK (1u << 27)

/* The head of every record. A payload follows; size is a multiple of 8. */
struct track_record {
	uint16_t size; /* bytes, head and payload */
	uint8_t op;    /* enum track_op, or TRACK_META_* */
	uint8_t kind;  /* enum track_kind */
	uint16_t call; /* enum track_call */
	uint16_t commit;
	uint64_t time_ns;
	uint64_t subject;
	uint64_t stack; /* hash of a META_STACK of this process, 0 if none */
	uint64_t arg;
};

/* The commit word of a record at this offset from its segment's start: never 0. */
#define TRACK_COMMIT(offset) ((uint16_t)(0x8000u | (((offset) >> 3) & 0x7fffu)))

struct track_module {
	uint64_t start; /* first and last+1 mapped address */
	uint64_t end;
	uint16_t build_id_bytes;
	uint16_t path_bytes;
	uint8_t build_id[20];
	/* path_bytes of path follow, not terminated */
};

/* Payloads, by the rows that have one: struct track_traffic, ... */
/* clang-format off */
#define TRACK_PAYLOAD(kind, op, layout, check, bytes, ...) \
	struct track_##layout { __VA_ARGS__ }; \
	_Static_assert(sizeof(struct track_##layout) == bytes, "wire layout");
#include <track/payloads.def>
#define TRACK_META_EVENT(id, name, check, bytes, ...) \
	struct track_##name { __VA_ARGS__ }; \
	_Static_assert(sizeof(struct track_##name) == bytes, "wire layout");
#include <track/metas.def>
/* clang-format on */

struct track_fd_usage {
	struct track_traffic traffic;
	uint32_t open; /* 1 while the writer believes the number is open */
	uint32_t ever; /* 1 once it was opened in this image, or found open at its start */
	uint32_t fd_class;
	uint32_t name_hash[2]; /* of the last names recorded, local and remote */
	uint32_t stale_uses;   /* fail records of this closed number; reset when it opens */
};

/*
 * A lock that a thread holds. caller: the return address of the call that took it. since_ns: when
 * that was, or somewhat before; 0 not known. mode: TRACK_WAIT_MUTEX, _READ or _WRITE.
 */
struct track_held {
	uint64_t lock;
	uint64_t caller;
	uint64_t since_ns;
	uint32_t mode;
	uint32_t depth; /* of a recursive one: how often it was taken */
};

#define TRACK_HELD_MAX 30

/*
 * Where a thread stands: what it waits for, and which locks it holds. There are no records of that:
 * a lock that nobody else wants costs a few stores, and who looks, be it after a crash, reads it
 * here. One for each thread that records, given to another when that ends. Only its own thread
 * writes it (or whoever writes for all, TRACK_ENGINE_PROBES); sequence is odd meanwhile.
 */
struct track_standing {
	uint32_t sequence;
	uint32_t tid;	  /* 0: nobody's */
	uint32_t wait;	  /* enum track_wait */
	uint32_t flags;	  /* enum track_standing_flags */
	uint64_t subject; /* address of what is waited for; pthread_t; descriptor */
	uint64_t other; /* condition: its mutex, which is not held meanwhile; descriptors: how many
			 */
	uint64_t since_ns;
	uint64_t stack; /* hash of a META_STACK of this process, 0 if none */
	uint64_t reserved;
	uint32_t held_count; /* may exceed TRACK_HELD_MAX: what is above is not told */
	uint16_t call;	     /* enum track_call */
	uint16_t pad;
	struct track_held held[TRACK_HELD_MAX]; /* in the order in which they were taken */
};

/*
 * TIMED: the wait ends by itself. RUNNING: it does not wait, and stack is where it was seen. ENDED:
 * it is no thread of the process any more, and held is what it did not give back (both told by
 * probes only).
 */
enum track_standing_flags {
	TRACK_STANDING_TIMED = 1,
	TRACK_STANDING_RUNNING = 2,
	TRACK_STANDING_ENDED = 4,
};

/* Who woke waiters of a condition or semaphore last. Any of a hash table's; subject 0: none. */
struct track_waker {
	uint64_t subject;
	uint64_t caller;  /* return address of the call */
	uint64_t time_ns; /* or somewhat before; 0 not known */
	uint32_t tid;
	uint32_t count; /* how often, by anybody */
};

/*
 * A lock that was taken while another was held, both seen from their beginning on. Any of a hash
 * table's; first 0: none.
 */
struct track_lock_order {
	uint64_t first;
	uint64_t second;
	uint64_t first_caller;
	uint64_t second_caller;
	/*
	 * Locks that only one thread can have, held each time, before both: for each a bit, by its
	 * address. 0: there is none.
	 */
	uint64_t guard;
	/* Which of the locks that lay at these addresses one after the other. */
	uint32_t first_birth;
	uint32_t second_birth;
	uint32_t tid;
	uint16_t flags; /* enum track_lock_order_flags */
	uint16_t pad[5];
};

/* MANY: other threads took them in this order too. */
enum track_lock_order_flags { TRACK_LOCK_ORDER_MANY = 1 };

enum track_segment_state { TRACK_SEGMENT_FREE, TRACK_SEGMENT_TAKEN, TRACK_SEGMENT_SEALED };

/* Records begin at offset sizeof(struct track_segment). */
struct track_segment {
	uint32_t state;	   /* atomic; enum track_segment_state */
	uint32_t reserved; /* by its thread alone; offset behind the last reservation, or more */
	uint32_t tid;
	uint32_t epoch; /* grows each time the segment is taken */
	uint64_t pad[2];
};

struct track_spool {
	char magic[8];
	uint32_t version;
	uint32_t header_bytes;
	uint64_t usage_offset;
	uint64_t segments_offset;
	uint32_t usage_count;
	uint32_t segment_count;
	uint32_t segment_bytes;
	int32_t pid;
	int32_t ppid;
	uint32_t origin;	/* enum track_origin */
	uint64_t start_ns;	/* when this image began to be recorded */
	uint64_t start_ticks;	/* field 22 of /proc/PID/stat: tells a reused pid */
	uint64_t realtime_ns;	/* CLOCK_REALTIME at start_ns */
	uint64_t end_ns;	/* when a normal exit began, or 0 */
	uint32_t state;		/* atomic; enum track_state */
	int32_t exit_code;	/* of a normal exit where known, else -1 */
	uint32_t segments_used; /* atomic; segments ever touched, may exceed segment_count */
	uint32_t stack_depth;
	uint64_t notes[64];	 /* atomic; by enum track_note */
	uint32_t fd_limit;	 /* RLIMIT_NOFILE, soft, when last looked at; 0 unknown or none */
	uint32_t segments_ready; /* taken off the budget, if more than segments_used */
	uint64_t given_back;	 /* by the reader: segments that it took and emptied so far */
	uint64_t pid_namespace;	 /* inode of /proc/self/ns/pid, 0 unknown: where pid means something
				  */
	/*
	 * Of a writer that hears of things after they happened (TRACK_ENGINE_PROBES, or one that
	 * adds to a process's own spool): nothing older than this comes any more. 0: all comes in
	 * time.
	 */
	uint64_t settled_ns;	   /* atomic */
	uint32_t engine;	   /* enum track_engine */
	int32_t end_signal;	   /* probes: which signal ended it, 0 none */
	int32_t writer_pid;	   /* probes: who writes */
	uint32_t exit_tid;	   /* the thread that began to end the program; 0 none */
	uint64_t writer_ticks;	   /* and field 22 of its /proc/PID/stat */
	uint64_t exit_begun_ns;	   /* when main returned or exit was called; 0: neither */
	uint64_t standings_offset; /* of struct track_standing[]; 0: there are none */
	uint64_t wakers_offset;	   /* struct track_waker[] */
	uint64_t orders_offset;	   /* struct track_lock_order[] */
	uint32_t standing_count;
	uint32_t waker_count;
	uint32_t order_count;
	/*
	 * The end of a program that ends by itself, held back while what belongs to closed scopes
	 * is alive (track_budget.settle_ns): from when to when, by which thread; 0: it was not, or
	 * not yet.
	 */
	uint32_t let_go; /* atomic, a futex; by the reader: 1, nothing of it is awaited any more */
	uint64_t held_ns;
	uint64_t freed_ns;
	uint32_t held_tid;
	uint32_t pad;
	uint64_t free_segments[TRACK_SEGMENTS_MAX / 64]; /* atomic; given back by the reader */
};

/*
 * One cap for all processes of a run: a file of one page beside the spools, made
 * by who records. A process counts each segment that it makes ready; the
 * collector takes back those of a spool that it read to its end and removed.
 * Without the file the cap holds for each process.
 */
struct track_budget {
	char magic[8];
	uint32_t version;
	uint32_t beside; /* 1: somebody adds to the spools, whose settled_ns begins at 1 */
	uint64_t segments_cap;
	uint64_t segments_used; /* atomic */
	uint64_t unrecorded;	/* atomic; images that could make no spool */
	uint64_t settle_ns;	/* a program's end is held back so long at most; 0: not at all */
	/*
	 * A robust futex: the thread that reads the spools, while it lives. Whoever dies with it
	 * leaves FUTEX_OWNER_DIED; 0: nobody reads. Then nothing is held back.
	 */
	uint32_t reader;
	uint32_t pad;
};

_Static_assert(sizeof(struct track_budget) == 56, "wire layout");
_Static_assert(sizeof(struct track_record) == 40, "wire layout");
_Static_assert(sizeof(struct track_segment) == 32, "wire layout");
_Static_assert(sizeof(struct track_fd_usage) == 64, "wire layout");
_Static_assert(sizeof(struct track_module) == 40, "wire layout");
_Static_assert(sizeof(struct track_relation) == 24, "wire layout");
_Static_assert(sizeof(struct track_held) == 32, "wire layout");
_Static_assert(sizeof(struct track_standing) == 1024, "wire layout");
_Static_assert(sizeof(struct track_waker) == 32, "wire layout");
_Static_assert(sizeof(struct track_lock_order) == 64, "wire layout");
_Static_assert(sizeof(struct track_spool) <= TRACK_HEADER_BYTES, "wire layout");
_Static_assert(TRACK_KIND__COUNT <= 16, "one bit per kind");
_Static_assert(TRACK_NOTE__COUNT <= 64, "wire layout");

/* Rows are appended: one in the middle would give another meaning to the spools that are there. */
_Static_assert(TRACK_KIND_LOCK == 7, "kinds.def");
_Static_assert(TRACK_OP_PLUMBING == 22, "ops.def");
_Static_assert(TRACK_META_TEXT == 136, "metas.def");
_Static_assert(TRACK_FD_CLASS_MOUNT == 28, "fd_classes.def");
_Static_assert(TRACK_NOTE_OTHER_TAG == 27, "notes.def");
_Static_assert(TRACK_CALL_thrd_detach == 116, "calls.def");

#endif
