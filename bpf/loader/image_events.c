/* SPDX-License-Identifier: Apache-2.0 */
#include "image_events.h"
#include "beside.h"
#include "clock.h"
#include "fd_look.h"
#include "process_files.h"
#include "seed.h"
#include "standings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/unwind.h>
#include <unistd.h>

void traced_destroy(struct traced *traced)
{
	if (!traced)
		return;
	seed_destroy(traced);
	standings_destroy(traced->standings);
	descriptors_finish(&traced->descriptors);
	threads_free(&traced->threads);
	mapped_finish(&traced->modules);
	u64map_finish(&traced->stacks);
	u64map_finish(&traced->routes);
	u64map_finish(&traced->texts);
	for (size_t i = 0; i < TRACK_PROCESS_TEXT__COUNT; i++)
		free(traced->texts_of_process[i].bytes);
	spool_file_close(&traced->spool);
	free(traced);
}

/* /proc tells in ticks since boot what the kernel has in nanoseconds. */
static uint64_t ticks_of(uint64_t start_ns)
{
	long hertz = sysconf(_SC_CLK_TCK);
	return hertz > 0 ? start_ns / (1000000000ull / (uint64_t)hertz) : 0;
}

/* A spool of its own. Without one nothing of it is recorded, and that is counted. */
static void open_spool(struct traced *traced)
{
	struct session *session = traced->session;
	const struct spool_image image = {
		.pid = (int32_t)traced->tgid,
		.ppid = (int32_t)traced->ppid,
		.origin = traced->origin,
		.start_ns = traced->start_ns,
		.start_ticks = traced->start_ticks,
		.stack_depth = session->options.stack_depth,
		.fd_limit = traced->fd_limit,
	};
	traced->muted = traced->beside != BESIDE_NOT;
	if (traced->muted || traced->quiet ||
	    !spool_file_create(&session->run, &image, &traced->spool))
		return;
	traced->quiet = true;
	spool_run_count_unrecorded(&session->run);
}

/* It is known from here on, and has its spool. NULL: no memory. */
static struct traced *begin(struct session *session, const struct traced *like)
{
	struct traced *traced = malloc(sizeof(*traced));
	if (!traced)
		return NULL;
	*traced = *like;
	traced->session = session;
	if (session_add(session, traced)) {
		free(traced);
		return NULL;
	}
	open_spool(traced);
	return traced;
}

static void open_space(struct traced *traced)
{
	struct unwinder *unwinder = traced->session->options.unwinder;
	if (unwinder && !traced->quiet && unwind_space_create(unwinder, &traced->modules.space))
		traced->modules.space = NULL;
}

static void emit_text(struct traced *traced, enum track_process_text which, const char *bytes,
		      size_t size)
{
	struct text *kept = &traced->texts_of_process[which];
	traced_emit(traced, traced->tgid, traced->start_ns, TRACK_META_PROCESS, 0, TRACK_CALL_none,
		    size, 0, which, bytes, size);
	kept->bytes = malloc(size);
	kept->size = kept->bytes ? size : 0;
	if (kept->bytes)
		memcpy(kept->bytes, bytes, size);
}

/* A fork is called as its parent is, and a short one is over before it could be asked. */
static void inherit_texts(struct traced *traced, const struct traced *parent)
{
	for (int which = TRACK_PROCESS_EXE; which <= TRACK_PROCESS_COMMAND; which++) {
		const struct text *text = &parent->texts_of_process[which];
		if (text->size && !traced->quiet)
			emit_text(traced, which, text->bytes, text->size);
	}
}

/* instead: what the kernel told of it, where /proc does not any more. */
static void tell_texts(struct traced *traced, const char *instead)
{
	char text[TRACK_NAME_BYTES_MAX];
	int32_t pid = (int32_t)traced->tgid;
	if (traced->quiet)
		return;
	for (int which = TRACK_PROCESS_EXE; which <= TRACK_PROCESS_COMMAND; which++) {
		bool is_exe = which == TRACK_PROCESS_EXE;
		int size = is_exe ? process_read_link(pid, "exe", text, sizeof(text))
				  : process_read_file(pid, "cmdline", text, sizeof(text));
		const struct module *program = traced->modules.at;
		const char *otherwise = is_exe && program ? program->path : instead;
		if (size > 0 && mapped_is_current(traced))
			emit_text(traced, which, text, (size_t)size);
		else if (*otherwise)
			emit_text(traced, which, otherwise, strlen(otherwise));
	}
}

