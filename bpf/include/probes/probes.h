/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second capture engine: programs in the kernel see what processes do, and this writes the same
 * spools as the preloaded library, one per process image, into the run's folder. It needs
 * privilege. One thread of the caller does all of it.
 */
#ifndef PROBES_PROBES_H
#define PROBES_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBES_RING_BYTES_DEFAULT (64ull << 20)
#define PROBES_SNAPSHOT_BYTES_DEFAULT 16384u

struct pack;
struct probes;

struct probes_options {
	const char *folder;  /* of the run: spools, budget */
	uint64_t cap_bytes;  /* of one spool's segments, as TRACK_ENV_CAP */
	uint64_t ring_bytes; /* 0: the default */
	uint32_t stack_depth;
	uint32_t snapshot_bytes; /* 0: the default */
	const struct pack *const *packs;
	size_t pack_count;
	const char *cgroup; /* all processes of this folder of cgroup v2 too; NULL: none */
	bool look_only;	    /* nobody is followed: probes_attach and probes_look are all there is */
	bool beside_shim;   /* only what the preloaded library cannot see, into its spools */
};

/* 0, or -errno: then probes_error(NULL) has a sentence that says what lacks and how to get it. */
int probes_create(const struct probes_options *options, struct probes **ret_probes);

/* Attach to functions of files before the program starts. Libraries: what it is loaded with. */
int probes_expect(struct probes *probes, const char *program, const char *const *libraries,
		  size_t library_count);

/* A child that is held before its exec. */
int probes_follow(struct probes *probes, int32_t pid);

/* One that runs: what it has is taken from /proc. */
int probes_attach(struct probes *probes, int32_t pid);

/* A function of a pack, and what became of it. */
struct probes_function {
	const struct pack *pack;
	const char *name; /* its symbol or pattern */
	bool is_there;	  /* a file that was met has it */
	bool is_probed;	  /* nothing of it was in the way of probes */
};

/* Of all packs, up to max; returns how many. They live as long as the packs. */
size_t probes_functions(const struct probes *probes, struct probes_function *functions, size_t max);

/* Files in which patterns were looked for, and that are stripped of names: as above. */
size_t probes_nameless(const struct probes *probes, const char **files, size_t max);

/* Write what happened since. 0 or -errno. */
int probes_poll(struct probes *probes);

/*
 * Where the threads of those that are followed stand now, and who holds what they wait for, goes
 * into their spools (struct track_standing); probes_finish does it too. None of them is stopped.
 * Images that the preloaded library records tell that themselves. -errno: the kernel does not tell.
 */
int probes_look(struct probes *probes);

/* To be waited for with poll; an urgent event makes it readable. */
int probes_fd(const struct probes *probes);

/* Followed processes that live. */
size_t probes_alive(const struct probes *probes);

/* Detach everything, and write the rest. */
int probes_finish(struct probes *probes);

/* NULL is taken. Nothing of it is left in the kernel. */
void probes_destroy(struct probes *probes);

/* Of the last call that failed; of probes_create with NULL. Never NULL. */
const char *probes_error(const struct probes *probes);

/* What the engine needs of this machine, one line each. */
struct probes_check {
	const char *what;
	bool ok;
	char text[256]; /* what is there; or what lacks, and how to get it */
};

/* Fills up to max; returns how many there are. */
size_t probes_checks(struct probes_check *checks, size_t max);

#endif
