/* SPDX-License-Identifier: Apache-2.0 */
/* In place of libtrack.so: says on stdout what it is told, and calls callbacks in C. */
#include "library.h"

#include <stdio.h>
#include <track/pack.h>

#define SLOTS 6
#define IDS 32

static const char *const ops[] = {
#define TRACK_OP(id, name, sayer, stack, turns) [TRACK_OP_##id] = name,
#include <track/ops.def>
#undef TRACK_OP
};

static const char *const kinds[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) [TRACK_KIND_##id] = #name,
#include <track/kinds.def>
#undef TRACK_KIND
};

/* A thing by its place in the array, a small number as it is, any other by its turn. */
static void put_id(uint64_t id)
{
	static uint64_t known[IDS];
	size_t i = 0;

	if (id >= (uintptr_t)library_things && id < (uintptr_t)(library_things + 64)) {
		printf("t%zu", (size_t)(id - (uintptr_t)library_things) / sizeof(struct thing));
		return;
	}
	if (id < 1000) {
		printf("%u", (unsigned)id);
		return;
	}
	while (i + 1 < IDS && known[i] && known[i] != id)
		i++;
	known[i] = id;
	printf("#%zu", i + 1);
}

void track_shim_annotate(uint64_t what, uint64_t subject, uint64_t arg, uint64_t other,
			 const char *text)
{
	int saved = errno;

	printf("%s%s %s ", arg & TRACK_RETURNED ? "end of " : "", ops[what & 0xff],
	       kinds[what >> 8 & 0xff]);
	put_id(subject);
	arg &= ~(uint64_t)TRACK_RETURNED;
	printf(arg & TRACK_FROM_PACK ? "" : " NOT-FROM-PACK");
	if (arg & ~(uint64_t)TRACK_FROM_PACK)
		printf(" +%u", (unsigned)(arg & ~(uint64_t)TRACK_FROM_PACK));
	if (other) {
		printf(" %s ", kinds[what >> 16 & 0xff]);
		put_id(other);
	}
	printf(text ? " '%s'\n" : "\n", text);
	errno = saved;
}

static struct slot {
	const struct track_pack_callback *how;
	void *target, *companion;
} slots[SLOTS];

static uint64_t call_slot(const struct slot *slot, uint64_t a, uint64_t b)
{
	uint64_t args[6] = {a, b}, kept[TRACK_PACK_KEPT] = {0};
	struct track_pack_call call = {
		.target = slot->target,
		.companion = slot->companion,
		.args = args,
		.kept = kept,
	};
	uint64_t (*target)(uint64_t, uint64_t) = slot->target;

	if (slot->how->enter)
		slot->how->enter(&call);
	call.returned = target ? target(a, b) : 0;
	if (slot->how->leave)
		slot->how->leave(&call);
	return call.returned;
}

#define SLOT(number)                                                                               \
	static uint64_t slot_##number(uint64_t a, uint64_t b)                                      \
	{                                                                                          \
		return call_slot(&slots[number], a, b);                                            \
	}
SLOT(0)
SLOT(1)
SLOT(2)
SLOT(3)
SLOT(4)
SLOT(5)

static uint64_t (*const entries[SLOTS])(uint64_t, uint64_t) = {slot_0, slot_1, slot_2,
							       slot_3, slot_4, slot_5};

void *track_shim_pack_callback(const struct track_pack_callback *how, void *target, void *companion)
{
	if (!target && !how->always)
		return NULL;
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &slots[i];

		if (target == (void *)(uintptr_t)entries[i])
			return target;
		if (!slot->how)
			*slot = (struct slot){how, target, companion};
		if (slot->how == how && slot->target == target && slot->companion == companion)
			return (void *)(uintptr_t)entries[i];
	}
	return target;
}

void track_shim_pack_begin(const struct track_pack *pack, uint64_t start, uint64_t end,
			   uint64_t hidden)
{
	size_t count = 0;

	while (pack->functions[count])
		count++;
	printf("begin %s of %s, %zu functions, %s, %u hidden\n", pack->name, pack->libraries[0],
	       count, start < end ? "somewhere" : "nowhere", (unsigned)hidden);
}

bool track_shim_pack_enter(uint64_t kind, uint64_t subject)
{
	printf("enter %s ", kinds[kind]);
	put_id(subject);
	printf("\n");
	return true;
}

void track_shim_pack_leave(void)
{
	printf("leave\n");
}

void track_shim_pack_carry(uint64_t subject)
{
	printf("carry ");
	put_id(subject);
	printf("\n");
}

bool track_shim_pack_last(uint64_t subject, const void *counter, unsigned bits)
{
	(void)subject, (void)bits;
	return *(const uint32_t *)counter == 1;
}

void track_shim_pack_released(uint64_t subject)
{
	printf("released ");
	put_id(subject);
	printf("\n");
}

void track_shim_pack_lock(uint64_t what, uint64_t lock, const void *caller)
{
	static const char *const names[] = {
		[TRACK_PACK_TAKEN] = "taken",	[TRACK_PACK_LOCKED] = "locked",
		[TRACK_PACK_UNLOCK] = "unlock", [TRACK_PACK_WAKE] = "wake",
		[TRACK_PACK_RENEW] = "renew",	[TRACK_PACK_RETIRE] = "retire",
	};

	printf("%s ", names[what]);
	put_id(lock);
	printf(caller ? "\n" : " NOWHERE\n");
}

void track_shim_pack_wait(struct track_pack_wait *wait, uint64_t what, uint64_t subject,
			  uint64_t other, const uint64_t *frame)
{
	wait->room[0] = subject;
	printf("wait %u%s ", (unsigned)(what & 0xff), what & 1 << 8 ? " timed" : "");
	put_id(subject);
	if (other) {
		printf(" with ");
		put_id(other);
	}
	printf(frame[1] ? "\n" : " NOWHERE\n");
}

void track_shim_pack_waited(struct track_pack_wait *wait)
{
	printf("waited ");
	put_id(wait->room[0]);
	printf("\n");
}

void track_shim_pack_note(uint64_t trouble)
{
	printf("note %u\n", (unsigned)trouble);
}
