/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probed functions. A probe's cookie is the number of a row, which says what is to be read. What
 * it means the loader knows.
 *
 * A return is matched by where the return address lies: sp is the same at the entry and at any
 * `ret` that ends the call, also of a function that was jumped to. So recursion, exceptions and
 * longjmp come right: what was left otherwise is overwritten by the next call at that place.
 */
#ifndef FUNCTION_BPF_H
#define FUNCTION_BPF_H

#define WORD 8u

/* Global: it is verified once. -1: it could not be read. */
__noinline int term_read(const struct probe_term *term, uint64_t root, uint64_t *ret_value)
{
	if (!term || !ret_value)
		return -1;
	uint64_t value = root;
	for (uint32_t i = 0; i < PROBE_STEPS_MAX; i++) {
		if (i >= term->step_count)
			break;
		bool is_int = term->flags & PROBE_TERM_INT && i + 1 == term->step_count;
		const void *at = (const void *)(value + (uint64_t)(int64_t)term->steps[i]);
		value = 0;
		if (bpf_probe_read_user(&value, is_int ? sizeof(int32_t) : sizeof(value), at))
			return -1;
	}
	if (term->flags & PROBE_TERM_INT)
		value = (uint64_t)(int64_t)(int32_t)value;
	*ret_value = value;
	return 0;
}

INLINE void read_arguments(struct call *call, const struct pt_regs *regs, uint32_t count)
{
	call->args[0] = regs->di;
	call->args[1] = regs->si;
	call->args[2] = regs->dx;
	call->args[3] = regs->cx;
	call->args[4] = regs->r8;
	call->args[5] = regs->r9;
	if (count > PROBE_REGISTER_ARGS)
		bpf_probe_read_user(&call->args[PROBE_REGISTER_ARGS],
				    (PROBE_ARGS_MAX - PROBE_REGISTER_ARGS) * WORD,
				    (const void *)(regs->sp + WORD));
}

/* What is read now, at the entry or at the return. */
INLINE void read_terms(struct call *call, const struct probe_row *row, bool at_return, uint64_t ret)
{
	for (uint32_t i = 0; i < PROBE_TERMS_MAX; i++) {
		if (i >= row->term_count)
			break;
		const struct probe_term *term = &row->terms[i];
		uint64_t value = 0;
		if (!(term->flags & PROBE_TERM_AT_RETURN) != !at_return)
			continue;
		uint32_t number = term->number;
		if (term->root == PROBE_ROOT_ARG && number >= PROBE_ARGS_MAX)
			continue;
		uint64_t root = ret;
		if (term->root == PROBE_ROOT_ARG)
			root = call->args[number];
		if (term_read(term, root, &value))
			continue;
		call->values[i] = value;
		call->failed &= ~(1u << i);
	}
}

INLINE void function_fill(struct probe_function *function, uint32_t row, uint64_t sp,
			  const struct call *call)
{
	function->row = row;
	function->failed = call->failed;
	function->sp = sp;
	function->caller = call->caller;
	function->entry_ns = call->entry_ns;
	__builtin_memcpy(function->values, call->values, sizeof(function->values));
}

struct telling {
	void *ctx;
	struct pt_regs *regs;
	const struct who *who;
	const struct probe_row *row;
	const struct call *call;
	uint64_t sp;
	uint32_t number;
	uint16_t type;
	bool with_stack;
};

INLINE void telling_stack(const struct telling *telling, struct stack *stack)
{
	if (telling->with_stack)
		stack_choose(stack, telling->who, telling->regs, SCRATCH_FUNCTION);
	else
		stack_none(stack);
}

static __noinline int tell_function(struct telling *telling)
{
	struct probe_function *function;
	struct stack stack;
	telling_stack(telling, &stack);
	if (!EVENT_RESERVE_WITH(function, telling->ctx, telling->who, telling->type, &stack))
		return 0;
	function_fill(function, telling->number, telling->sp, telling->call);
	if (telling->type == PROBE_ENTER)
		function->entry_ns = function->head.time_ns;
	event_submit(function);
	return 0;
}

static __noinline int tell_function_text(struct telling *telling)
{
	struct probe_function_text *event;
	struct stack stack;
	uint32_t term = telling->row->text;
	uint64_t address = term < PROBE_TERMS_MAX ? telling->call->values[term] : 0;
	telling_stack(telling, &stack);
	if (!EVENT_RESERVE_WITH(event, telling->ctx, telling->who, telling->type, &stack))
		return 0;
	function_fill(&event->function, telling->number, telling->sp, telling->call);
	if (telling->type == PROBE_ENTER)
		event->function.entry_ns = event->function.head.time_ns;
	event->function.head.flags |= PROBE_HAS_TEXT;
	text_fill(&event->text, address);
	event_submit(event);
	return 0;
}

SEC("uprobe/function_enter")
int function_enter(struct pt_regs *ctx)
{
	struct who who;
	if (!find_current(&who))
		return 0;
	uint32_t number = (uint32_t)bpf_get_attach_cookie(ctx);
	const struct probe_row *row = bpf_map_lookup_elem(&rows, &number);
	if (!row)
		return 0;
	struct call call = {.failed = ~0u, .image = who.traced->image};
	call.entry_ns = bpf_ktime_get_ns();
	bpf_probe_read_user(&call.caller, sizeof(call.caller), (const void *)ctx->sp);
	read_arguments(&call, ctx, row->arg_count);
	read_terms(&call, row, false, 0);
	if (row->flags & PROBE_ROW_TELL_ENTRY) {
		struct telling telling = {.ctx = ctx,
					  .regs = ctx,
					  .who = &who,
					  .row = row,
					  .call = &call,
					  .sp = ctx->sp,
					  .number = number,
					  .type = PROBE_ENTER,
					  .with_stack = row->flags & PROBE_ROW_STACK_ENTRY};
		if (row->flags & PROBE_ROW_TEXT_ENTRY)
			tell_function_text(&telling);
		else
			tell_function(&telling);
	}
	struct call_key key = {.tid = thread_key(), .row = number, .sp = ctx->sp};
	if (row->flags & PROBE_ROW_TELL_RETURN && bpf_map_update_elem(&calls, &key, &call, BPF_ANY))
		table_full();
	return 0;
}

/* At a `ret`, sp is where it was at the entry. */
SEC("uprobe/function_return")
int function_return(struct pt_regs *ctx)
{
	uint64_t sp = ctx->sp;
	struct who who;
	if (!find_current(&who))
		return 0;
	uint32_t number = (uint32_t)bpf_get_attach_cookie(ctx);
	struct call_key key = {.tid = thread_key(), .row = number, .sp = sp};
	struct call *call = bpf_map_lookup_elem(&calls, &key);
	if (!call)
		return 0;
	const struct probe_row *row = bpf_map_lookup_elem(&rows, &number);
	if (!row || call->image != who.traced->image)
		goto over;
	read_terms(call, row, true, ctx->ax);
	struct telling telling = {.ctx = ctx,
				  .regs = ctx,
				  .who = &who,
				  .row = row,
				  .call = call,
				  .sp = sp,
				  .number = number,
				  .type = PROBE_RETURN,
				  .with_stack = row->flags & PROBE_ROW_STACK_RETURN};
	if (row->flags & PROBE_ROW_TEXT_RETURN)
		tell_function_text(&telling);
	else
		tell_function(&telling);
over:
	bpf_map_delete_elem(&calls, &key);
	return 0;
}

#endif
