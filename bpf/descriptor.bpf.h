/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of descriptors: births, ends, refusals, misuse, traffic. */
#ifndef DESCRIPTOR_BPF_H
#define DESCRIPTOR_BPF_H

enum { ERROR_BADF = 9, ERROR_NFILE = 23, ERROR_MFILE = 24, ERROR_NOTSOCK = 88 };

enum { SYSCALL_IO_URING_SETUP = 425 };
enum { LIMIT_NUMBERS = 7 }; /* RLIMIT_NOFILE */

#define SWEEP_TOLD 16u	  /* closes of what is not open, of a run over numbers */
#define REFUSALS_TOLD 16u /* of each thread: a loop around accept may fail for ever */
#define PATH_CHUNKS 17u	  /* of what a path can be long */

/* One system call of a followed thread. */
struct visit {
	void *ctx;
	struct pt_regs *regs;
	struct who who;
	int64_t ret;
	uint16_t nr;
	uint16_t call;
	int32_t path;
};

INLINE struct probe_traffic_key traffic_key(const struct visit *visit, int32_t fd)
{
	struct probe_traffic_key key = {.image = visit->who.traced->image, .fd = (uint32_t)fd};
	return key;
}

/* A number that opens again may be misused anew. */
INLINE void forget_misuse(const struct visit *visit, int32_t fd)
{
	struct probe_traffic_key key = traffic_key(visit, fd);
	if (visit->who.traced->flags & PROBE_TRACED_MISUSES)
		bpf_map_delete_elem(&misuses, &key);
}

static __noinline int tell_open(struct visit *visit, int32_t fd, int32_t from)
{
	struct probe_open *open;
	struct stack stack;
	stack_choose(&stack, &visit->who, visit->regs, SCRATCH_TRACEPOINT);
	if (!EVENT_RESERVE_WITH(open, visit->ctx, &visit->who, PROBE_OPEN, &stack))
		return 0;
	open->fd = fd;
	open->from = from;
	open->nr = visit->nr;
	open->call = visit->call;
	open->pad = 0;
	file_look(&open->file, fd);
	event_submit(open);
	forget_misuse(visit, fd);
	if (visit->nr == SYSCALL_IO_URING_SETUP)
		visit->who.traced->flags |= PROBE_TRACED_RINGS;
	return 0;
}

/* The end of a string of the program, if it is too long. Global: it is verified once. */
__noinline int text_fill(struct probe_text *text, uint64_t address)
{
	const char *from = (const char *)address;
	uint32_t before = 0;
	long bytes = 0;
	if (!text)
		return 0;
	text->bytes = 0;
	text->pad = 0;
	text->text[0] = '\0';
	for (uint32_t i = 0; i < PATH_CHUNKS; i++) {
		bytes = bpf_probe_read_user_str(text->text, PROBE_TEXT_BYTES, from + before);
		if (bytes < PROBE_TEXT_BYTES)
			break;
		before += PROBE_TEXT_BYTES - 1;
	}
	if (bytes <= 0 && !before)
		return 0;
	if (before && bytes > 0)
		bytes = bpf_probe_read_user_str(text->text, PROBE_TEXT_BYTES,
						from + before + bytes - PROBE_TEXT_BYTES);
	text->bytes = bytes > 0 ? (uint32_t)bytes - 1 : 0;
	return 0;
}

static __noinline int tell_path(struct visit *visit, int32_t fd, uint64_t address)
{
	struct probe_path *path;
	if (!address || !EVENT_RESERVE(path, &visit->who, PROBE_PATH))
		return 0;
	path->fd = fd;
	path->nr = visit->nr;
	path->call = visit->call;
	text_fill(&path->text, address);
	event_submit(path);
	return 0;
}

INLINE uint32_t current_limit(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	unsigned long limit = BPF_CORE_READ(signal, rlim[LIMIT_NUMBERS].rlim_cur);
	return limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
}

static __noinline int tell_fail(struct visit *visit, int32_t fd, int32_t error)
{
	struct probe_fail *fail;
	struct stack stack;
	stack_choose(&stack, &visit->who, visit->regs, SCRATCH_TRACEPOINT);
	if (!EVENT_RESERVE_WITH(fail, visit->ctx, &visit->who, PROBE_FAIL, &stack))
		return 0;
	fail->fd = fd;
	fail->nr = visit->nr;
	fail->call = visit->call;
	fail->error = error;
	fail->limit = current_limit();
	event_submit(fail);
	return 0;
}

/* It got no descriptor. Told only if there were none left. */
INLINE void refused(struct visit *visit)
{
	int32_t error = (int32_t)-visit->ret;
	if (error != ERROR_MFILE && error != ERROR_NFILE)
		return;
	uint32_t thread = thread_key(), one = 1;
	uint32_t *count = bpf_map_lookup_elem(&refusals, &thread);
	if (count && *count >= REFUSALS_TOLD)
		return;
	if (count)
		(*count)++;
	else
		bpf_map_update_elem(&refusals, &thread, &one, BPF_ANY);
	tell_fail(visit, -1, error);
}

