/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an event is about, and whether he is followed. */
#ifndef WHO_BPF_H
#define WHO_BPF_H

struct who {
	struct probe_traced *traced;
	uint32_t tgid;
	uint32_t tid;
};

INLINE bool find_task(struct task_struct *task, struct who *who)
{
	if (*(volatile uint32_t *)&stopped)
		return false;
	who->tgid = task_tgid(task);
	who->traced = bpf_map_lookup_elem(&traced, &who->tgid);
	if (!who->traced)
		return false;
	who->tid = task_tid(task);
	return true;
}

/* The thread that runs. Most calls are of nobody who is followed: that is known at once. */
INLINE bool find_current(struct who *who)
{
	if (option_pid_inode)
		return find_task((struct task_struct *)bpf_get_current_task(), who);
	if (*(volatile uint32_t *)&stopped)
		return false;
	uint64_t numbers = bpf_get_current_pid_tgid();
	who->tgid = (uint32_t)(numbers >> 32);
	who->tid = (uint32_t)numbers;
	who->traced = bpf_map_lookup_elem(&traced, &who->tgid);
	return who->traced != 0;
}

/* By which tables of a thread go; unlike tid it is never 0. */
INLINE uint32_t thread_key(void)
{
	return (uint32_t)bpf_get_current_pid_tgid();
}

INLINE uint32_t new_image(void)
{
	return __sync_fetch_and_add(&last_image, 1) + 1;
}

INLINE uint32_t new_epoch(void)
{
	return __sync_fetch_and_add(&last_epoch, 1) + 1;
}

INLINE void table_full(void)
{
	__sync_fetch_and_add(&count_tables, 1);
}

#endif
