/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls through trampolines that a thread is inside of. One that was left by longjmp never says
 * so: it is over once the thread is at a frame above it. What is on another stack than the thread's
 * own (a handler's, a coroutine's) is not compared.
 */
#ifndef SHIM_OPEN_CALL_H
#define SHIM_OPEN_CALL_H

#include "shim.h"
#include <track/pack.h>

struct open_call {
	uintptr_t frame; /* 0: nothing */
	const struct track_pack_callback *how;
	void *target;
	void *companion;
	uint64_t args[6];
	uint64_t kept[TRACK_PACK_KEPT];
};

/* The thread is at this frame: those that must be over by now are told to be. */
void open_call_settle(uintptr_t frame);
/* It begins. false: there is no room to remember it. */
bool open_call_push(const struct open_call *call);
/* It returns. false: it was told to be over before. */
bool open_call_pop(uintptr_t frame);
/* The innermost one is unwound by an exception. */
void open_call_abandon(void);

#endif
