/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls. What may end a lifetime is told where the call begins, and taken back if it fails;
 * the rest where it is over, when the kernel has named the descriptor.
 */
#ifndef SYSCALLS_BPF_H
#define SYSCALLS_BPF_H

#define SYSCALLS_MAX 512

enum act {
	ACT_NONE,
	ACT_OPEN,	/* returns a descriptor */
	ACT_SIGNALS,	/* it does if it was given none */
	ACT_CONTROL,	/* ioctl: one of its commands does */
	ACT_SECCOMP,	/* with one of its flags */
	ACT_BPF,	/* some of its commands do */
	ACT_PIPE,	/* puts two where its first argument points */
	ACT_SOCKETPAIR, /* where its fourth does */
	ACT_CLONE,	/* may put a pidfd somewhere */
	ACT_CLONE3,
	ACT_ACCEPT,
	ACT_COPY,
	ACT_COPY_CONTROL,
	ACT_REPLACE,
	ACT_CLOSE,
	ACT_CLOSE_RANGE,
	ACT_EXIT,
	ACT_NAME,
	ACT_SEND,
	ACT_SEND_TO,
	ACT_SEND_MANY,
	ACT_RECEIVE,
	ACT_RECEIVE_FROM,
	ACT_RECEIVE_MESSAGE,
	ACT_RECEIVE_MANY,
	ACT_MAP,
};

struct syscall_row {
	uint8_t act;
	int8_t path;
	uint16_t call;
};

/* clang-format off */
static const struct syscall_row syscall_rows[SYSCALLS_MAX] = {
#define SYSCALL(nr, act, call, path) [nr] = {ACT_##act, path, TRACK_CALL_##call},
#include "syscalls.def"
#undef SYSCALL
};
/* clang-format on */

enum {
	SYSCALL_CONNECT = 42,
	SYSCALL_GETSOCKNAME = 51,
	ERROR_INPROGRESS = 115,
	COMMAND_DUPFD = 0,
	COMMAND_DUPFD_CLOEXEC = 1030,
	COMMAND_TERMINAL_PEER = 0x5441,
	CLONE_WITH_PIDFD = 0x1000,
	RANGE_CLOEXEC = 4,
	SECCOMP_FILTER = 1,
	SECCOMP_LISTENER = 8,
};

/* Commands of bpf() that make a descriptor. */
#define BPF_MAKERS                                                                                 \
	(1ull << 0 | 1ull << 5 | 1ull << 7 | 1ull << 13 | 1ull << 14 | 1ull << 17 | 1ull << 18 |   \
	 1ull << 19 | 1ull << 28 | 1ull << 30 | 1ull << 32 | 1ull << 33 | 1ull << 36)

/* Calls by 32-bit code are numbered otherwise. */
INLINE bool is_32_bit(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	return BPF_CORE_READ(task, thread_info.status) & IN_32_BITS;
}

INLINE void begin_close(struct visit *visit, int32_t fd)
{
	uint32_t thread = thread_key();
	if (current_file(fd))
		tell_close(visit, fd, 0, 0);
	else
		bpf_map_update_elem(&unopened, &thread, &fd, BPF_ANY);
}

INLINE bool replaces(struct visit *visit)
{
	int32_t from = (int32_t)visit->regs->di, to = (int32_t)visit->regs->si;
	return from != to && current_file(from) && current_file(to);
}

INLINE void begin_close_range(struct visit *visit)
{
	struct probe_close_range *range;
	struct stack stack;
	uint32_t first = (uint32_t)visit->regs->di, last = (uint32_t)visit->regs->si;
	if (first > last || visit->regs->dx & RANGE_CLOEXEC)
		return;
	stack_choose(&stack, &visit->who, visit->regs, SCRATCH_TRACEPOINT);
	if (!EVENT_RESERVE_WITH(range, visit->ctx, &visit->who, PROBE_CLOSE_RANGE, &stack))
		return;
	range->first = first;
	range->last = last;
	range->nr = visit->nr;
	range->call = visit->call;
	range->pad = 0;
	event_submit(range);
}

