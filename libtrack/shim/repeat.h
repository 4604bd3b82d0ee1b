/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of callbacks that are called again and again, with each message say. Such a call says
 * something if it may have come too late. So it is not recorded as long as the callback was armed
 * for many calls, and neither it nor what it may belong to changed since this thread recorded its
 * first calls. How many were left out, the thread's next record of a call says: they are what the
 * one recorded before them is.
 *
 * What a thread does inside of a call is to be told from what it does outside: the first record
 * that it writes in there says before it that the thread is inside (writer.c).
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
		uint32_t recorded; /* calls, of the first ones */
		uint32_t left_out; /* calls since */
	} of[REPEATS];
};

/*
 * The thread calls a callback. true: there is nothing to be recorded. If not, *ret_before: what was
 * remembered in its place, of it or of another one, whose left_out are to be told now.
 */
bool repeat_enter(struct repeats *repeats, uint64_t callback, struct repeat *ret_before);
/* It comes back. The same. */
bool repeat_leave(struct repeats *repeats, uint64_t callback);
/* Something is recorded inside of the call that goes on. 0: there is none. */
uint64_t repeat_reveal(struct repeats *repeats);

/* Before it is recorded that it is armed, given up or taken back: all calls are recorded now. */
void repeat_forget(uint64_t callback);
/* The thread ends: one after the other whose left_out are to be told. false: there is none. */
bool repeat_take(struct repeats *repeats, struct repeat *ret_repeat);

/* Before it is recorded that it comes to own something. */
void repeat_owner(uint64_t subject);
/*
 * After the record of what may make a call late, since a call that comes in between is remembered
 * with what was before: armed for many calls; owned; anything about who owns, scopes above all.
 */
void repeat_expect(uint64_t callback);
void repeat_owned(uint64_t callback);
void repeat_turn(uint64_t subject);

#endif
