/* SPDX-License-Identifier: Apache-2.0 */
/* How a lifetime bug shows without any tool: what the process has more of than before. */
#ifndef EFFECT_H
#define EFFECT_H

#include <stdbool.h>

/* EFFECT(ID, text): what is counted. */
/* clang-format off */
#define EFFECTS(EFFECT) \
	EFFECT(FDS, "open descriptors")                /* by the kernel's account */ \
	EFFECT(THREADS, "threads")                     /* likewise */ \
	EFFECT(TASKS, "pending tasks")                 /* by the stack's, as all but the last */ \
	EFFECT(TIMERS, "armed timers") \
	EFFECT(CALLBACKS, "unfired one-shot callbacks") \
	EFFECT(OBJECTS, "objects alive") \
	EFFECT(LATE, "uses of what is gone") \
	EFFECT(MISSED, "callbacks that the program waited for in vain") /* effect_count_missed */
/* clang-format on */

enum effect_kind {
#define EFFECT(id, text) EFFECT_##id,
	EFFECTS(EFFECT)
#undef EFFECT
	/* Not counted: */
	EFFECT_COUNTED,
	EFFECT_HANG = EFFECT_COUNTED, /* the program does not go on, and waits for a signal */
	EFFECT_CRASH,		      /* it dies by SIGSEGV */
	EFFECT_NOTHING,
};

struct effect {
	enum effect_kind kind;
	enum { EFFECT_PER_SESSION, EFFECT_PER_RUN, EFFECT_AT_LEAST } per;
	unsigned long amount;
};

enum { EFFECT_TEXT_SIZE = 96 };
/* "2 open descriptors a session" */
void effect_describe(const struct effect *effect, char ret_text[EFFECT_TEXT_SIZE]);

/* What there is of each, now. */
struct account {
	unsigned long values[EFFECT_COUNTED];
};
void account_take(struct account *ret_account);

/* Between the two accounts the effect showed, and after so many sessions in the amount that it
 * says. Prints what it judges by. */
bool effect_shows(const struct effect *effect, const struct account *before,
		  const struct account *after, unsigned long sessions);
/* Everything is as it was. Prints what is not. */
bool effect_is_absent(const struct account *before, const struct account *after);

/* A callback that should have come did not, or one came that should not: any thread. */
void effect_count_missed(void);

#endif
