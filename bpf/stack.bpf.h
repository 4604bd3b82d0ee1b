/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call stacks: what the loader needs to unwind one, or which of those it had it is.
 *
 * A trail is put by the loader: for a place (ip, sp, bp) all words that its unwinding read. Where
 * they are the same, it would read the same again.
 */
#ifndef STACK_BPF_H
#define STACK_BPF_H

#define PAGE_BYTES 4096u

struct stack {
	struct pt_regs *regs;
	uint64_t how;
	uint64_t id;
	uint64_t sp;
};

INLINE struct scratch *scratch_take(uint32_t first)
{
	uint32_t slot = first;
	if (first == SCRATCH_TRACEPOINT)
		return bpf_map_lookup_elem(&scratches, &slot);
#pragma unroll
	for (uint32_t i = SCRATCH_FUNCTION; i < SCRATCH__COUNT; i++) {
		slot = i;
		struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);
		if (!scratch)
			return 0;
		if (!__sync_lock_test_and_set(&scratch->busy, 1))
			return scratch;
	}
	return 0;
}

INLINE uint64_t trail_compare(const struct probe_trail *trail, struct scratch *scratch, uint64_t sp)
{
	uint64_t id = *(const volatile uint64_t *)&trail->stack_id;
	uint32_t span = trail->span;
	if (!span || span > PROBE_TRAIL_SPAN ||
	    bpf_probe_read_user(scratch->bytes, span, (const void *)sp))
		return 0;
	for (uint32_t i = 0; i < PROBE_TRAIL_WORDS; i++) {
		if (i >= trail->count)
			break;
		uint32_t at = trail->offsets[i] & (PROBE_TRAIL_SPAN - 8);
		if (*(uint64_t *)(void *)(scratch->bytes + at) != trail->values[i])
			return 0;
	}
	/* A trail that gave way to another one meanwhile has another stack. */
	return *(const volatile uint64_t *)&trail->stack_id == id ? id : 0;
}

/* The stack as a trail has it, or 0. Global: it is verified once. */
__noinline uint64_t trail_find(const struct probe_trail_key *key, uint32_t first)
{
	if (!key)
		return 0;
	const struct probe_trail *trail = bpf_map_lookup_elem(&trails, key);
	if (!trail)
		return 0;
	struct scratch *scratch = scratch_take(first);
	if (!scratch)
		return 0;
	uint64_t id = trail_compare(trail, scratch, key->sp);
	scratch->busy = 0;
	return id;
}

/*
 * As long as a place has no trail, each hit of it is a snapshot, as big as a hundred events
 * without: a hot loop would fill the ring with them. Descriptors are rarer and have more room left.
 */
INLINE bool snapshot_fits(uint32_t first)
{
	uint64_t half = option_ring_bytes / 2;
	uint64_t most = first == SCRATCH_TRACEPOINT ? half + half / 2 : half;
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) < most;
}

/* Before the place in the ring is taken: how much it must be. */
INLINE void stack_choose(struct stack *stack, const struct who *who, struct pt_regs *regs,
			 uint32_t first)
{
	uint32_t walk = who->traced->flags;
	stack->regs = regs;
	stack->id = 0;
	stack->sp = regs->sp;
	stack->how = PROBE_STACK_NONE;
	if (!option_frames || walk & PROBE_WALK_NONE)
		return;
	if (walk & PROBE_WALK_FRAMES) {
		stack->how = PROBE_STACK_FRAMES;
		return;
	}
	struct probe_trail_key key = {
		.epoch = who->traced->epoch, .ip = regs->ip, .sp = regs->sp, .bp = regs->bp};
	struct probe_trail_key any = key;
	any.bp = PROBE_ANY_BP;
	stack->id = trail_find(&any, first);
	if (!stack->id)
		stack->id = trail_find(&key, first);
	stack->how = PROBE_STACK_KNOWN;
	if (!stack->id)
		stack->how = snapshot_fits(first) ? PROBE_STACK_SNAPSHOT : PROBE_STACK_SKIPPED;
}

INLINE void stack_none(struct stack *stack)
{
	stack->regs = 0;
	stack->id = 0;
	stack->how = PROBE_STACK_NONE;
}

/* As much as there is: a stack ends with a page. Returns bytes. */
INLINE uint32_t stack_copy(void *room, uint64_t sp)
{
	if (!bpf_probe_read_user(room, option_snapshot_bytes, (const void *)sp))
		return option_snapshot_bytes;
	uint32_t in_page = PAGE_BYTES - (uint32_t)(sp & (PAGE_BYTES - 1));
	for (uint32_t pages = PROBE_SNAPSHOT_MAX / PAGE_BYTES; pages > 0; pages--) {
		uint32_t bytes = in_page + (pages - 1) * PAGE_BYTES;
		if (bytes > option_snapshot_bytes)
			continue;
		if (!bpf_probe_read_user(room, bytes, (const void *)sp))
			return bytes;
	}
	return 0;
}

/* room: behind the event, as big as STACK_ROOM says. */
INLINE void stack_fill(void *ctx, struct stack *stack, struct probe_head *head, void *room)
{
	head->stack_how = (uint8_t)stack->how;
	head->stack_id = stack->id;
	if (stack->how == PROBE_STACK_SNAPSHOT) {
		struct probe_registers *registers = room;
		registers_fill(registers, stack->regs);
		head->stack_offset = head->bytes;
		head->stack_bytes = sizeof(*registers) + stack_copy(registers + 1, stack->sp);
	} else if (stack->how == PROBE_STACK_FRAMES) {
		long bytes = bpf_get_stack(ctx, room, option_frames * sizeof(uint64_t),
					   BPF_F_USER_STACK);
		head->stack_offset = head->bytes;
		head->stack_bytes = bytes > 0 ? (uint32_t)bytes : 0;
	}
	head->bytes += head->stack_bytes;
}

/* A record with what the stack needs behind it; NULL: counted as lost. */
#define EVENT_RESERVE_WITH(event, ctx, who, event_type, stack)                                     \
	({                                                                                         \
		if ((stack)->how == PROBE_STACK_SNAPSHOT)                                          \
			(event) = bpf_ringbuf_reserve(&ring,                                       \
						      sizeof(*(event)) +                           \
							      sizeof(struct probe_registers) +     \
							      option_snapshot_bytes,               \
						      0);                                          \
		else if ((stack)->how == PROBE_STACK_FRAMES)                                       \
			(event) = bpf_ringbuf_reserve(                                             \
				&ring, sizeof(*(event)) + option_frames * sizeof(uint64_t), 0);    \
		else                                                                               \
			(event) = bpf_ringbuf_reserve(&ring, sizeof(*(event)), 0);                 \
		if (event) {                                                                       \
			event_head((void *)(event), who, event_type, sizeof(*(event)));            \
			stack_fill(ctx, stack, (void *)(event), (event) + 1);                      \
		} else {                                                                           \
			event_lost(who);                                                           \
		}                                                                                  \
		(event);                                                                           \
	})

#endif
