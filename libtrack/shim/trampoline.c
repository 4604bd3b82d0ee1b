/* SPDX-License-Identifier: Apache-2.0 */
#include "trampoline.h"
#include "open_call.h"
#include "spool.h"

#include <errno.h>

#define STACK_BYTES_MAX 4096u
#define CLEANUP_PHASE 2 /* of an unwinder, by the ABI's words: _UA_CLEANUP_PHASE */
#define CONTINUE_UNWIND 8

/* A slot is filled before a place of the table names it, and stays as it is. */
static struct slot {
	const struct track_pack_callback *how;
	void *target;
	void *companion;
} slots[TRAMPOLINES];

static uint32_t slots_taken;
static uint32_t places[2 * TRAMPOLINES]; /* a slot's number + 1, by a hash; 0: free */

static void *function_of(uint32_t number)
{
	return (void *)(uintptr_t)(trampoline_stubs + (size_t)number * TRAMPOLINE_STUB_BYTES);
}

static bool is_trampoline(const void *function)
{
	return (uintptr_t)function - (uintptr_t)trampoline_stubs <
	       (size_t)TRAMPOLINES * TRAMPOLINE_STUB_BYTES;
}

static uint64_t hash(const struct slot *slot)
{
	uint64_t mixed = (uintptr_t)slot->target * 0x9e3779b97f4a7c15u;
	mixed = (mixed ^ (uintptr_t)slot->how) * 0xff51afd7ed558ccdu;
	mixed = (mixed ^ mixed >> 32 ^ (uintptr_t)slot->companion) * 0x9e3779b97f4a7c15u;
	return mixed >> 32;
}

static bool is_same(const struct slot *a, const struct slot *b)
{
	return a->how == b->how && a->target == b->target && a->companion == b->companion;
}

/* Of two threads that want the same, one wins, and the other's slot is lost. */
static uint32_t take_slot(const struct slot *wanted)
{
	uint32_t number = __atomic_load_n(&slots_taken, __ATOMIC_RELAXED);
	while (number < TRAMPOLINES &&
	       !__atomic_compare_exchange_n(&slots_taken, &number, number + 1, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	if (number < TRAMPOLINES)
		slots[number] = *wanted;
	return number;
}

/* TRAMPOLINES: there is none left. */
static uint32_t find_slot(const struct slot *wanted)
{
	uint32_t taken = TRAMPOLINES;
	for (uint64_t at = hash(wanted);; at++) {
		uint32_t *place = &places[at % (2 * TRAMPOLINES)];
		uint32_t there = __atomic_load_n(place, __ATOMIC_ACQUIRE);
		if (!there && taken == TRAMPOLINES) {
			taken = take_slot(wanted);
			if (taken == TRAMPOLINES)
				return taken;
		}
		if (!there && __atomic_compare_exchange_n(place, &there, taken + 1, false,
							  __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
			return taken;
		if (is_same(&slots[there - 1], wanted))
			return there - 1;
	}
}

SHIM_EXPORT void *track_shim_pack_callback(const struct track_pack_callback *how, void *target,
					   void *companion)
{
	if ((!target && !how->always) || is_trampoline(target))
		return target;
	const struct slot wanted = {.how = how, .target = target, .companion = companion};
	uint32_t number = find_slot(&wanted);
	if (likely(number < TRAMPOLINES))
		return function_of(number);
	spool_note(TRACK_NOTE_PACK_CALLBACKS, 1);
	return target;
}

static long nothing(void)
{
	return 0;
}

uint64_t trampoline_enter(struct trampoline_frame *frame)
{
	int saved = errno;
	const struct slot *slot = &slots[frame->number];
	struct open_call open = {.frame = (uintptr_t)frame,
				 .how = slot->how,
				 .target = slot->target,
				 .companion = slot->companion};
	open_call_settle(open.frame);
	__builtin_memcpy(open.args, frame->args, sizeof(open.args));
	if (slot->how->enter)
		slot->how->enter(&(struct track_pack_call){.target = slot->target,
							   .companion = slot->companion,
							   .args = open.args,
							   .kept = open.kept});
	frame->is_open = open_call_push(&open);
	__builtin_memcpy(frame->kept, open.kept, sizeof(open.kept));
	frame->target = slot->target ? slot->target : (void *)(uintptr_t)nothing;
	errno = saved;
	uint32_t bytes = slot->how->stack_bytes;
	return bytes < STACK_BYTES_MAX ? (bytes + 15u) & ~15u : STACK_BYTES_MAX;
}

void trampoline_leave(struct trampoline_frame *frame)
{
	int saved = errno;
	const struct slot *slot = &slots[frame->number];
	bool told = frame->is_open && !open_call_pop((uintptr_t)frame);
	if (slot->how->leave && !told)
		slot->how->leave(&(struct track_pack_call){.target = slot->target,
							   .companion = slot->companion,
							   .args = frame->args,
							   .returned = frame->returned[0],
							   .kept = frame->kept});
	errno = saved;
}

/* Its frame is the innermost one that is left. */
int trampoline_personality(int version, int actions, uint64_t exception_class, void *exception,
			   void *context)
{
	(void)version, (void)exception_class, (void)exception, (void)context;
	if (actions & CLEANUP_PHASE)
		open_call_abandon();
	return CONTINUE_UNWIND;
}
