/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stacks that a thread takes again and again, known again without unwinding.
 *
 * A trail is what an unwinder went by: all return addresses of one stack and, of frames that are
 * found by their frame pointer, that one's. It says where they lie, and has a sum of them. Two
 * annotations that come from the same instruction with the same stack pointer, and find all of
 * these words as they were, have the same stack: by them each frame leads to the next one. Stacks
 * that need more than that to be unwound (those of signal handlers, say) have no trail.
 */
#ifndef SHIM_TRAIL_H
#define SHIM_TRAIL_H

#include "shim.h"

#define TRAILS 128	  /* of a thread; a power of two */
#define TRAIL_WORDS 88	  /* a trail is four cache lines */
#define TRAIL_THREADS 256 /* at most, at once; others unwind */

/* The frame that it begins with, where its callee returns to. */
struct trail_start {
	uint64_t ip;
	uint64_t sp; /* 0: there is no trail */
	uint64_t bp;
};

struct trail {
	struct trail_start start;
	uint64_t stack;	  /* its hash */
	uint64_t sum;	  /* of the words */
	uint32_t version; /* of the module map */
	uint16_t words;
	uint8_t seen;		      /* how often the candidate was, one time after the other */
	bool by_bp;		      /* a frame goes by the frame pointer that start has */
	uint64_t candidate;	      /* the latest stack that was unwound */
	uint64_t refused;	      /* the latest that has no trail */
	uint32_t uses;		      /* times it was found */
	uint32_t patience;	      /* that many times twice as often before another is walked */
	uint16_t places[TRAIL_WORDS]; /* in words above sp */
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct trail) == 256, "four cache lines");

struct trails {
	uint64_t reading_at; /* stack pointer where one is looked for: a handler must leave it; 0 */
	struct trail of[TRAILS];
} __attribute__((aligned(4096))); /* pages of its own */

/* Reserve room. Only what threads open is readable: mlockall of the host fills no more. */
void trails_init(void);
/* In a forked child: nobody has any. */
void trails_reset(void);
/*
 * Of the calling thread, by the index of its writer, empty. NULL: none, there are too many threads.
 * It makes a system call; no handler may ask meanwhile.
 */
struct trails *trails_open(uint32_t index);

/* Find the cursors of the library that unwinds. */
void trail_load(void *library);

/*
 * All return addresses from the caller on, the slow way: without the cache that the library maps
 * for each thread. Inside of it as stack.c is. How many; 0: it cannot be done.
 */
size_t trail_unwind(uint64_t *addresses, size_t limit);

/* The hash of the stack from start on; 0: it is to be unwound. */
uint64_t trail_find(struct trails *trails, const struct trail_start *start, uint32_t version);

/*
 * It was unwound. The place for its trail, if that is worth the cost by now, or NULL. No handler
 * may ask between this and the end of the walk.
 */
struct trail *trail_wanted(struct trails *trails, const struct trail_start *start, uint64_t stack);

/*
 * Unwind once more, slowly, and write down by what. Inside of the library as stack.c is. false: it
 * has no trail: one that leaves the thread's own stack, below top, has none. *ret_count: addresses,
 * those of start left out.
 */
bool trail_walk(struct trail *trail, const struct trail_start *start, uint64_t top, size_t limit,
		uint64_t *addresses, size_t *ret_count);

/* The walk led to this stack: from here on it is found. */
void trail_keep(struct trail *trail, const struct trail_start *start, uint64_t stack,
		uint32_t version);

#endif
