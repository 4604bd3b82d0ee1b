/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the threads of a process stand: their registers as they were when they entered the kernel,
 * without that any of them is stopped. An object of its own, since it is wanted without the others.
 */
#include "kernel_types.h"
#include "probe_stand.h"

#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* clang-format off */
#include "task.bpf.h"
#include "registers.bpf.h"
/* clang-format on */

/* Of which process; set before each look. */
uint32_t wanted = 0;

/* How long it ran in its last turn, of which there is the whole once it is off its processor. */
INLINE uint64_t turn_ns(struct task_struct *task)
{
	return BPF_CORE_READ(task, se.sum_exec_runtime) -
	       BPF_CORE_READ(task, se.prev_sum_exec_runtime);
}

/*
 * The scheduler's clock cannot be asked; but what looks came on its processor a moment ago by the
 * same clock. Off by no more than a tick.
 */
INLINE void fill_age(struct probe_stand *stand, struct task_struct *task)
{
	struct task_struct *looker = (struct task_struct *)bpf_get_current_task();
	if (!bpf_core_field_exists(task->sched_info.last_arrival))
		return;
	uint64_t left = BPF_CORE_READ(task, sched_info.last_arrival) + turn_ns(task);
	uint64_t now = BPF_CORE_READ(looker, sched_info.last_arrival) + turn_ns(looker);
	stand->age_ns = now > left ? now - left : 0;
	stand->flags |= PROBE_STAND_AGED;
}

SEC("iter/task")
int look_at_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct probe_stand stand = {0};
	if (!task)
		return 0;
	stand.tgid = task_tgid(task);
	if (!wanted || stand.tgid != wanted)
		return 0;
	stand.tid = task_tid(task);
	stand.own_tid = pid_own(BPF_CORE_READ(task, thread_pid));
	stand.time_ns = bpf_ktime_get_ns();
	stand.switches = BPF_CORE_READ(task, nvcsw) + BPF_CORE_READ(task, nivcsw);
	stand.thread_pointer = thread_pointer(task);
	if (BPF_CORE_READ(task, on_cpu))
		stand.flags |= PROBE_STAND_ON_CPU;
	else if (BPF_CORE_READ(task, __state))
		stand.flags |= PROBE_STAND_BLOCKED;
	if (BPF_CORE_READ(task, thread_info.status) & IN_32_BITS)
		stand.flags |= PROBE_STAND_32_BIT;
	if (ends_with_all(task))
		stand.flags |= PROBE_STAND_ENDS;
	if (stand.flags & PROBE_STAND_BLOCKED)
		fill_age(&stand, task);
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct pt_regs copy;
	if (!regs || bpf_core_read(&copy, sizeof(copy), regs))
		return 0;
	registers_fill(&stand.registers, &copy);
	stand.call = (int64_t)copy.orig_ax;
	bpf_seq_write(ctx->meta->seq, &stand, sizeof(stand));
	return 0;
}

char program_license[] SEC("license") = "GPL";
