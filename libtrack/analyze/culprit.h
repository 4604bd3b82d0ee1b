/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The function to look at first, for a stack: its first frame that is neither C
 * library nor language runtime (runtime.def), nor plumbing by the program's own word; the best
 * that there is (tier.h). And what makes the stack equal to itself in another run: its first
 * frames of that tier, by module, or a script's file, and function.
 */
#ifndef ANALYZE_CULPRIT_H
#define ANALYZE_CULPRIT_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stdint.h>
#include <store/trace.h>

struct culprit {
	char *function; /* NULL unknown, as all texts */
	char *file;
	char *module; /* path */
	int line;     /* 0 unknown */
	uint64_t frames_hash;
	bool lifelong;	 /* born inside a function whose things last as long as the process */
	bool in_library; /* by itself: no frame of the project asked for it */
	bool placeless;	 /* nothing but runtimes: other places may have the same frames_hash */
};

/* One answer per stack, kept until culprits_finish. */
struct culprits {
	struct trace_query *frames;
	struct u64map by_stack;	     /* stack row -> struct culprit * */
	struct u64map callers;	     /* the same, of callers */
	struct u64map waiting;	     /* the same, of who waits */
	struct trace_query *scripts; /* whether a stack has frames of scripts; NULL: none has */
	bool with_plumbing;	     /* for now: it may be to blame */
	bool in_script;		     /* the stack at hand has such frames */
	struct u64map tiers;	     /* hash of a module's path -> tier */
	/* Lists that end with NULL, or NULL. */
	char **plumbing; /* source files whose callers are to blame, as the programs say */
	char **packed;	 /* patterns of libraries that packs tell of */
	char **programs; /* what processes ran: no libraries, whatever packs tell of */
	char **lifelong; /* patterns in threes, as packs say: library, function, caller */
	size_t lifelong_count;
	bool *inner_fits; /* the frame before was of such a library and function */
};

int culprits_init(struct culprits *culprits, struct trace *trace);
void culprits_finish(struct culprits *culprits);
/* Who called the function that tells it: the source file of the culprit itself is stepped over. */
int culprits_get_caller(struct culprits *culprits, int64_t stack_id,
			const struct culprit **ret_culprit);
/* stack_id 0: a culprit of which nothing is known. */
int culprits_get(struct culprits *culprits, int64_t stack_id, const struct culprit **ret_culprit);

/* Where a thread hangs: what waits is to be looked at, plumbing or not. */
int culprits_get_waiting(struct culprits *culprits, int64_t stack_id,
			 const struct culprit **ret_culprit);

/* Whether it is a shell's own code, of which nothing is reported. */
bool culprit_is_shell(const struct culprit *culprit);

#endif
