/* SPDX-License-Identifier: Apache-2.0 */
#include "descriptors.h"
#include "fd_class.h"
#include "fd_look.h"
#include "process_files.h"
#include "seed.h"
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBERS_MAX (1u << 20) /* those above are told, and not believed */
#define NUMBERS_LEAST 64u
#define SWEEP_TOLD 16u	  /* closes of what was never open that a run tells */
#define REFUSALS_TOLD 16u /* of each thread: a loop around accept may fail for ever */
#define NAME_BYTES 255u	  /* of a path, its end */

void descriptors_finish(struct descriptors *descriptors)
{
	free(descriptors->at);
	u64map_finish(&descriptors->closers);
	u64map_finish(&descriptors->refusals);
	*descriptors = (struct descriptors){0};
}

void descriptors_forget_thread(struct descriptors *descriptors, uint32_t tid)
{
	u64map_remove(&descriptors->closers, tid);
	u64map_remove(&descriptors->refusals, tid);
}

struct descriptor *descriptors_find(const struct descriptors *descriptors, uint32_t fd)
{
	return fd < descriptors->count && descriptors->at[fd].ever ? &descriptors->at[fd] : NULL;
}

/* NULL: it is too high, or there is no memory. */
static struct descriptor *make(struct descriptors *descriptors, uint32_t fd)
{
	if (fd >= NUMBERS_MAX)
		return NULL;
	if (fd >= descriptors->count) {
		uint32_t count = descriptors->count ? descriptors->count : NUMBERS_LEAST;
		while (count <= fd)
			count *= 2;
		struct descriptor *at = reallocarray(descriptors->at, count, sizeof(*at));
		if (!at)
			return NULL;
		memset(at + descriptors->count, 0, (count - descriptors->count) * sizeof(*at));
		descriptors->at = at;
		descriptors->count = count;
	}
	return &descriptors->at[fd];
}

static void remember(struct traced *traced, uint32_t fd, enum track_fd_class fd_class)
{
	struct descriptor *descriptor = make(&traced->descriptors, fd);
	if (!descriptor) {
		traced_note(traced, TRACK_NOTE_USAGE_UNCOUNTED, 1);
		return;
	}
	*descriptor =
		(struct descriptor){.fd_class = (uint8_t)fd_class, .open = true, .ever = true};
	traced->descriptors.rings |= fd_class == TRACK_FD_CLASS_IO_URING;
}

void descriptors_open(struct traced *traced, const struct probe_open *event)
{
	if (event->fd < 0)
		return;
	uint32_t fd = (uint32_t)event->fd;
	enum track_fd_class fd_class = fd_class_of(&event->file, event->nr);
	seed_opened(traced, fd, event->head.time_ns);
	remember(traced, fd, fd_class);
	struct descriptor *descriptor = descriptors_find(&traced->descriptors, fd);
	if (descriptor)
		descriptor->inode = event->file.ino;
	if (event->nr == SYS_io_uring_setup)
		traced_note(traced, TRACK_NOTE_IO_URING, 1);
	traced_emit(traced, event->head.tid, event->head.time_ns, TRACK_OP_CREATE, TRACK_KIND_FD,
		    event->call, fd, traced_stack(traced, &event->head),
		    TRACK_FD_ARG(fd_class, 0, event->from), NULL, 0);
}

void descriptors_path(struct traced *traced, const struct probe_path *event)
{
	size_t size = event->text.bytes < PROBE_TEXT_BYTES ? event->text.bytes : NAME_BYTES;
	if (event->fd < 0 || !size)
		return;
	traced_emit(traced, event->head.tid, event->head.time_ns, TRACK_OP_NAME, TRACK_KIND_FD,
		    event->call, (uint64_t)event->fd, 0, TRACK_NAME_ARG(TRACK_NAME_TEXT, size),
		    event->text.text, size);
}

static uint32_t hash_bytes(const uint8_t *bytes, size_t size)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash ? hash : 1;
}

void descriptors_address(struct traced *traced, uint32_t tid, uint64_t time_ns, uint32_t fd,
			 enum track_call call, enum track_name_role role, const void *address,
			 uint32_t bytes)
{
	struct descriptor *descriptor = descriptors_find(&traced->descriptors, fd);
	if (bytes < sizeof(sa_family_t) || bytes > sizeof(struct sockaddr_storage))
		return;
	uint32_t hash = hash_bytes(address, bytes);
	if (descriptor && descriptor->name_hash[role] == hash)
		return;
	if (descriptor)
		descriptor->name_hash[role] = hash;
	traced_emit(traced, tid, time_ns, TRACK_OP_NAME, TRACK_KIND_FD, call, fd, 0,
		    TRACK_NAME_ARG(role, bytes), address, bytes);
}

