/* SPDX-License-Identifier: Apache-2.0 */
#include "open_call.h"
#include "stack.h"

#define OPEN_CALLS 16 /* of a thread, in each other */

static SHIM_TLS struct {
	uint32_t count;
	struct open_call of[OPEN_CALLS];
} tls;

/* A handler in the middle finds it gone, or tells it and we do not. */
static void tell_over(struct open_call *call)
{
	struct open_call over = *call;
	if (!over.frame || !replace_here(&call->frame, over.frame, 0))
		return;
	if (over.how->leave)
		over.how->leave(&(struct track_pack_call){.target = over.target,
							  .companion = over.companion,
							  .args = over.args,
							  .returned = UINT64_MAX,
							  .kept = over.kept});
}

static void drop_ends(void)
{
	uint32_t count = tls.count;
	while (count && !tls.of[count - 1].frame)
		count--;
	tls.count = count;
}

static bool is_over(uintptr_t frame, uintptr_t now)
{
	return frame <= now && stack_is_own(frame) && stack_is_own(now);
}

/* Where there is no room, what was begun on other stacks is given up: some of these never end. */
static void make_room(void)
{
	for (uint32_t i = 0; i < OPEN_CALLS; i++)
		if (!stack_is_own(tls.of[i].frame))
			tell_over(&tls.of[i]);
	drop_ends();
}

void open_call_settle(uintptr_t frame)
{
	while (tls.count && is_over(tls.of[tls.count - 1].frame, frame)) {
		tell_over(&tls.of[tls.count - 1]);
		drop_ends();
	}
}

bool open_call_push(const struct open_call *call)
{
	if (unlikely(tls.count >= OPEN_CALLS))
		make_room();
	if (unlikely(tls.count >= OPEN_CALLS))
		return false;
	uint32_t place = add_here(&tls.count, 1);
	if (unlikely(place >= OPEN_CALLS)) {
		tls.count = OPEN_CALLS;
		return false;
	}
	struct open_call *kept = &tls.of[place];
	*kept = *call;
	return true;
}

bool open_call_pop(uintptr_t frame)
{
	for (uint32_t i = tls.count; i > 0; i--) {
		struct open_call *call = &tls.of[i - 1];
		if (call->frame != frame)
			continue;
		call->frame = 0;
		open_call_settle(frame);
		drop_ends();
		return true;
	}
	return false;
}

void open_call_abandon(void)
{
	drop_ends();
	if (tls.count)
		tell_over(&tls.of[tls.count - 1]);
	drop_ends();
}
