/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions that libraries are given in place of the callbacks of a program (track/pack.h).
 * There is one for each target, way of telling and companion, never used for another: a library
 * may have it for ever, and programs compare what they registered.
 */
#ifndef SHIM_TRAMPOLINE_H
#define SHIM_TRAMPOLINE_H

#define TRAMPOLINES 1024 /* a power of two */
#define TRAMPOLINE_STUB_BYTES 16
#define TRAMPOLINE_FRAME_BYTES 304

#ifndef __ASSEMBLER__
#include "shim.h"
#include <track/pack.h>

/* As trampoline.S lays it out on the stack. */
struct trampoline_frame {
	uint64_t args[6];
	uint64_t vectors[8][2];
	uint64_t variadic; /* al: how many vector registers a variadic function looks at */
	uint64_t chain;	   /* r10: of a nested function */
	uint32_t number;   /* of the slot */
	uint32_t is_open;  /* remembered in open.h */
	void *target;
	uint64_t returned[2];
	uint64_t returned_vectors[2][2];
	uint64_t kept[TRACK_PACK_KEPT];
	uint64_t pad[2];
};

_Static_assert(sizeof(struct trampoline_frame) == TRAMPOLINE_FRAME_BYTES, "trampoline.S");
_Static_assert(offsetof(struct trampoline_frame, variadic) == 176, "trampoline.S");
_Static_assert(offsetof(struct trampoline_frame, number) == 192, "trampoline.S");
_Static_assert(offsetof(struct trampoline_frame, target) == 200, "trampoline.S");
_Static_assert(offsetof(struct trampoline_frame, returned) == 208, "trampoline.S");
_Static_assert(offsetof(struct trampoline_frame, returned_vectors) == 224, "trampoline.S");

extern const char trampoline_stubs[] SHIM_HIDDEN;

/* Called by trampoline.S. enter: bytes of arguments to copy from the stack. */
uint64_t trampoline_enter(struct trampoline_frame *frame) SHIM_HIDDEN;
void trampoline_leave(struct trampoline_frame *frame) SHIM_HIDDEN;

/* An exception, or the end of the thread, goes through a trampoline. */
int trampoline_personality(int version, int actions, uint64_t exception_class, void *exception,
			   void *context) SHIM_HIDDEN;
#endif

#endif
