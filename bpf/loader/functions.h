/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that are probed: those of the packs, the annotations of track.h, and what libc has to
 * begin and to join threads. Files are attached to once, whatever process runs them.
 */
#ifndef PROBES_FUNCTIONS_H
#define PROBES_FUNCTIONS_H

#include <pack/pack.h>
#include <probes/probes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <track/wire.h>

#include "probe_event.h"

struct engine;
struct functions;
struct traced;
struct unwinder;

struct functions_options {
	const struct pack *const *packs; /* the caller's, who keeps them */
	size_t pack_count;
	bool threads;		   /* also what makes threads, and waits for them */
	bool patterns_only;	   /* no more than wrappers cannot be made of */
	struct unwinder *unwinder; /* the caller's; NULL is taken */
};

int functions_create(struct engine *engine, const struct functions_options *options,
		     struct functions **ret_functions);

/* All links go. NULL is taken. */
void functions_destroy(struct functions *functions);

/*
 * A file that a process has mapped to run its code, or will: attached to when it is met first.
 * path can be opened now. traced: NULL before the program starts; else it ran already, which is
 * noted of it if anything was attached to only now. What cannot be attached to is left out and
 * counted. 0 or -ENOMEM.
 */
int functions_binary(struct functions *functions, struct traced *traced, const char *path,
		     dev_t device, ino_t inode);

/* What became of the packs' functions: see probes_functions and probes_nameless. */
size_t functions_list(const struct functions *functions, struct probes_function *list, size_t max);
size_t functions_nameless(const struct functions *functions, const char **names, size_t max);

/* PROBE_ENTER, PROBE_RETURN and PROBE_ANNOTATION. */
int functions_event(struct functions *functions, struct traced *traced,
		    const struct probe_head *event);

/* A child process begins as its parent is; an image goes, and what is kept in its `told`. */
void functions_forked(struct functions *functions, const struct traced *parent,
		      struct traced *child);
void functions_forget(struct functions *functions, struct traced *traced);

/* A thread is gone, while its process goes on: what it waited for it did not get. */
void functions_thread_ended(struct functions *functions, struct traced *traced, uint32_t tid,
			    uint64_t time_ns);

#endif
