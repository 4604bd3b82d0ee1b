/* SPDX-License-Identifier: Apache-2.0 */
#include "inside.h"
#include "stack.h"

#include <track/pack.h>

#define INSIDE 16	/* calls of a thread, in each other */
#define TOLD 64		/* pairs that a thread remembers to have told; a power of two */
#define TURNS 256	/* a power of two */
#define SAME_CALL 1024u /* bytes: what a wrapper pushes between its enter and its leave */

static SHIM_TLS struct {
	uint32_t count;
	struct inside {
		uintptr_t mark; /* frame of who told it; 0: it is over */
		uint64_t subject;
		uint32_t kind;
	} of[INSIDE];
	uint64_t told[TOLD];
} tls;

/* How often something was born, by a hash of its subject. */
static uint32_t turns[TURNS];

static uint64_t mix(uint64_t number)
{
	number *= 0x9e3779b97f4a7c15u;
	return number ^ number >> 32;
}

static uint32_t *turn_of(uint64_t subject)
{
	return &turns[mix(subject) % TURNS];
}

void inside_turn(uint64_t subject)
{
	__atomic_fetch_add(turn_of(subject), 1, __ATOMIC_RELAXED);
}

static void drop_ends(void)
{
	uint32_t count = tls.count;
	while (count && !tls.of[count - 1].mark)
		count--;
	tls.count = count;
}

/* What was left by longjmp, or by an exception, has a frame below the one that the thread is at. */
static void drop_left(uintptr_t mark)
{
	for (uint32_t i = 0; i < tls.count; i++)
		if (tls.of[i].mark < mark && stack_is_own(tls.of[i].mark) && stack_is_own(mark))
			tls.of[i].mark = 0;
	drop_ends();
}

SHIM_EXPORT bool track_shim_pack_enter(uint64_t kind, uint64_t subject)
{
	uintptr_t mark = (uintptr_t)__builtin_frame_address(0);
	drop_left(mark);
	uint32_t place = add_here(&tls.count, 1);
	if (unlikely(place >= INSIDE)) {
		tls.count = INSIDE;
		return false;
	}
	tls.of[place] = (struct inside){.mark = mark, .subject = subject, .kind = (uint32_t)kind};
	return true;
}

SHIM_EXPORT void track_shim_pack_leave(void)
{
	uintptr_t mark = (uintptr_t)__builtin_frame_address(0);
	for (uint32_t i = tls.count; i > 0; i--) {
		struct inside *inside = &tls.of[i - 1];
		if (inside->mark < mark || inside->mark - mark >= SAME_CALL)
			continue;
		inside->mark = 0;
		break;
	}
	drop_left(mark);
}

static bool is_news(const struct inside *inside, uint64_t scope)
{
	uint64_t pair = mix(inside->subject ^ mix(scope));
	uint64_t turned = __atomic_load_n(turn_of(inside->subject), __ATOMIC_RELAXED) +
			  ((uint64_t)__atomic_load_n(turn_of(scope), __ATOMIC_RELAXED) << 32);
	uint64_t *told = &tls.told[pair % TOLD];
	pair = mix(pair ^ mix(turned));
	if (*told == pair)
		return false;
	*told = pair;
	return true;
}

SHIM_EXPORT void track_shim_pack_carry(uint64_t subject)
{
	drop_left((uintptr_t)__builtin_frame_address(0));
	for (uint32_t i = 0; i < tls.count; i++) {
		const struct inside inside = tls.of[i];
		if (inside.mark && is_news(&inside, subject))
			track_shim_annotate(TRACK_OP_OWN | (uint64_t)inside.kind << 8 |
						    (uint64_t)TRACK_KIND_SCOPE << 16,
					    inside.subject, TRACK_HINTED | TRACK_FROM_PACK, subject,
					    NULL);
	}
}
