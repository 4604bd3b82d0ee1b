/* SPDX-License-Identifier: Apache-2.0 */
/* Processes and threads: made, another image, renamed, over. */
#ifndef PROCESS_BPF_H
#define PROCESS_BPF_H

#define BITS_CHUNKS 1024u /* what the kernel allows of descriptors, but for who raises that */
#define BITS_WORDS (PROBE_BITS / 64)
#define AUXV_PAIRS 24u
#define LEFT_MAX 4096u

#define VARIABLES_MAX 4096u
#define VARIABLE_BYTES 4096u

enum { AUXV_END = 0, AUXV_PHDR = 3, AUXV_BASE = 7, AUXV_ENTRY = 9, AUXV_SECURE = 23 };

enum { CALL_CLONE = 56, CALL_VFORK = 58, CALL_CLONE3 = 435, FORK_WAITS = 0x4000 };

struct census {
	const struct who *who;
	unsigned long *words; /* of the kernel */
	uint32_t max;
	uint32_t why;
};

static long tell_bits(uint32_t index, struct census *census)
{
	struct probe_bits *bits;
	uint64_t open[BITS_WORDS] = {0}, any = 0;
	uint32_t first = index * PROBE_BITS;
	if (first >= census->max)
		return 1;
	uint32_t words = (census->max - first) / 64;
	if (words >= BITS_WORDS)
		bpf_probe_read_kernel(open, sizeof(open), census->words + index * BITS_WORDS);
	else if (words)
		bpf_probe_read_kernel(open, words * 8, census->words + index * BITS_WORDS);
	for (uint32_t i = 0; i < BITS_WORDS; i++)
		any |= open[i];
	if (!any || !EVENT_RESERVE(bits, census->who, PROBE_BITS_OPEN))
		return 0;
	bits->why = census->why;
	bits->first = first;
	__builtin_memcpy(bits->open, open, sizeof(open));
	event_submit(bits);
	return 0;
}

INLINE void tell_open_numbers(const struct who *who, struct task_struct *task, uint32_t why)
{
	struct files_struct *files = BPF_CORE_READ(task, files);
	if (!files)
		return;
	struct fdtable *table = BPF_CORE_READ(files, fdt);
	struct census census = {.who = who,
				.words = BPF_CORE_READ(table, open_fds),
				.max = BPF_CORE_READ(table, max_fds),
				.why = why};
	REPEAT(BITS_CHUNKS, 8, tell_bits, &census);
}

/* Does the parent stand still until the child's exec or end? The kernel notes that only later. */
static __noinline bool fork_waits(void)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	uint64_t flags = 0;
	switch ((int32_t)regs->orig_ax) {
	case CALL_CLONE:
		flags = regs->di;
		break;
	case CALL_CLONE3:
		bpf_probe_read_user(&flags, sizeof(flags), (const void *)regs->di);
		break;
	case CALL_VFORK:
		return true;
	}
	return flags & FORK_WAITS;
}

INLINE uint32_t fork_flags(struct task_struct *parent, struct task_struct *child)
{
	uint32_t flags = 0;
	if (BPF_CORE_READ(child, tgid) == BPF_CORE_READ(parent, tgid))
		return PROBE_FORK_THREAD | PROBE_FORK_SHARES_MEMORY | PROBE_FORK_SHARES_FILES;
	if (BPF_CORE_READ(child, mm) == BPF_CORE_READ(parent, mm))
		flags |= PROBE_FORK_SHARES_MEMORY;
	if (BPF_CORE_READ(child, files) == BPF_CORE_READ(parent, files))
		flags |= PROBE_FORK_SHARES_FILES;
	if (fork_waits())
		flags |= PROBE_FORK_WAITS;
	return flags;
}

