/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks that come as registers and words, and the trails that they leave. */
#include "session.inc.c"

#include <symbol/unwind.h>

#define JIT_AT                                                                                     \
	0x100000ull /* code that was made at run time: its frames are found by frame pointers */
#define STACK_AT 0x7ffd0000ull

static struct unwinder *unwinder;
static struct probe_trail trail;
static int trails;

static int keep_trail(void *context, const struct probe_head *event,
		      const struct probe_trail *given)
{
	(void)context, (void)event;
	trail = *given;
	trails++;
	return 0;
}

static void start(void)
{
	session_start();
	cr_assert(eq(int, unwinder_create(&unwinder), 0));
	session->options.unwinder = unwinder;
	session->options.kernel.put_trail = keep_trail;
	send_exec(100, 0, IMAGE, 0);
	struct unwind_space *space = session_find(session, PID)->modules.space;
	cr_assert(eq(int, unwind_space_map(space, JIT_AT, JIT_AT + 0x1000, 0, NULL), 0));
}

static void stop(void)
{
	session_stop();
	unwinder_destroy(unwinder);
}

TestSuite(snapshots, .init = start, .fini = stop);

/* One frame pointer, at an offset of the stack, leads to the first function of all. */
static void send_snapshot(uint64_t frame_at)
{
	static struct {
		struct probe_open open;
		struct probe_registers registers;
		uint64_t stack[PROBE_TRAIL_SPAN / 8 + 8];
	} event;

	event.open = (struct probe_open){.fd = 3, .from = -1};
	event.open.head = head_of(IMAGE, 7, 200, PROBE_OPEN, sizeof(event));
	event.open.head.stack_how = PROBE_STACK_SNAPSHOT;
	event.open.head.stack_offset = offsetof(typeof(event), registers);
	event.open.head.stack_bytes = sizeof(event.registers) + sizeof(event.stack);
	event.registers = (struct probe_registers){
		.dwarf = {[6] = STACK_AT + frame_at, [7] = STACK_AT}, .ip = JIT_AT};
	event.stack[frame_at / 8 + 1] = JIT_AT + 0x20;
	SEND(event.open);
}

Test(snapshots, a_trail_says_what_the_stack_depends_on)
{
	send_snapshot(16);
	cr_assert(eq(int, trails, 1));
	cr_assert(eq(u32, trail.count, 2));
	cr_assert(eq(u32, trail.span, 32));
	cr_assert(eq(u64, trail.values[0], 0));
	cr_assert(eq(u64, trail.values[1], JIT_AT + 0x20));
	cr_assert(trail.takes_bp);
	const char *text = told();
	cr_assert(not(zero(ptr, strstr(text, "stack:"))));
}

Test(snapshots, what_lies_further_up_than_the_kernel_looks_leaves_no_trail)
{
	send_snapshot(PROBE_TRAIL_SPAN - 16);
	cr_assert(eq(int, trails, 1));
	cr_assert(eq(u32, trail.span, PROBE_TRAIL_SPAN));
	session_forget_stacks(session);
	send_snapshot(PROBE_TRAIL_SPAN - 8);
	cr_assert(eq(int, trails, 1));
	send_snapshot(PROBE_TRAIL_SPAN);
	cr_assert(eq(int, trails, 1));
}