/* What it is: as who had it before believes, else as /proc tells. */
static void inherit_number(struct traced *traced, const struct traced *from, uint32_t fd)
{
	const struct descriptor *before = from ? descriptors_find(&from->descriptors, fd) : NULL;
	struct fd_look look = {.fd_class = TRACK_FD_CLASS_OTHER};
	if (before && before->open) {
		look.fd_class = (enum track_fd_class)before->fd_class;
	} else {
		int pid_fd = fd_look_begin((int32_t)traced->tgid);
		(void)fd_look_take((int32_t)traced->tgid, pid_fd, fd, &look);
		if (pid_fd >= 0)
			close(pid_fd);
	}
	descriptors_found(traced, fd, look.fd_class, TRACK_FD_INHERITED, traced->start_ns);
}

static void inherit(struct traced *traced, const struct traced *from)
{
	struct session_bits *bits = session_take_bits(traced->session, traced->image);
	for (size_t i = 0; bits && i < bits->count; i++)
		for (uint32_t word = 0; word < PROBE_BITS / 64; word++)
			for (uint64_t open = bits->at[i].open[word]; open; open &= open - 1)
				inherit_number(traced, from,
					       bits->at[i].first + word * 64 +
						       (uint32_t)__builtin_ctzll(open));
	free(bits);
}

/* What forked it has lent it its memory, and waits. */
static bool is_lent(uint32_t flags)
{
	return flags & PROBE_FORK_SHARES_MEMORY && flags & PROBE_FORK_WAITS;
}

static uint32_t owner_of_numbers(const struct traced *traced)
{
	return traced->numbers_of ? traced->numbers_of : traced->image;
}

int image_fork(struct traced *parent, const struct probe_fork *event)
{
	struct session *session = parent->session;
	const struct session_functions *functions = &session->options.functions;
	if (event->flags & PROBE_FORK_THREAD) {
		threads_birth(parent, event);
		return 0;
	}
	const struct traced like = {
		.tgid = event->child_tgid,
		.image = event->child_image,
		.ppid = parent->tgid,
		.origin = TRACK_ORIGIN_FORK,
		.start_ns = event->head.time_ns,
		.start_ticks = ticks_of(event->start_ns),
		.start_code = parent->start_code,
		.fd_limit = parent->fd_limit,
		.quiet = parent->quiet || is_lent(event->flags),
		.numbers_of = event->flags & PROBE_FORK_SHARES_FILES ? owner_of_numbers(parent) : 0,
		.beside = parent->beside != BESIDE_NOT ? BESIDE_WAITS : BESIDE_NOT,
	};
	struct traced *child = begin(session, &like);
	if (!child)
		return -ENOMEM;
	mapped_inherit(child, parent, child->start_ns);
	inherit_texts(child, parent);
	if (!child->numbers_of)
		inherit(child, parent);
	if (functions->forked)
		functions->forked(functions->context, parent, child);
	return 0;
}

static void end_spool(struct traced *traced, uint64_t time_ns, int32_t code, int32_t signal_number)
{
	const struct spool_end end = {
		.time_ns = time_ns, .exit_code = code, .end_signal = signal_number};
	/* What was there before us, and what it sent, is still to be told. */
	(void)seed_settle(traced, UINT64_MAX);
	descriptors_settle_traffic(traced, time_ns);
	standings_end(traced, signal_number != 0);
	if (traced->beside != BESIDE_NOT)
		beside_end(traced);
	else
		spool_file_end(&traced->spool, &end);
}

int image_exec(struct session *session, const struct probe_exec *event)
{
	const uint64_t *found = u64map_get(&session->images, event->old_image);
	struct traced *old = found && event->old_image ? (struct traced *)(uintptr_t)*found : NULL;
	const struct traced like = {
		.tgid = event->head.tgid,
		.image = event->head.image,
		.ppid = event->parent,
		.origin = TRACK_ORIGIN_START,
		.start_ns = event->head.time_ns,
		.start_ticks = ticks_of(event->start_ns),
		.start_code = event->start_code,
		.fd_limit = process_fd_limit((int32_t)event->head.tgid),
		/* Without an interpreter nothing is preloaded. */
		.beside = session->options.beside_shim && event->base &&
					  event->head.flags & PROBE_PRELOADS
				  ? BESIDE_WAITS
				  : BESIDE_NOT,
	};
	struct traced *traced = begin(session, &like);
	if (!traced)
		return -ENOMEM;
	open_space(traced);
	mapped_exec(traced, event);
	tell_texts(traced, event->path.text);
	inherit(traced, old);
	if (old)
		image_count_lost(old, event->old_lost);
	if (old) {
		image_count_compat(old, event->old_compat);
		end_spool(old, event->head.time_ns, -1, 0);
		session_remove(session, old);
	}
	return 0;
}

