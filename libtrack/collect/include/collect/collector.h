/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collector: follows the spools of a folder (or reads given ones) and hands
 * what they say, in order, to a sink. It knows the wire and nothing above it.
 *
 * Order: within a process, events come by time; a stack, module or text comes before
 * the first event that refers to it. Different processes are interleaved.
 */
#ifndef COLLECT_COLLECTOR_H
#define COLLECT_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <track/wire.h>

/* How a process image ended, as far as can be known. */
enum collect_end {
	COLLECT_END_RUNNING, /* still alive */
	COLLECT_END_EXIT,    /* exit or _exit; code is the exit code, -1 unknown */
	COLLECT_END_SIGNAL,  /* killed; code is the signal */
	COLLECT_END_EXEC,    /* replaced by another image with the same pid */
	COLLECT_END_UNKNOWN, /* gone without a normal exit: killed or crashed */
	COLLECT_END__COUNT
};

struct collect_process {
	uint32_t index; /* the sink's key: 0, 1, ... in order of discovery; one per process image */
	int32_t pid;
	int32_t ppid;
	uint32_t image; /* 0 for the first image of this pid, 1 after its first exec, ... */
	enum track_origin origin;
	enum track_engine engine;
	uint64_t start_ns;
	uint64_t realtime_ns; /* wall clock at start_ns */
	uint64_t end_ns;      /* 0 while running */
	enum collect_end end;
	int32_t code;		/* see enum collect_end */
	bool census_fds;	/* a complete census of descriptors was taken at the end */
	bool census_threads;	/* the same for threads */
	uint32_t fd_limit;	/* RLIMIT_NOFILE, soft; 0 unknown */
	uint64_t exit_begun_ns; /* main returned, or exit was called; 0: neither */
	uint32_t exit_tid;	/* by which thread; 0 unknown */
	uint64_t held_ns;	/* its end was held back for so long (collector_settle); 0: not */
	const char *exe;	/* clean UTF-8, never NULL, "" unknown; lives during the call */
	const char *command;	/* arguments joined by spaces, the same */
	const char *packs;	/* names of its probe packs, the same */
};

struct collect_module {
	uint64_t bias;
	uint64_t start;
	uint64_t end;
	uint64_t loaded_ns;
	const uint8_t *build_id;
	size_t build_id_bytes;
	const char *path; /* clean UTF-8 */
};

/* data/data_bytes: of a name its text, else the layout of wire.h and payloads.def, checked; or
 * nothing. */
struct collect_event {
	uint64_t time_ns;
	uint64_t subject;
	uint64_t stack;
	uint64_t arg;
	const void *data;
	size_t data_bytes;
	uint32_t tid;
	uint16_t call;
	uint8_t op; /* enum track_op, or a TRACK_META_EVENT of metas.def */
	uint8_t kind;
};

/* Where a thread stands, as track_standing has it, checked. */
struct collect_standing {
	uint32_t tid;
	enum track_wait wait;
	uint32_t flags; /* enum track_standing_flags */
	uint16_t call;
	uint64_t subject;
	uint64_t other;
	uint64_t since_ns;
	uint64_t stack;
	const struct track_held *held;
	size_t held_count;
	bool more_held; /* than are told */
};

/*
 * Where the threads of a process stand. Those that wait did so all at once: of one that moved on
 * while they were looked at only the locks are told.
 */
struct collect_standings {
	uint64_t time_ns;
	bool goes_on; /* the process lives, and more will be told of it */
	const struct collect_standing *threads;
	size_t thread_count;
	const struct track_waker *wakers;
	size_t waker_count;
	const struct track_lock_order *orders;
	size_t order_count;
};

/*
 * Where records go. Every function returns 0 or -errno; an error ends the
 * collection with that error. No function may be NULL. Pointers live during
 * the call.
 */
