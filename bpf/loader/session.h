/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images that are recorded, and the way of an event to the one that it is about. It knows the
 * kernel's side and the probed functions by what it is given, so that tests can stand in for both.
 */
#ifndef LOADER_SESSION_H
#define LOADER_SESSION_H

#include "module_file.h"
#include "spool_run.h"
#include "traced.h"

struct probe_stand;
struct unwinder;

/* What it asks of the kernel's side; context is handed back. Any of them may be NULL. */
struct session_kernel {
	void *context;
	int (*trace)(void *context, uint32_t tgid, uint32_t *ret_image);
	int (*untrace)(void *context, uint32_t tgid);
	int (*traced)(void *context, uint32_t tgid, struct probe_traced *ret_traced);
	int (*walk)(void *context, uint32_t tgid, uint32_t image, uint32_t walk);
	int (*forget_trails)(void *context, uint32_t tgid, uint32_t image);
	int (*put_trail)(void *context, const struct probe_head *event,
			 const struct probe_trail *trail);
	int (*take_traffic)(void *context, uint32_t image, uint32_t fd,
			    struct track_traffic *ret_traffic);
};

/* And of who looks where threads stand, which needs nobody to be followed. NULL: nobody. */
struct session_stands {
	void *context;
	int (*look)(void *context, uint32_t tgid, struct probe_stand **ret_stands,
		    size_t *ret_count);
};

/* And of functions.c. */
struct session_functions {
	void *context;
	/* Code of this file is in a process, or (NULL) will be. path can be opened now. */
	int (*binary)(void *context, struct traced *traced, const char *path, dev_t device,
		      ino_t inode);
	/* PROBE_ENTER, PROBE_RETURN, PROBE_ANNOTATION. */
	int (*event)(void *context, struct traced *traced, const struct probe_head *event);
	void (*forked)(void *context, const struct traced *parent, struct traced *child);
	/* While its process goes on. */
	void (*thread_ended)(void *context, struct traced *traced, uint32_t tid, uint64_t time_ns);
	/* It goes, and what is kept in its `told`. */
	void (*forget)(void *context, struct traced *traced);
};

struct session_options {
	const char *folder;
	uint64_t cap_bytes;
	uint32_t stack_depth; /* 0: no stacks */
	bool beside_shim;
	struct unwinder *unwinder; /* the caller's; NULL: stacks only as the kernel has them */
	struct session_kernel kernel;
	struct session_stands stands;
	struct session_functions functions;
};

struct session {
	struct session_options options; /* but for folder */
	struct spool_run run;
	struct module_files files;
	struct u64map images;  /* image -> struct traced, owned */
	struct u64map by_tgid; /* -> the same: the last image of each */
	struct u64map bits;    /* image -> struct session_bits, owned: until it is known why */
	struct u64map libcs;   /* struct module_file -> struct libc_calls, owned */
	struct u64map stacks;  /* hash -> struct session_stack, owned: those that trails lead to */
	struct traced *dirty;
	size_t alive;
	uint64_t lost_known; /* events, of all */
	uint64_t lost;	     /* as far as they are noted of somebody */
	bool looks_again;
	uint64_t settled_ns;
};

int session_create(const struct session_options *options, struct session **ret_session);
/* Those that still run are left as they are. */
void session_destroy(struct session *session);

/* An event of the ring. 0, -ENOMEM. What makes no sense is left out. */
int session_event(struct session *session, const struct probe_head *event);
/* Nothing older than that comes any more: tell the spools. */
void session_settle(struct session *session, uint64_t settled_ns);
/* The recording is over, and they go on: what is known of them goes out. */
void session_leave(struct session *session, uint64_t time_ns);

/* The process is held before its exec, which is the first that is recorded. */
int session_follow(struct session *session, uint32_t tgid);
/* It runs. -ESRCH: not any more. */
int session_attach(struct session *session, uint32_t tgid);

/* Where the threads of all images stand now goes into their spools. -errno of the first that
 * failed. */
int session_look(struct session *session);

/*
 * The kernel lost so many events so far, and its tables so many more than before: whose they were
 * is asked. To be called again after the next events if looks_again is set: who ended, and whose
 * end was lost, is known only then. -ENOMEM.
 */
int session_count_lost(struct session *session, uint64_t lost, uint64_t tables);

/* What is not noted of anybody yet is noted of one that is there. */
void session_count_rest(struct session *session);

/* For image_events.c. */
int session_add(struct session *session, struct traced *traced);
void session_remove(struct session *session, struct traced *traced);
struct session_bits {
	size_t count;
	struct {
		uint32_t first;
		uint64_t open[PROBE_BITS / 64];
	} at[];
};
/* What a trail that the kernel follows leads to, in whatever image of those addresses. */
struct session_stack {
	size_t count;
	uint64_t addresses[];
};
/* There are too many: they are told anew as they come again. */
void session_forget_stacks(struct session *session);
/* The caller frees it; NULL: no number is open. */
struct session_bits *session_take_bits(struct session *session, uint32_t image);

/* The last image of a process; NULL: it is not recorded. */
struct traced *session_find(const struct session *session, uint32_t tgid);

#endif