/* It is followed before it runs. False: there is no room, it stays alone. */
INLINE bool follow_child(const struct who *parent, struct task_struct *child, struct who *ret_who)
{
	struct probe_traced begun = {.image = new_image(),
				     .epoch = parent->traced->epoch,
				     .flags = parent->traced->flags & ~PROBE_TRACED_MISUSES};
	uint32_t tgid = task_tgid(child);
	if (!tgid)
		return false;
	if (bpf_map_update_elem(&traced, &tgid, &begun, BPF_ANY)) {
		table_full();
		return false;
	}
	return find_task(child, ret_who);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_forks, struct task_struct *parent, struct task_struct *child)
{
	struct who who, child_who;
	struct probe_fork *fork;
	struct stack stack;
	if (!find_current(&who))
		return 0;
	uint32_t flags = fork_flags(parent, child);
	stack_none(&stack);
	if (flags & PROBE_FORK_THREAD) {
		child_who = who;
		child_who.tid = task_tid(child);
		stack_choose(&stack, &who,
			     (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf()),
			     SCRATCH_TRACEPOINT);
	} else {
		if (!follow_child(&who, child, &child_who))
			return 0;
		tell_open_numbers(&child_who, child, PROBE_BITS_FORK);
	}
	if (!EVENT_RESERVE_WITH(fork, ctx, &who, PROBE_FORK, &stack))
		return 0;
	fork->child_tgid = child_who.tgid;
	fork->child_tid = child_who.tid;
	fork->child_image = child_who.traced->image;
	fork->flags = flags;
	fork->thread_pointer = thread_pointer(child);
	fork->start_ns = BPF_CORE_READ(child, start_boottime);
	fork->own_pid = task_own_pid(child);
	fork->pad = 0;
	bpf_probe_read_kernel_str(fork->name, sizeof(fork->name), child->comm);
	if (flags & PROBE_FORK_THREAD)
		event_submit(fork);
	else
		event_submit_urgent(fork);
	return 0;
}

struct environment {
	uint64_t at;
	uint64_t end;
	struct scratch *scratch;
	bool preload;
	bool folder;
};

INLINE bool begins(const char *text, const char *word, uint32_t bytes)
{
	bool same = true;
#pragma unroll
	for (uint32_t i = 0; i < bytes; i++)
		same &= text[i] == word[i];
	return same;
}

static long look_at_variable(uint32_t index, struct environment *environment)
{
	const char preload[] = "LD_PRELOAD=", folder[] = TRACK_ENV_SPOOL_DIR "=";
	char *text = (char *)environment->scratch->bytes;
	if (environment->at >= environment->end)
		return 1;
	long bytes = bpf_probe_read_user_str(text, VARIABLE_BYTES, (const void *)environment->at);
	if (bytes <= 0)
		return 1;
	environment->at += (uint64_t)bytes;
	environment->preload |= begins(text, preload, sizeof(preload) - 1);
	environment->folder |= begins(text, folder, sizeof(folder) - 1);
	return 0;
}

/* Its loader will look at both, unless it is set-user-ID or the like. */
INLINE bool exec_preloads(struct mm_struct *mm)
{
	struct environment environment = {.at = BPF_CORE_READ(mm, env_start),
					  .end = BPF_CORE_READ(mm, env_end),
					  .scratch = scratch_take(SCRATCH_TRACEPOINT)};
	if (!environment.scratch)
		return true;
	REPEAT(VARIABLES_MAX, 64, look_at_variable, &environment);
	return environment.preload && environment.folder;
}

INLINE void exec_auxv(struct probe_exec *exec, struct mm_struct *mm)
{
	bool secure = false;
	exec->base = exec->phdr = exec->entry = 0;
	for (uint32_t i = 0; i < AUXV_PAIRS; i++) {
		unsigned long pair[2] = {0};
		bpf_probe_read_kernel(pair, sizeof(pair), &mm->saved_auxv[2 * i]);
		if (pair[0] == AUXV_END)
			break;
		if (pair[0] == AUXV_BASE)
			exec->base = pair[1];
		if (pair[0] == AUXV_PHDR)
			exec->phdr = pair[1];
		if (pair[0] == AUXV_ENTRY)
			exec->entry = pair[1];
		if (pair[0] == AUXV_SECURE)
			secure = pair[1];
	}
	if (!secure && exec_preloads(mm))
		exec->head.flags |= PROBE_PRELOADS;
}

INLINE void exec_fill(struct probe_exec *exec, struct task_struct *task,
		      struct linux_binprm *program)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct inode *inode = BPF_CORE_READ(mm, exe_file, f_inode);
	exec->start_code = BPF_CORE_READ(mm, start_code);
	exec->ino = BPF_CORE_READ(inode, i_ino);
	exec->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	exec->own_pid = task_own_pid(task);
	exec->start_ns = BPF_CORE_READ(task, start_boottime);
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	exec->parent = task_tgid(parent);
	exec_auxv(exec, mm);
	long bytes = bpf_probe_read_kernel_str(exec->path.text, sizeof(exec->path.text),
					       BPF_CORE_READ(program, filename));
	exec->path.bytes = bytes > 0 ? (uint32_t)bytes - 1 : 0;
	exec->path.pad = 0;
}

