/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A soak: sessions one after the other, and what is alive after each. Which marks tell of sessions,
 * and what the trace says of it. Functions return 0, -ENOMEM, or what the store says.
 */
#ifndef ANALYZE_SOAK_H
#define ANALYZE_SOAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

/* Fewer prove no trend. */
enum { SOAK_SESSIONS_LEAST = 6, SOAK_SESSIONS_DEFAULT = 20 };
#define SOAK_EACH_TIMEOUT_NS 60000000000ull

/* What ends a session. */
enum soak_by {
	SOAK_BY_MARKS,	     /* the program's own marks */
	SOAK_BY_CLOSES,	     /* the close of a scope */
	SOAK_BY_REPETITIONS, /* a command that was run beside the program */
	SOAK_BY__COUNT
};

/* The mark that is set after a session; not of the program's own. */
enum { SOAK_MARK_BYTES = 48 };
void soak_mark_text(enum soak_by by, uint64_t number, char *ret_text);

/* The trace is one of a soak of so many sessions. what: "closes of Call", for people. */
int soak_begin(struct trace *trace, enum soak_by by, uint64_t sessions, const char *what);
/* Why it came to no end: a sentence. There is no verdict then. */
int soak_stop(struct trace *trace, const char *why);

/* Whether it is one. */
bool soak_is(struct trace *trace, enum soak_by *ret_by);

#endif