struct collect_sink {
	void *ctx;
	/* A new image, or one of which something changed (its end, its names). */
	int (*process)(void *ctx, const struct collect_process *process);
	int (*module)(void *ctx, uint32_t process, const struct collect_module *module);
	int (*unload)(void *ctx, uint32_t process, uint64_t bias, uint64_t time_ns);
	int (*stack)(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		     const uint64_t *addresses, size_t depth);
	/* A literal of the program's: classes and tags refer to it by id. text is clean UTF-8. */
	int (*text)(void *ctx, uint32_t process, uint64_t id, const char *text);
	int (*event)(void *ctx, uint32_t process, const struct collect_event *event);
	/*
	 * Where its threads stand, all told anew: at its end, before that is told; of one that
	 * lives when the collection ends, and when collector_look is asked. Not of an image that
	 * was replaced by an exec, which ends all waits.
	 */
	int (*standings)(void *ctx, uint32_t process, const struct collect_standings *standings);
	/* A mark, by `rtctrack mark`. text is clean UTF-8. */
	int (*mark)(void *ctx, int32_t pid, uint64_t time_ns, const char *text);
	/* Total of a note of one process so far; called when it changed. */
	int (*note)(void *ctx, uint32_t process, enum track_note note, uint64_t count);
	/* Make everything so far durable; after it the segments are given back. */
	int (*flush)(void *ctx);
};

struct collector;

/* Follow a folder of spools. The sink must outlive the collector. */
int collector_create(const struct collect_sink *sink, struct collector **ret_collector);
void collector_destroy(struct collector *collector);

/*
 * Add one spool file, or all spools (and the marks file) of a folder, now and
 * whenever collector_poll looks. -ENOENT, -EACCES; -EBADMSG: not a spool of
 * this version (collector_error says what).
 */
int collector_add(struct collector *collector, const char *path);

/*
 * The same for a folder that is the caller's own: the spool of a process that is
 * over is removed as soon as it was read by a live collector_poll and the sink
 * made it durable, and its room goes back to the folder's budget (struct
 * track_budget), if there is one. One folder at most.
 */
int collector_own(struct collector *collector, const char *folder);

/*
 * Read what is there. live: the processes may still be running; then segments
 * are handed back and only records older than the safe horizon are delivered.
 * Returns 0, or the sink's error, or -errno. *ret_events: events delivered.
 */
int collector_poll(struct collector *collector, bool live, uint64_t *ret_events);

/*
 * A process whose end is held back: thread tid called for it at since_ns, and all that happened
 * before seen_ns is told, which is later than that.
 */
struct collect_held {
	uint32_t index; /* of the process */
	uint32_t tid;
	uint64_t since_ns;
	uint64_t seen_ns;
};

/*
 * Let those go whose end is held back and of whom nothing is awaited any more, as awaits says. Of a
 * folder of the caller's own; the time after which each goes by itself is in its budget
 * (track_budget). How many are held back still, and known to be.
 */
size_t collector_settle(struct collector *collector,
			bool (*awaits)(void *ctx, const struct collect_held *held), void *ctx);
/* Nobody is held back from now on. */
void collector_let_go(struct collector *collector);

/*
 * As a live collector_poll, and then tell where the threads of all that live stand. What the
 * latest millisecond brought is not told yet, but for stacks.
 */
int collector_look(struct collector *collector, uint64_t *ret_events);

/*
 * Which threads of those that live have waited since before that time, and not timed, for a lock
 * or, if several do so, for the end of a thread: a hash of them and their waits. 0: none. It reads
 * what they say of themselves and tells nothing, so it may be asked often.
 */
uint64_t collector_stuck(const struct collector *collector, uint64_t before_ns);

/* The caller waited for pid itself: how it ended (wait status). */
void collector_ended(struct collector *collector, int32_t pid, int wait_status);

/*
 * Deliver everything that is left and judge how each process ended; a process
 * that still lives stays COLLECT_END_RUNNING. Call once, last.
 */
int collector_finish(struct collector *collector, uint64_t *ret_events);

/* Pids of spool owners that are alive now; returns how many, at most max stored. */
size_t collector_alive(const struct collector *collector, int32_t *pids, size_t max);

/* Images of the own folder's run that said that they could make no spool. */
uint64_t collector_unrecorded(const struct collector *collector);

/* What was wrong, a sentence; "" if nothing. Lives until the next call. */
const char *collector_error(const struct collector *collector);

#endif
