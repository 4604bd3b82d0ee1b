/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes of track.h. Each is a nop in a function of its own, with what, subject, arg, other and
 * text in the registers of a call's first five arguments.
 */
#ifndef ANNOTATION_BPF_H
#define ANNOTATION_BPF_H

#define ANNOTATION_RETURNED                                                                        \
	(1u << 30) /* TRACK_RETURNED of track.h: it began here, a moment ago                       \
		    */

/* clang-format off */
static const bool op_has_stack[TRACK_OP__COUNT] = {
#define TRACK_OP(id, name, sayer, with_stack, turns) [TRACK_OP_##id] = with_stack,
#include <track/ops.def>
#undef TRACK_OP
};
/* clang-format on */

INLINE void annotation_fill(struct probe_annotation *annotation, const struct pt_regs *regs)
{
	annotation->what = regs->di;
	annotation->subject = regs->si;
	annotation->arg = regs->dx;
	annotation->other = regs->cx;
	annotation->text = regs->r8;
}

INLINE uint64_t text_mix(const struct who *who, uint64_t text)
{
	uint64_t mix =
		((uint64_t)who->traced->image << 32 | who->traced->epoch) * 0x9e3779b97f4a7c15ull;
	mix = (mix ^ text) * 0xbf58476d1ce4e5b9ull;
	mix = (mix ^ mix >> 31) * 0x94d049bb133111ebull;
	return mix ? mix : 1;
}

/* A name or a mark, that may not be there any more later. */
INLINE bool text_is_own(uint32_t op)
{
	return op == TRACK_OP_NAME || op == TRACK_OP_MARK;
}

/* Is the loader to be told this text? */
INLINE bool text_is_new(const struct who *who, uint32_t op, uint64_t text)
{
	if (!text)
		return false;
	if (text_is_own(op))
		return true;
	uint64_t mix = text_mix(who, text);
	uint32_t place = mix >> (64 - TEXT_BITS);
	const uint64_t *told = bpf_map_lookup_elem(&texts, &place);
	return told && *told != mix;
}

/* Its event has its place in the ring: those of other threads that go without it come behind. */
INLINE void text_is_told(const struct who *who, uint64_t text)
{
	uint64_t mix = text_mix(who, text);
	uint32_t place = mix >> (64 - TEXT_BITS);
	uint64_t *told = bpf_map_lookup_elem(&texts, &place);
	if (told)
		*told = mix;
}

static __noinline int annotate_with_text(void *ctx, struct pt_regs *regs, const struct who *who,
					 struct stack *stack)
{
	struct probe_annotation_text *event;
	if (!EVENT_RESERVE_WITH(event, ctx, who, PROBE_ANNOTATION, stack))
		return 0;
	annotation_fill(&event->annotation, regs);
	if (!text_is_own((uint8_t)event->annotation.what))
		text_is_told(who, event->annotation.text);
	event->annotation.head.flags |= PROBE_HAS_TEXT;
	text_fill(&event->text, event->annotation.text);
	event_submit(event);
	return 0;
}

SEC("uprobe/annotation")
int annotation(struct pt_regs *ctx)
{
	struct who who;
	struct stack stack;
	struct probe_annotation *event;
	uint32_t op = ctx->di & 0xff;
	if (!find_current(&who) || op >= TRACK_OP__COUNT)
		return 0;
	if (op_has_stack[op] && !(ctx->dx & ANNOTATION_RETURNED))
		stack_choose(&stack, &who, ctx, SCRATCH_FUNCTION);
	else
		stack_none(&stack);
	if (text_is_new(&who, op, ctx->r8))
		return annotate_with_text(ctx, ctx, &who, &stack);
	if (!EVENT_RESERVE_WITH(event, ctx, &who, PROBE_ANNOTATION, &stack))
		return 0;
	annotation_fill(event, ctx);
	event_submit(event);
	return 0;
}

#endif
