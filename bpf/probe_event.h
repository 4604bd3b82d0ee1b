/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel's programs hand to the loader: the records of the ring, and the values of the
 * maps that both use. Times are CLOCK_MONOTONIC, in nanoseconds, read after the record's place in
 * the ring was taken: what is reserved later is not older. Process and thread numbers are those of
 * the recorder's pid namespace.
 *
 * An image is what runs in a process between two execs; its number is never used again.
 */
#ifndef PROBE_EVENT_H
#define PROBE_EVENT_H

#include <stdint.h>
#include <track/wire.h>

#define PROBE_TEXT_BYTES 256u	 /* of a path, its end; with a terminator */
#define PROBE_ADDRESS_BYTES 112u /* a sockaddr_un fits */
#define PROBE_NAME_BYTES 32u	 /* of a file, as its folder calls it */
#define PROBE_BITS 1024u	 /* descriptors in one record of them */
#define PROBE_SNAPSHOT_MAX 32768u
#define PROBE_FRAMES_MAX TRACK_STACK_DEPTH_MAX
#define PROBE_TRAIL_WORDS 48u
#define PROBE_TRAIL_SPAN 16384u
#define PROBE_ROWS_MAX 16384u
#define PROBE_TERMS_MAX 12u
#define PROBE_STEPS_MAX 6u
#define PROBE_REGISTER_ARGS 6u
#define PROBE_ARGS_MAX 12u /* the rest of them is read from the stack */

enum probe_type {
	PROBE_NONE,
	PROBE_OPEN,	   /* struct probe_open: a descriptor is there */
	PROBE_PATH,	   /* struct probe_path: how it was named; follows its PROBE_OPEN */
	PROBE_NAMES,	   /* struct probe_names: addresses of a socket */
	PROBE_CLOSE,	   /* struct probe_close: about to end; or a close of what is not open */
	PROBE_CLOSE_RANGE, /* struct probe_close_range */
	PROBE_UNDO,	   /* struct probe_undo: the thread's close before failed */
	PROBE_FAIL,	   /* struct probe_fail: refused for want of descriptors, or misused */
	PROBE_BITS_OPEN,   /* struct probe_bits: which descriptors are open */
	PROBE_FORK,	   /* struct probe_fork: a process or a thread was made */
	PROBE_EXEC,	   /* struct probe_exec: another image; head.image is the new one */
	PROBE_EXITING,	   /* struct probe_exiting: exit_group was called */
	PROBE_THREAD_END,  /* struct probe_thread_end */
	PROBE_END,	   /* struct probe_end: the last thread ends; after its PROBE_BITS_OPEN */
	PROBE_RENAME,	   /* struct probe_rename */
	PROBE_MAP,	   /* struct probe_map: a file was mapped to be executed */
	PROBE_ENTER,	   /* struct probe_function */
	PROBE_RETURN,	   /* struct probe_function */
	PROBE_ANNOTATION,  /* struct probe_annotation */
	PROBE_HELD, /* struct probe_open, at the end of who had an io_uring: open, and what */
	PROBE__COUNT
};

enum probe_stack_how {
	PROBE_STACK_NONE,
	PROBE_STACK_KNOWN,    /* stack_id, as a trail had it */
	PROBE_STACK_SNAPSHOT, /* struct probe_registers, then what lies from sp upward */
	PROBE_STACK_FRAMES,   /* addresses, innermost first: ip, then return addresses */
	PROBE_STACK_SKIPPED,  /* the ring is rather full: events go before stacks */
};

enum probe_flags {
	PROBE_HAS_TEXT = 1, /* struct probe_text stands at the record's end, before the stack */
	PROBE_LATE = 2,	    /* of a close: it was done, and found that the number was not open */
	PROBE_WITH_ALL =
		4, /* of a thread's end: its process ends, or another thread's exec took it */
	PROBE_PRELOADS =
		8, /* of an exec: the preloaded library was asked for, and will be heeded */
};

struct probe_head {
	uint64_t time_ns;
	uint32_t tgid;
	uint32_t tid;
	uint32_t image;
	uint32_t epoch; /* of its modules, see struct probe_traced */
	uint16_t type;	/* enum probe_type */
	uint8_t stack_how;
	uint8_t flags;
	uint32_t bytes; /* all of it */
	uint32_t stack_offset;
	uint32_t stack_bytes;
	uint64_t stack_id;
};

/* As DWARF numbers them: 7 is sp, 6 bp. */
struct probe_registers {
	uint64_t dwarf[16];
	uint64_t ip;
};

/* 0 bytes also if its page is not there yet: nothing of the program's touched it so far. */
struct probe_text {
	uint32_t bytes; /* without the terminator */
	char text[PROBE_TEXT_BYTES];
	uint32_t pad;
};