void image_exiting(struct traced *traced, const struct probe_head *event)
{
	if (traced->exiting)
		return;
	traced->exiting = true;
	threads_census(traced, event->tid, event->time_ns);
}

void image_count_lost(struct traced *traced, uint64_t lost)
{
	struct session *session = traced->session;
	/* Some of them may be noted of another one already. */
	uint64_t unsaid = session->lost_known - session->lost;
	if (lost <= traced->lost || !traced_takes_notes(traced))
		return;
	uint64_t more = lost - traced->lost < unsaid ? lost - traced->lost : unsaid;
	traced->lost = lost;
	traced_note(traced, TRACK_NOTE_LOST_EVENTS, more);
	session->lost += more;
}

/* With the last one nobody would be left of whom the rest could be noted. */
static void count_lost_at_end(struct traced *traced, const struct probe_end *event)
{
	struct session *session = traced->session;
	if (event->lost_of_all > session->lost_known)
		session->lost_known = event->lost_of_all;
	image_count_lost(traced, event->lost);
	if (session->alive == 1)
		session_count_rest(session);
}

void image_count_compat(struct traced *traced, uint32_t compat)
{
	if (compat <= traced->compat)
		return;
	traced_note(traced, TRACK_NOTE_CALLS_32_BIT, compat - traced->compat);
	traced->compat = compat;
}

void image_end_unseen(struct traced *traced, uint64_t time_ns)
{
	end_spool(traced, time_ns, -1, 0);
	session_remove(traced->session, traced);
}

static void take_census(struct traced *traced, uint64_t time_ns)
{
	struct session_bits *bits = session_take_bits(traced->session, traced->image);
	for (size_t i = 0; bits && i < bits->count; i++)
		descriptors_census(traced, time_ns, bits->at[i].first, bits->at[i].open,
				   PROBE_BITS / 64);
	descriptors_census_end(traced, time_ns);
	free(bits);
}

void image_end(struct traced *traced, const struct probe_end *event)
{
	uint64_t time_ns = event->head.time_ns;
	int32_t signal_number = event->status & 0x7f;
	(void)seed_settle(traced, UINT64_MAX);
	if (!traced->exiting)
		threads_census(traced, event->head.tid, time_ns);
	if (traced->beside != BESIDE_NOT)
		traced->muted = beside_has_looked(traced);
	if (!traced->numbers_of)
		take_census(traced, time_ns);
	traced->muted = traced->beside != BESIDE_NOT;
	count_lost_at_end(traced, event);
	image_count_compat(traced, event->compat);
	end_spool(traced, time_ns, signal_number ? -1 : event->status >> 8 & 0xff, signal_number);
	session_remove(traced->session, traced);
}

int image_attach(struct session *session, uint32_t tgid, uint32_t image, struct traced **ret_traced)
{
	struct process_stat stat;
	int ret = process_read_stat((int32_t)tgid, &stat);
	if (ret)
		return -ESRCH;
	const struct traced like = {
		.tgid = tgid,
		.image = image,
		.ppid = (uint32_t)stat.ppid,
		.origin = TRACK_ORIGIN_ATTACHED,
		.beside = session->options.beside_shim ? BESIDE_WAITS : BESIDE_NOT,
		.start_ns = clock_now_ns(),
		.start_ticks = stat.start_ticks,
		.fd_limit = process_fd_limit((int32_t)tgid),
	};
	struct traced *traced = begin(session, &like);
	if (!traced)
		return -ENOMEM;
	open_space(traced);
	tell_texts(traced, "");
	ret = mapped_read(traced, traced->start_ns);
	if (!ret)
		ret = seed_read(traced);
	if (ret) {
		session_remove(session, traced);
		return ret == -ENOENT ? -ESRCH : ret;
	}
	*ret_traced = traced;
	return 0;
}