void descriptors_names(struct traced *traced, const struct probe_names *event)
{
	const struct probe_head *head = &event->head;
	if (event->fd < 0)
		return;
	if (event->local_bytes <= sizeof(event->local))
		descriptors_address(traced, head->tid, head->time_ns, (uint32_t)event->fd,
				    event->call, TRACK_NAME_LOCAL, event->local,
				    event->local_bytes);
	if (event->remote_bytes <= sizeof(event->remote))
		descriptors_address(traced, head->tid, head->time_ns, (uint32_t)event->fd,
				    event->call, TRACK_NAME_REMOTE, event->remote,
				    event->remote_bytes);
}

static void emit_traffic(struct traced *traced, uint32_t tid, uint64_t time_ns, uint32_t fd,
			 const struct track_traffic *traffic)
{
	if (traffic->out_count || traffic->in_count)
		traced_emit(traced, tid, time_ns, TRACK_OP_USE, TRACK_KIND_FD, TRACK_CALL_none, fd,
			    0, 0, traffic, sizeof(*traffic));
}

static void emit_destroy(struct traced *traced, const struct probe_head *head, uint32_t fd,
			 enum track_call call, uint64_t stack, unsigned flags)
{
	traced_emit(traced, head->tid, head->time_ns, TRACK_OP_DESTROY, TRACK_KIND_FD, call, fd,
		    stack, TRACK_FD_ARG(0, flags, -1), NULL, 0);
}

static void emit_undo(struct traced *traced, const struct probe_head *head, uint32_t fd,
		      enum track_call call, int error)
{
	traced_emit(traced, head->tid, head->time_ns, TRACK_OP_UNDO, TRACK_KIND_FD, call, fd, 0,
		    (uint64_t)error, NULL, 0);
}

/* The run of closes of what was not open that this one belongs to: how long it is now. */
static uint32_t sweep(struct descriptors *descriptors, uint32_t tid, uint32_t fd)
{
	const uint64_t *found = u64map_get(&descriptors->closers, tid);
	uint32_t last = found ? (uint32_t)*found : 0;
	uint32_t length = found ? (uint32_t)(*found >> 32) : 0;
	length = found && (fd == last + 1 || fd + 1 == last) ? length + 1 : 1;
	(void)u64map_put(&descriptors->closers, tid, fd | (uint64_t)length << 32);
	return length;
}

/*
 * A close of what was believed closed. Programs sweep over all numbers; a run of them is told at
 * its start only, but never a number that was open before without a word.
 */
static void closed_unopened(struct traced *traced, const struct probe_close *event, bool ok)
{
	uint32_t fd = (uint32_t)event->fd;
	bool ever = descriptors_find(&traced->descriptors, fd) != NULL;
	uint32_t length = sweep(&traced->descriptors, event->head.tid, fd);
	if (!ok && !ever && length > SWEEP_TOLD)
		return;
	emit_destroy(traced, &event->head, fd, event->call, traced_stack(traced, &event->head),
		     length > SWEEP_TOLD ? TRACK_FD_SWEEP : 0);
	if (!ok)
		emit_undo(traced, &event->head, fd, event->call, EBADF);
}

void descriptors_close(struct traced *traced, const struct probe_close *event)
{
	if (event->fd < 0)
		return;
	uint32_t fd = (uint32_t)event->fd;
	bool ok = !(event->head.flags & PROBE_LATE);
	seed_closed(traced, fd, event->head.time_ns);
	struct descriptor *descriptor = descriptors_find(&traced->descriptors, fd);
	if (!descriptor || !descriptor->open) {
		if (!event->replaced && (ok || event->error == EBADF))
			closed_unopened(traced, event, ok);
		return;
	}
	descriptor->open = false;
	emit_traffic(traced, event->head.tid, event->head.time_ns, fd, &event->traffic);
	emit_destroy(traced, &event->head, fd, event->call, traced_stack(traced, &event->head),
		     event->replaced ? TRACK_FD_IMPLICIT : 0);
	if (!ok)
		emit_undo(traced, &event->head, fd, event->call, EBADF);
}

/* What the kernel counted of a number, and forgets. */
static void take_traffic(struct traced *traced, uint32_t tid, uint64_t time_ns, uint32_t fd)
{
	const struct session_kernel *kernel = &traced->session->options.kernel;
	struct track_traffic traffic = {0};
	if (kernel->take_traffic &&
	    !kernel->take_traffic(kernel->context, traced->image, fd, &traffic))
		emit_traffic(traced, tid, time_ns, fd, &traffic);
}