/* What a descriptor is. Family, type and protocol are a socket's. */
struct probe_file {
	uint32_t mode;	/* type and permissions, as stat has them; 0: it could not be looked at */
	uint32_t magic; /* of its file system */
	uint32_t rdev;	/* as the kernel has it: major << 20 | minor */
	uint32_t flags; /* of open */
	uint16_t family;
	uint16_t type;
	uint16_t protocol;
	uint16_t cloexec;
	uint64_t ino;
	uint64_t sock; /* tells sockets apart, also those of two processes; 0 none */
	char name[PROBE_NAME_BYTES];
};

struct probe_open {
	struct probe_head head;
	int32_t fd;
	int32_t from;  /* dup's original, accept's listener, or -1 */
	uint16_t nr;   /* system call */
	uint16_t call; /* enum track_call */
	uint32_t pad;
	struct probe_file file;
};

struct probe_path {
	struct probe_head head;
	int32_t fd;
	uint16_t nr;
	uint16_t call;
	struct probe_text text;
};

/* Raw struct sockaddr; 0 bytes: it has none. */
struct probe_names {
	struct probe_head head;
	int32_t fd;
	uint16_t nr; /* 0: its state changed */
	uint16_t call;
	uint32_t local_bytes;
	uint32_t remote_bytes;
	uint8_t local[PROBE_ADDRESS_BYTES];
	uint8_t remote[PROBE_ADDRESS_BYTES];
};

struct probe_close {
	struct probe_head head;
	int32_t fd;
	uint16_t nr;
	uint16_t call;
	uint32_t replaced; /* dup2's or dup3's target */
	int32_t error;	   /* of PROBE_LATE: errno */
	struct track_traffic traffic;
};

/* The traffic of those that it closes is still in its map. */
struct probe_close_range {
	struct probe_head head;
	uint32_t first;
	uint32_t last;
	uint16_t nr;
	uint16_t call;
	uint32_t pad;
};

struct probe_undo {
	struct probe_head head;
	int32_t fd; /* of a range its first */
	uint16_t nr;
	uint16_t call;
	int32_t error;
	uint32_t last; /* of a range; else the number itself */
};

struct probe_fail {
	struct probe_head head;
	int32_t fd; /* -1: none was named, it was refused */
	uint16_t nr;
	uint16_t call;
	int32_t error;
	uint32_t limit; /* of descriptors, then; UINT32_MAX: none */
};

enum probe_bits_why { PROBE_BITS_FORK, PROBE_BITS_EXEC, PROBE_BITS_END };

/* Chunks without a descriptor are left out; so a fork's, exec's or end's may be none at all. */
struct probe_bits {
	struct probe_head head;
	uint32_t why;
	uint32_t first;
	uint64_t open[PROBE_BITS / 64];
};

enum probe_fork_flags {
	PROBE_FORK_THREAD = 1,
	PROBE_FORK_SHARES_MEMORY = 2, /* vfork, or a clone of its own kind */
	PROBE_FORK_WAITS = 8,	      /* its parent stands still until its exec or end */
	PROBE_FORK_SHARES_FILES = 4,
};

/* head is the parent; of a process, its PROBE_BITS_OPEN come before, with the child as head. */
struct probe_fork {
	struct probe_head head;
	uint32_t child_tgid;
	uint32_t child_tid;
	uint32_t child_image;
	uint32_t flags;
	uint64_t thread_pointer; /* of the child: glibc's and musl's pthread_t */
	uint64_t start_ns;	 /* since boot; /proc tells it in ticks */
	int32_t own_pid;	 /* as the child itself knows it */
	uint32_t pad;
	char name[16];
};

struct probe_exec {
	struct probe_head head;
	uint32_t old_image; /* 0: it was not followed before */
	uint32_t old_tid;
	uint64_t old_lost; /* events of the old image that the ring had no room for */
	uint64_t start_code;
	uint64_t base; /* AT_BASE, AT_PHDR, AT_ENTRY; 0: none */
	uint64_t phdr;
	uint64_t entry;
	uint64_t ino;
	uint32_t dev;
	int32_t own_pid;
	uint64_t start_ns;
	uint32_t parent;	/* process */
	uint32_t old_compat;	/* of the old image, as probe_traced has it */
	struct probe_text path; /* as exec was given it */
};

struct probe_exiting {
	struct probe_head head;
	int32_t status;
	uint32_t pad;
};

struct probe_thread_end {
	struct probe_head head;
	uint64_t thread_pointer;
};

struct probe_end {
	struct probe_head head;
	int32_t status;	      /* as wait has it: code << 8 | signal */
	uint32_t compat;      /* as probe_traced has it */
	uint64_t lost;	      /* events of this image that the ring had no room for */
	uint64_t lost_of_all; /* and of all */
	uint64_t thread_pointer;
};

struct probe_rename {
	struct probe_head head; /* tid is the thread that is renamed */
	uint64_t thread_pointer;
	char name[16];
};