/* A call that failed because the number is closed, or is no socket any more. Once per call. */
INLINE void misused(struct visit *visit, int32_t fd, bool only_asks)
{
	int32_t error = (int32_t)-visit->ret;
	if (fd < 0 || (error != ERROR_BADF && (error != ERROR_NOTSOCK || only_asks)))
		return;
	struct probe_traffic_key key = traffic_key(visit, fd);
	uint32_t told = 1u << (visit->call & 31);
	uint32_t *bits = bpf_map_lookup_elem(&misuses, &key);
	if (bits && *bits & told)
		return;
	uint32_t together = bits ? *bits | told : told;
	bpf_map_update_elem(&misuses, &key, &together, BPF_ANY);
	visit->who.traced->flags |= PROBE_TRACED_MISUSES;
	tell_fail(visit, fd, error);
}

INLINE struct track_traffic *traffic_of(const struct visit *visit, int32_t fd)
{
	struct probe_traffic_key key = traffic_key(visit, fd);
	struct track_traffic *found = bpf_map_lookup_elem(&traffic, &key);
	if (found)
		return found;
	struct track_traffic none = {0};
	/* Another thread may have put it there meanwhile: then that one's is taken. */
	bpf_map_update_elem(&traffic, &key, &none, BPF_NOEXIST);
	found = bpf_map_lookup_elem(&traffic, &key);
	if (!found)
		table_full();
	return found;
}

INLINE void traffic_out(const struct visit *visit, int32_t fd, uint64_t calls, uint64_t bytes)
{
	struct track_traffic *counts = calls ? traffic_of(visit, fd) : 0;
	if (!counts)
		return;
	__sync_fetch_and_add(&counts->out_count, calls);
	__sync_fetch_and_add(&counts->out_bytes, bytes);
	counts->last_use_ns = bpf_ktime_get_ns();
}

INLINE void traffic_in(const struct visit *visit, int32_t fd, uint64_t calls, uint64_t bytes)
{
	struct track_traffic *counts = calls ? traffic_of(visit, fd) : 0;
	if (!counts)
		return;
	__sync_fetch_and_add(&counts->in_count, calls);
	__sync_fetch_and_add(&counts->in_bytes, bytes);
	counts->last_use_ns = bpf_ktime_get_ns();
}

/* The counters go with the number's end. */
INLINE void traffic_take(const struct visit *visit, int32_t fd, struct track_traffic *ret_traffic)
{
	struct probe_traffic_key key = traffic_key(visit, fd);
	struct track_traffic *found = bpf_map_lookup_elem(&traffic, &key);
	if (!found) {
		__builtin_memset(ret_traffic, 0, sizeof(*ret_traffic));
		return;
	}
	*ret_traffic = *found;
	bpf_map_delete_elem(&traffic, &key);
}

static __noinline int tell_close(struct visit *visit, int32_t fd, uint32_t replaced, int32_t late)
{
	struct probe_close *close;
	struct stack stack;
	stack_choose(&stack, &visit->who, visit->regs, SCRATCH_TRACEPOINT);
	if (!EVENT_RESERVE_WITH(close, visit->ctx, &visit->who, PROBE_CLOSE, &stack))
		return 0;
	if (late)
		close->head.flags |= PROBE_LATE;
	close->fd = fd;
	close->nr = visit->nr;
	close->call = visit->call;
	close->replaced = replaced;
	close->error = late;
	traffic_take(visit, fd, &close->traffic);
	event_submit(close);
	return 0;
}

INLINE void tell_undo(struct visit *visit, int32_t fd, uint32_t last)
{
	struct probe_undo *undo;
	if (!EVENT_RESERVE(undo, &visit->who, PROBE_UNDO))
		return;
	undo->fd = fd;
	undo->nr = visit->nr;
	undo->call = visit->call;
	undo->error = (int32_t)-visit->ret;
	undo->last = last;
	event_submit(undo);
}

/* A close found the number not open. Of a run over numbers its start is told. */
INLINE void tell_unopened(struct visit *visit, int32_t fd)
{
	uint32_t thread = thread_key();
	struct sweep sweep = {.fd = fd, .length = 1};
	const struct sweep *before = bpf_map_lookup_elem(&sweeps, &thread);
	if (before && (before->fd == fd - 1 || before->fd == fd + 1))
		sweep.length = before->length + 1;
	bpf_map_update_elem(&sweeps, &thread, &sweep, BPF_ANY);
	if (sweep.length <= SWEEP_TOLD)
		tell_close(visit, fd, 0, ERROR_BADF);
}

#endif