void descriptors_close_range(struct traced *traced, const struct probe_close_range *event)
{
	struct descriptors *descriptors = &traced->descriptors;
	seed_closed_range(traced, event->first, event->last, event->head.time_ns);
	uint64_t stack = traced_stack(traced, &event->head);
	for (uint32_t fd = event->first; fd < descriptors->count && fd <= event->last; fd++) {
		struct descriptor *descriptor = &descriptors->at[fd];
		descriptor->marks &= (uint8_t)~DESCRIPTOR_RANGED;
		if (!descriptor->open)
			continue;
		descriptor->open = false;
		descriptor->marks |= DESCRIPTOR_RANGED;
		take_traffic(traced, event->head.tid, event->head.time_ns, fd);
		emit_destroy(traced, &event->head, fd, event->call, stack, TRACK_FD_IMPLICIT);
	}
}

/* A close that failed freed the number, but for EBADF; that of a range or of dup2 did nothing. */
void descriptors_undo(struct traced *traced, const struct probe_undo *event)
{
	struct descriptors *descriptors = &traced->descriptors;
	bool replaces = event->nr == SYS_dup2 || event->nr == SYS_dup3;
	bool ranges = event->nr == SYS_close_range;
	if (event->fd < 0 || (!replaces && !ranges && event->error != EBADF))
		return;
	for (uint32_t fd = (uint32_t)event->fd; fd < descriptors->count && fd <= event->last;
	     fd++) {
		struct descriptor *descriptor = &descriptors->at[fd];
		if (!descriptor->ever || descriptor->open ||
		    (ranges && !(descriptor->marks & DESCRIPTOR_RANGED)))
			continue;
		descriptor->open = replaces || ranges;
		emit_undo(traced, &event->head, fd, event->call, event->error);
	}
}

static void refused(struct traced *traced, const struct probe_fail *event)
{
	struct descriptors *descriptors = &traced->descriptors;
	const uint64_t *found = u64map_get(&descriptors->refusals, event->head.tid);
	uint64_t told = found ? *found : 0;
	if ((event->error != EMFILE && event->error != ENFILE) || told == REFUSALS_TOLD)
		return;
	if (!event->limit)
		return; /* none are allowed: that was wanted */
	(void)u64map_put(&descriptors->refusals, event->head.tid, told + 1);
	spool_file_tell_limit(&traced->spool, event->limit < UINT32_MAX ? event->limit : 0);
	traced_emit(traced, event->head.tid, event->head.time_ns, TRACK_OP_FAIL, TRACK_KIND_FD,
		    event->call, UINT64_MAX, traced_stack(traced, &event->head),
		    (uint64_t)event->error, NULL, 0);
}

/* Calls that programs try to learn whether a number is a socket at all. */
static bool only_asks(enum track_call call)
{
	return call == TRACK_CALL_send || call == TRACK_CALL_recv ||
	       call == TRACK_CALL___recv_chk || call == TRACK_CALL_getsockname;
}

/* EBADF: closed here before. ENOTSOCK: the number was a socket's, and is something else now. */
void descriptors_fail(struct traced *traced, const struct probe_fail *event)
{
	if (event->fd < 0) {
		refused(traced, event);
		return;
	}
	if (event->error != EBADF && (event->error != ENOTSOCK || only_asks(event->call)))
		return;
	struct descriptor *descriptor = descriptors_find(&traced->descriptors, (uint32_t)event->fd);
	uint32_t told = 1u << event->call % 32;
	if (!descriptor || descriptor->open != (event->error == ENOTSOCK) ||
	    descriptor->stale_uses & told)
		return;
	descriptor->stale_uses |= told;
	traced_emit(traced, event->head.tid, event->head.time_ns, TRACK_OP_FAIL, TRACK_KIND_FD,
		    event->call, (uint64_t)event->fd, traced_stack(traced, &event->head),
		    (uint64_t)event->error, NULL, 0);
}

void descriptors_found(struct traced *traced, uint32_t fd, enum track_fd_class fd_class,
		       unsigned flags, uint64_t time_ns)
{
	remember(traced, fd, fd_class);
	traced_emit(traced, traced->tgid, time_ns, TRACK_OP_CREATE, TRACK_KIND_FD, TRACK_CALL_none,
		    fd, 0, TRACK_FD_ARG(fd_class, flags, -1), NULL, 0);
}