/* Another image, followed as its process was. One of the cgroup is followed from here on. */
INLINE bool turn_image(struct who *who, struct task_struct *task, struct probe_traced *ret_old)
{
	struct probe_traced begun = {.image = new_image(), .epoch = new_epoch()};
	bool followed = find_current(who);
	if (followed)
		*ret_old = *who->traced;
	if (*(volatile uint32_t *)&stopped)
		return false;
	if (!followed && (!option_cgroup || bpf_current_task_under_cgroup(&cgroups, 0) != 1))
		return false;
	if (!followed && !(who->tgid = task_tgid(task)))
		return false;
	if (bpf_map_update_elem(&traced, &who->tgid, &begun, BPF_ANY)) {
		table_full();
		return false;
	}
	return find_current(who);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_execs, struct task_struct *task, int old_pid, struct linux_binprm *program)
{
	struct who who;
	struct probe_exec *exec;
	struct probe_traced old = {0};
	if (!turn_image(&who, task, &old))
		return 0;
	tell_open_numbers(&who, task, PROBE_BITS_EXEC);
	if (!EVENT_RESERVE(exec, &who, PROBE_EXEC))
		return 0;
	exec->old_image = old.image;
	exec->old_compat = old.compat;
	exec->old_tid = (uint32_t)old_pid;
	exec->old_lost = old.lost;
	exec_fill(exec, task, program);
	event_submit_urgent(exec);
	return 0;
}

INLINE void tell_thread_end(const struct who *who, struct task_struct *task)
{
	struct probe_thread_end *end;
	if (!EVENT_RESERVE(end, who, PROBE_THREAD_END))
		return;
	if (ends_with_all(task))
		end->head.flags |= PROBE_WITH_ALL;
	end->thread_pointer = thread_pointer(task);
	event_submit(end);
}

static __noinline int tell_held(const struct who *who, int32_t fd)
{
	struct probe_open *held;
	if (!EVENT_RESERVE(held, who, PROBE_HELD))
		return 0;
	held->fd = fd;
	held->from = -1;
	held->nr = 0;
	held->call = 0;
	held->pad = 0;
	file_look(&held->file, fd);
	event_submit(held);
	return 0;
}

/* A socket may have got its address by what it sent. */
static long tell_left(uint32_t fd, const struct census *census)
{
	if (fd >= census->max)
		return 1;
	struct file *file = current_file((int32_t)fd);
	if (!file)
		return 0;
	if (census->who->traced->flags & PROBE_TRACED_RINGS)
		tell_held(census->who, (int32_t)fd);
	struct sock *sock = file_sock(file);
	if (sock)
		tell_names(census->who, (int32_t)fd, 0, TRACK_CALL_none, sock);
	return 0;
}

INLINE void tell_end(const struct who *who, struct task_struct *task)
{
	struct probe_end *end;
	int status = BPF_CORE_READ(task, exit_code);
	int group = BPF_CORE_READ(task, signal, group_exit_code);
	struct census left = {.who = who, .max = BPF_CORE_READ(current_table(), max_fds)};
	REPEAT(LEFT_MAX, 64, tell_left, &left);
	tell_open_numbers(who, task, PROBE_BITS_END);
	if (EVENT_RESERVE(end, who, PROBE_END)) {
		end->status = group ? group : status;
		end->compat = who->traced->compat;
		end->lost = who->traced->lost;
		end->lost_of_all = *(const volatile uint64_t *)&count_lost;
		end->thread_pointer = thread_pointer(task);
		event_submit_urgent(end);
	}
	bpf_map_delete_elem(&traced, &who->tgid);
}

/* Here it has its descriptors still. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(thread_exits, struct task_struct *task)
{
	struct who who;
	if (!find_current(&who))
		return 0;
	if (BPF_CORE_READ(task, signal, live.counter))
		tell_thread_end(&who, task);
	else
		tell_end(&who, task);
	return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(thread_renamed, struct task_struct *task, const char *name)
{
	struct who who;
	struct probe_rename *rename;
	if (!find_task(task, &who) || !EVENT_RESERVE(rename, &who, PROBE_RENAME))
		return 0;
	rename->thread_pointer = thread_pointer(task);
	__builtin_memset(rename->name, 0, sizeof(rename->name));
	bpf_probe_read_kernel_str(rename->name, sizeof(rename->name), name);
	event_submit(rename);
	return 0;
}

#endif