INLINE void begin_exit(struct visit *visit)
{
	struct probe_exiting *exiting;
	if (!EVENT_RESERVE(exiting, &visit->who, PROBE_EXITING))
		return;
	exiting->status = (int32_t)visit->regs->di;
	exiting->pad = 0;
	event_submit(exiting);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(call_begins, struct pt_regs *regs, long nr)
{
	if ((unsigned long)nr >= SYSCALLS_MAX)
		return 0;
	uint32_t act = syscall_rows[nr].act;
	if (act < ACT_REPLACE || act > ACT_EXIT)
		return 0;
	struct visit visit = {.ctx = ctx, .regs = regs, .nr = (uint16_t)nr};
	if (!find_current(&visit.who) || is_32_bit())
		return 0;
	visit.call = syscall_rows[nr].call;
	if (act == ACT_CLOSE)
		begin_close(&visit, (int32_t)regs->di);
	else if (act == ACT_CLOSE_RANGE)
		begin_close_range(&visit);
	else if (act == ACT_EXIT)
		begin_exit(&visit);
	else if (replaces(&visit))
		tell_close(&visit, (int32_t)regs->si, 1, 0);
	return 0;
}

INLINE void opened(struct visit *visit, int32_t from)
{
	if (visit->ret < 0)
		refused(visit);
	else
		tell_open(visit, (int32_t)visit->ret, from);
}

INLINE void opened_at_path(struct visit *visit)
{
	opened(visit, -1);
	if (visit->ret < 0 || visit->path < 0)
		return;
	tell_path(visit, (int32_t)visit->ret, visit->path ? visit->regs->si : visit->regs->di);
}

INLINE void opened_pair(struct visit *visit, uint64_t address)
{
	int32_t pair[2] = {-1, -1};
	if (visit->ret < 0) {
		refused(visit);
		return;
	}
	if (bpf_probe_read_user(pair, sizeof(pair), (const void *)address))
		return;
	tell_open(visit, pair[0], -1);
	tell_open(visit, pair[1], -1);
}

INLINE void opened_where(struct visit *visit, uint64_t address)
{
	int32_t fd = -1;
	if (!bpf_probe_read_user(&fd, sizeof(fd), (const void *)address))
		tell_open(visit, fd, -1);
}

INLINE void cloned(struct visit *visit)
{
	if (visit->ret > 0 && visit->regs->di & CLONE_WITH_PIDFD)
		opened_where(visit, visit->regs->dx);
}

INLINE void cloned3(struct visit *visit)
{
	uint64_t flags_pidfd[2];
	if (visit->ret > 0 &&
	    !bpf_probe_read_user(flags_pidfd, sizeof(flags_pidfd), (const void *)visit->regs->di) &&
	    flags_pidfd[0] & CLONE_WITH_PIDFD)
		opened_where(visit, flags_pidfd[1]);
}

INLINE void accepted(struct visit *visit)
{
	int32_t listener = (int32_t)visit->regs->di;
	opened(visit, listener);
	if (visit->ret < 0)
		misused(visit, listener, false);
	else
		tell_names_of(&visit->who, (int32_t)visit->ret, visit->nr, visit->call);
}

INLINE void copied(struct visit *visit)
{
	opened(visit, (int32_t)visit->regs->di);
}

INLINE void copied_by_control(struct visit *visit)
{
	uint32_t command = (uint32_t)visit->regs->si;
	if (command == COMMAND_DUPFD || command == COMMAND_DUPFD_CLOEXEC)
		copied(visit);
}

INLINE void replaced(struct visit *visit)
{
	int32_t to = (int32_t)visit->regs->si;
	if (visit->ret < 0 && replaces(visit))
		tell_undo(visit, to, (uint32_t)to);
	else if (visit->ret >= 0 && (int32_t)visit->regs->di != to)
		tell_open(visit, to, (int32_t)visit->regs->di);
}

/* Linux frees the number whatever close returns, but for EBADF. */
INLINE void closed(struct visit *visit)
{
	int32_t fd = (int32_t)visit->regs->di;
	if (visit->ret != -ERROR_BADF || fd < 0)
		return;
	uint32_t thread = thread_key();
	const int32_t *found_closed = bpf_map_lookup_elem(&unopened, &thread);
	if (found_closed && *found_closed == fd) {
		bpf_map_delete_elem(&unopened, &thread);
		tell_unopened(visit, fd);
		return;
	}
	tell_undo(visit, fd, (uint32_t)fd);
}

INLINE void closed_range(struct visit *visit)
{
	const struct pt_regs *regs = visit->regs;
	if (visit->ret < 0 && (uint32_t)regs->di <= (uint32_t)regs->si &&
	    !(regs->dx & RANGE_CLOEXEC))
		tell_undo(visit, (int32_t)regs->di, (uint32_t)regs->si);
}

INLINE void await_connection(struct visit *visit, int32_t fd)
{
	struct file *file = current_file(fd);
	uint64_t sock = file ? (uint64_t)file_sock(file) : 0;
	struct connecting begun = {.tgid = visit->who.tgid,
				   .tid = visit->who.tid,
				   .image = visit->who.traced->image,
				   .fd = fd};
	if (sock)
		bpf_map_update_elem(&connections, &sock, &begun, BPF_ANY);
}

INLINE void named(struct visit *visit)
{
	int32_t fd = (int32_t)visit->regs->di;
	bool begun = visit->nr == SYSCALL_CONNECT && visit->ret == -ERROR_INPROGRESS;
	if (visit->ret < 0 && !begun) {
		misused(visit, fd, visit->nr == SYSCALL_GETSOCKNAME);
		return;
	}
	tell_names_of(&visit->who, fd, visit->nr, visit->call);
	if (begun)
		await_connection(visit, fd);
}

INLINE void sent(struct visit *visit, uint64_t calls, uint64_t bytes, bool only_asks)
{
	int32_t fd = (int32_t)visit->regs->di;
	if (visit->ret < 0)
		misused(visit, fd, only_asks);
	else
		traffic_out(visit, fd, calls, bytes);
}

INLINE void received(struct visit *visit, uint64_t calls, uint64_t bytes, bool only_asks)
{
	int32_t fd = (int32_t)visit->regs->di;
	if (visit->ret < 0)
		misused(visit, fd, only_asks);
	else
		traffic_in(visit, fd, calls, bytes);
}

INLINE void received_many(struct visit *visit)
{
	uint32_t count = visit->ret > 0 ? (uint32_t)visit->ret : 0;
	received(visit, count, message_bytes(visit->regs->si, count), false);
	receive_messages(visit, visit->regs->si, count);
}

INLINE void sent_many(struct visit *visit)
{
	uint32_t count = visit->ret > 0 ? (uint32_t)visit->ret : 0;
	sent(visit, count, message_bytes(visit->regs->si, count), false);
}

INLINE void mapped(struct visit *visit)
{
	struct pt_regs *regs = visit->regs;
	if (visit->ret > 0 && regs->dx & MAP_EXECUTE && !(regs->r10 & MAP_NO_FILE))
		tell_map(&visit->who, regs, (uint64_t)visit->ret);
}

INLINE void after_traffic(struct visit *visit, uint32_t act)
{
	uint64_t bytes = (uint64_t)visit->ret;
	bool nobody = !visit->regs->r8;
	if (act == ACT_SEND)
		sent(visit, 1, bytes, false);
	else if (act == ACT_SEND_TO)
		sent(visit, 1, bytes, nobody);
	else if (act == ACT_SEND_MANY)
		sent_many(visit);
	else if (act == ACT_RECEIVE_FROM)
		received(visit, 1, bytes, nobody);
	else if (act == ACT_RECEIVE_MANY)
		received_many(visit);
	else
		received(visit, 1, bytes, false);
	if (act == ACT_RECEIVE_MESSAGE && visit->ret >= 0)
		receive_messages(visit, visit->regs->si, 1);
}

/* Calls that only sometimes return a descriptor. */
INLINE bool may_open(const struct visit *visit, uint32_t act)
{
	const struct pt_regs *regs = visit->regs;
	if (act == ACT_SIGNALS)
		return (int32_t)regs->di == -1;
	if (act == ACT_CONTROL)
		return (uint32_t)regs->si == COMMAND_TERMINAL_PEER;
	if (act == ACT_SECCOMP)
		return regs->di == SECCOMP_FILTER && regs->si & SECCOMP_LISTENER;
	if (act == ACT_BPF)
		return (uint32_t)regs->di < 64 && BPF_MAKERS >> (regs->di & 63) & 1;
	return true;
}

INLINE void after(struct visit *visit, uint32_t act)
{
	if (act >= ACT_OPEN && act <= ACT_BPF) {
		if (may_open(visit, act))
			opened_at_path(visit);
	} else if (act == ACT_PIPE) {
		opened_pair(visit, visit->regs->di);
	} else if (act == ACT_SOCKETPAIR) {
		opened_pair(visit, visit->regs->r10);
	} else if (act == ACT_CLONE) {
		cloned(visit);
	} else if (act == ACT_CLONE3) {
		cloned3(visit);
	} else if (act == ACT_ACCEPT) {
		accepted(visit);
	} else if (act == ACT_COPY) {
		copied(visit);
	} else if (act == ACT_COPY_CONTROL) {
		copied_by_control(visit);
	} else if (act == ACT_REPLACE) {
		replaced(visit);
	} else if (act == ACT_CLOSE) {
		closed(visit);
	} else if (act == ACT_CLOSE_RANGE) {
		closed_range(visit);
	} else if (act == ACT_NAME) {
		named(visit);
	} else if (act == ACT_MAP) {
		mapped(visit);
	} else if (act >= ACT_SEND && act <= ACT_RECEIVE_MANY) {
		after_traffic(visit, act);
	}
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_ends, struct pt_regs *regs, long ret)
{
	uint64_t nr = regs->orig_ax;
	if (nr >= SYSCALLS_MAX)
		return 0;
	uint32_t act = syscall_rows[nr].act;
	if (act == ACT_NONE || act == ACT_EXIT || (act == ACT_CLOSE && !ret))
		return 0;
	struct visit visit = {.ctx = ctx, .regs = regs, .nr = (uint16_t)nr, .ret = ret};
	if (!find_current(&visit.who))
		return 0;
	if (is_32_bit()) {
		visit.who.traced->compat++;
		return 0;
	}
	visit.call = syscall_rows[nr].call;
	visit.path = syscall_rows[nr].path;
	after(&visit, act);
	return 0;
}

#endif
