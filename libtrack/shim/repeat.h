/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of callbacks that are called again and again, with each message say. Such a call says
 * something if it may have come too late. So it is not recorded as long as the callback was armed
 * for many calls and is still what it was when this thread last recorded a call of it, and no scope
 * has ended since. How many were left out, a later record says.
 *
 * What a thread does inside of a call is to be told from what it does outside: the first record
 * that it writes in there has the call recorded before it (writer.c).
 */
#ifndef SHIM_REPEAT_H
#define SHIM_REPEAT_H

#include "shim.h"

#define REPEATS 16 /* callbacks that a thread remembers; a power of two */

struct repeats {
	uint64_t begun; /* callback whose call goes on, unrecorded; 0: none */
	struct repeat {
		uint64_t callback;
		uint64_t arming; /* see repeat.c, as is turn: when a call was recorded */
		uint64_t turn;
		uint64_t left_out; /* calls since */
	} of[REPEATS];
};

/* The thread calls a callback. true: there is nothing to be recorded. */
bool repeat_enter(struct repeats *repeats, uint64_t callback);
/* It comes back. The same; if not, *ret_left_out: calls that were not recorded so far. */
bool repeat_leave(struct repeats *repeats, uint64_t callback, uint64_t *ret_left_out);
/* The call that goes on is to be recorded after all. 0: there is none. */
uint64_t repeat_reveal(struct repeats *repeats);

/* Before each of these is recorded. once: it is armed for one call, and so all are recorded. */
void repeat_armed(uint64_t callback, bool once);
void repeat_owned(uint64_t callback);
void repeat_disarmed(uint64_t callback); /* given up or taken back */
void repeat_scope_ends(void);

#endif