/* What the kernel has open, or not, of which we heard nothing (io_uring): told at that time. */
static void compare(struct traced *traced, uint64_t time_ns, uint32_t fd, bool open,
		    enum track_fd_class fd_class)
{
	struct descriptor *descriptor = descriptors_find(&traced->descriptors, fd);
	bool believed = descriptor && descriptor->open;
	if (believed == open)
		return;
	traced_note(traced, TRACK_NOTE_KERNEL_ONLY, 1);
	if (open) {
		descriptors_found(traced, fd, fd_class, 0, time_ns);
		return;
	}
	const struct probe_head head = {.tid = traced->tgid, .time_ns = time_ns};
	descriptor->open = false;
	take_traffic(traced, traced->tgid, time_ns, fd);
	emit_destroy(traced, &head, fd, TRACK_CALL_none, 0, TRACK_FD_IMPLICIT);
}

void descriptors_held(struct traced *traced, const struct probe_open *event)
{
	if (event->fd < 0)
		return;
	uint32_t fd = (uint32_t)event->fd;
	uint64_t time_ns = event->head.time_ns;
	const struct descriptor *descriptor = descriptors_find(&traced->descriptors, fd);
	if (descriptor && descriptor->open && descriptor->inode && event->file.ino &&
	    descriptor->inode != event->file.ino)
		compare(traced, time_ns, fd, false, TRACK_FD_CLASS_OTHER);
	compare(traced, time_ns, fd, true, fd_class_of(&event->file, event->nr));
}

static void found_open(struct traced *traced, uint64_t time_ns, uint32_t fd)
{
	struct descriptors *descriptors = &traced->descriptors;
	/* Where nothing else comes unseen, what was not believed is not told of. */
	if (descriptors->rings)
		compare(traced, time_ns, fd, true, TRACK_FD_CLASS_OTHER);
	struct descriptor *descriptor = descriptors_find(descriptors, fd);
	enum track_fd_class fd_class = descriptor && descriptor->open
					       ? (enum track_fd_class)descriptor->fd_class
					       : TRACK_FD_CLASS_OTHER;
	if (descriptor)
		descriptor->marks |= DESCRIPTOR_SEEN;
	traced_emit(traced, traced->tgid, time_ns, TRACK_META_CENSUS, TRACK_KIND_FD,
		    TRACK_CALL_none, fd, 0, TRACK_FD_ARG(fd_class, 0, -1), NULL, 0);
}

void descriptors_census(struct traced *traced, uint64_t time_ns, uint32_t first,
			const uint64_t *open, uint32_t words)
{
	for (uint32_t i = 0; i < words; i++)
		for (uint64_t bits = open[i]; bits; bits &= bits - 1)
			found_open(traced, time_ns,
				   first + i * 64 + (uint32_t)__builtin_ctzll(bits));
}

void descriptors_census_end(struct traced *traced, uint64_t time_ns)
{
	struct descriptors *descriptors = &traced->descriptors;
	for (uint32_t fd = 0; descriptors->rings && fd < descriptors->count; fd++)
		if (descriptors->at[fd].open && !(descriptors->at[fd].marks & DESCRIPTOR_SEEN))
			compare(traced, time_ns, fd, false, TRACK_FD_CLASS_OTHER);
	traced_emit(traced, traced->tgid, time_ns, TRACK_META_CENSUS_END, TRACK_KIND_FD,
		    TRACK_CALL_none, 0, 0, 0, NULL, 0);
}

/* Its address came by what it sent; and it is still the one that was opened. */
static void tell_address(struct traced *traced, int pid_fd, uint64_t time_ns, uint32_t fd)
{
	struct fd_look look;
	if (fd_look_take((int32_t)traced->tgid, pid_fd, fd, &look) ||
	    look.inode != traced->descriptors.at[fd].inode)
		return;
	descriptors_address(traced, traced->tgid, time_ns, fd, TRACK_CALL_none, TRACK_NAME_LOCAL,
			    &look.addresses[TRACK_NAME_LOCAL].at,
			    look.addresses[TRACK_NAME_LOCAL].bytes);
}

void descriptors_settle_names(struct traced *traced, uint64_t time_ns)
{
	const struct descriptors *descriptors = &traced->descriptors;
	int pid_fd = fd_look_begin((int32_t)traced->tgid);
	for (uint32_t fd = 0; pid_fd >= 0 && fd < descriptors->count; fd++) {
		const struct descriptor *descriptor = &descriptors->at[fd];
		if (descriptor->open && descriptor->fd_class == TRACK_FD_CLASS_UDP &&
		    descriptor->inode && !descriptor->name_hash[TRACK_NAME_LOCAL])
			tell_address(traced, pid_fd, time_ns, fd);
	}
	if (pid_fd >= 0)
		close(pid_fd);
}

void descriptors_settle_traffic(struct traced *traced, uint64_t time_ns)
{
	const struct descriptors *descriptors = &traced->descriptors;
	for (uint32_t fd = 0; fd < descriptors->count; fd++)
		if (descriptors->at[fd].open)
			take_traffic(traced, traced->tgid, time_ns, fd);
}