/* path: names from the file to the root, each ended by '/', of its mounts together. */
struct probe_map {
	struct probe_head head;
	uint64_t address;
	uint64_t bytes;
	uint64_t offset;
	uint64_t ino;
	uint32_t dev;
	uint32_t pad;
	struct probe_text path;
};

/* One value per term of the row. Of a return, those of the entry too. */
struct probe_function {
	struct probe_head head;
	uint32_t row;
	uint32_t failed;   /* a bit per term that could not be read, or not yet */
	uint64_t sp;	   /* at the function's entry: where its return address is */
	uint64_t caller;   /* return address */
	uint64_t entry_ns; /* when it was entered */
	uint64_t values[PROBE_TERMS_MAX];
};

/* With PROBE_HAS_TEXT, what its row names. */
struct probe_function_text {
	struct probe_function function;
	struct probe_text text;
};

/* As track_emit of track.h has them; text is an address. */
struct probe_annotation {
	struct probe_head head;
	uint64_t what;
	uint64_t subject;
	uint64_t arg;
	uint64_t other;
	uint64_t text;
};

/* With PROBE_HAS_TEXT: of a literal that is new to the image, or of a name. */
struct probe_annotation_text {
	struct probe_annotation annotation;
	struct probe_text text;
};

/* Map `traced`, by tgid. */
enum probe_traced_flags {
	PROBE_WALK_FRAMES = 1, /* its code keeps frame pointers, and the kernel walks them */
	PROBE_WALK_NONE = 2,
	PROBE_TRACED_MISUSES = 4, /* the kernel's own: some misuse was told */
	PROBE_TRACED_RINGS = 8,	  /* too: it made an io_uring, which opens and closes unseen */
};

/*
 * The epoch is of where its modules lie: another one at each exec and each map, inherited by forks,
 * used for nothing else ever. In one epoch the same trail is the same stack.
 */
struct probe_traced {
	uint32_t image;
	uint32_t epoch;
	uint32_t flags;
	uint32_t compat; /* 32-bit system calls of its image that were left out */
	uint64_t lost;
};

/* Context of the program change_traced. */
enum probe_change_what { PROBE_CHANGE_WALK, PROBE_CHANGE_EPOCH };

struct probe_change {
	uint32_t tgid;
	uint32_t image; /* that is meant */
	uint32_t what;
	uint32_t walk; /* PROBE_WALK_FRAMES, PROBE_WALK_NONE or 0 */
};

/* Map `trails`. A stack is the same where all words that its unwinding read are. */
struct probe_trail_key {
	uint64_t epoch;
	uint64_t ip;
	uint64_t sp;
	uint64_t bp; /* or PROBE_ANY_BP, where the unwinding did not ask for it */
};

#define PROBE_ANY_BP (~0ull)

struct probe_trail {
	uint64_t stack_id; /* not 0 */
	uint32_t count;
	uint32_t span; /* bytes from sp that hold all words */
	uint64_t takes_bp;
	uint64_t values[PROBE_TRAIL_WORDS];
	uint16_t offsets[PROBE_TRAIL_WORDS]; /* from sp */
};

/* Map `rows`, by the cookie of the probe. */
enum probe_root { PROBE_ROOT_ARG, PROBE_ROOT_RETURN };
enum probe_term_flags {
	PROBE_TERM_INT = 1,	  /* a signed 32-bit number */
	PROBE_TERM_AT_RETURN = 2, /* read there, from the arguments of the entry */
};

struct probe_term {
	uint8_t root;	/* enum probe_root */
	uint8_t number; /* of the argument, from 0 */
	uint8_t flags;
	uint8_t step_count;
	int32_t steps[PROBE_STEPS_MAX]; /* each: the 8 bytes at that offset behind what there is */
};

enum probe_row_flags {
	PROBE_ROW_TELL_ENTRY = 1,
	PROBE_ROW_TELL_RETURN = 2, /* the entry is kept until then */
	PROBE_ROW_STACK_ENTRY = 4,
	PROBE_ROW_STACK_RETURN = 8,
	PROBE_ROW_TEXT_ENTRY = 16, /* the string that term `text` points to */
	PROBE_ROW_TEXT_RETURN = 32,
};

struct probe_row {
	uint32_t flags;
	uint8_t term_count;
	uint8_t arg_count; /* as many are kept */
	uint8_t text;	   /* index of a term */
	uint8_t pad;
	struct probe_term terms[PROBE_TERMS_MAX];
};

/* Map `traffic`: struct track_traffic of what is open. */
struct probe_traffic_key {
	uint32_t image;
	uint32_t fd;
};

_Static_assert(sizeof(struct probe_head) == 48, "no holes");
_Static_assert(sizeof(struct probe_file) == 72, "no holes");
_Static_assert(sizeof(struct probe_row) % 8 == 0, "no holes");
_Static_assert(sizeof(struct probe_trail) % 8 == 0, "no holes");

#endif
