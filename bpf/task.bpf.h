/* SPDX-License-Identifier: Apache-2.0 */
/* A thread's and a process's numbers, and what is asked of every thread. */
#ifndef TASK_BPF_H
#define TASK_BPF_H

#define INLINE static __always_inline

#define PID_LEVELS 33u /* as the kernel allows */

enum { IN_32_BITS = 2 }; /* of thread_info's status */

/* Set before loading: the recorder's pid namespace; 0: the first. */
const volatile uint32_t option_pid_inode = 0;

/* In the recorder's pid namespace; 0: it is not in it. */
INLINE uint32_t pid_number(struct pid *pid)
{
	uint32_t deepest = BPF_CORE_READ(pid, level);
	for (uint32_t level = 0; level < PID_LEVELS && level <= deepest; level++) {
		struct upid upid = {0};
		bpf_probe_read_kernel(&upid, sizeof(upid), &pid->numbers[level]);
		struct pid_namespace *space = upid.ns;
		if (BPF_CORE_READ(space, ns.inum) == option_pid_inode)
			return (uint32_t)upid.nr;
	}
	return 0;
}

INLINE uint32_t task_tid(struct task_struct *task)
{
	return option_pid_inode ? pid_number(BPF_CORE_READ(task, thread_pid))
				: (uint32_t)BPF_CORE_READ(task, pid);
}

INLINE uint32_t task_tgid(struct task_struct *task)
{
	return option_pid_inode ? pid_number(BPF_CORE_READ(task, group_leader, thread_pid))
				: (uint32_t)BPF_CORE_READ(task, tgid);
}

/* As whoever has it knows it: in its own pid namespace. */
INLINE int32_t pid_own(struct pid *pid)
{
	uint32_t level = BPF_CORE_READ(pid, level);
	struct upid upid = {0};
	bpf_probe_read_kernel(&upid, sizeof(upid), &pid->numbers[level]);
	return upid.nr;
}

INLINE int32_t task_own_pid(struct task_struct *task)
{
	return pid_own(BPF_CORE_READ(task, group_leader, thread_pid));
}

INLINE uint64_t thread_pointer(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread.fsbase);
}

enum { ALL_EXIT = 4 }; /* of signal_struct's flags */

/* Was it ended with all others, by an exit, a signal or an exec? */
INLINE bool ends_with_all(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	if (BPF_CORE_READ(signal, flags) & ALL_EXIT)
		return true;
	return bpf_core_field_exists(signal->group_exec_task) &&
	       BPF_CORE_READ(signal, group_exec_task);
}

#endif
