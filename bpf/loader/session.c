/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"
#include "beside.h"
#include "clock.h"
#include "fd_look.h"
#include "image_events.h"
#include "process_files.h"
#include "seed.h"
#include "standings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int session_create(const struct session_options *options, struct session **ret_session)
{
	struct session *session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->options = *options;
	session->options.folder = NULL;
	if (session->options.stack_depth > TRACK_STACK_DEPTH_MAX)
		session->options.stack_depth = TRACK_STACK_DEPTH_MAX;
	int ret = spool_run_init(&session->run, options->folder, options->cap_bytes);
	if (ret)
		session_destroy(session);
	else
		*ret_session = session;
	return ret;
}

static void free_stacks(struct session *session)
{
	size_t cursor = 0;
	uint64_t hash, stack;
	while (u64map_next(&session->stacks, &cursor, &hash, &stack))
		free((void *)(uintptr_t)stack);
	u64map_finish(&session->stacks);
}

void session_forget_stacks(struct session *session)
{
	const struct session_kernel *kernel = &session->options.kernel;
	size_t cursor = 0;
	uint64_t image, value;
	free_stacks(session);
	while (u64map_next(&session->images, &cursor, &image, &value)) {
		struct traced *traced = (struct traced *)(uintptr_t)value;
		u64map_finish(&traced->stacks);
		if (kernel->forget_trails)
			(void)kernel->forget_trails(kernel->context, traced->tgid, traced->image);
	}
}

void session_destroy(struct session *session)
{
	size_t cursor = 0;
	uint64_t image, value;
	if (!session)
		return;
	while (u64map_next(&session->images, &cursor, &image, &value)) {
		struct traced *traced = (struct traced *)(uintptr_t)value;
		if (session->options.functions.forget)
			session->options.functions.forget(session->options.functions.context,
							  traced);
		traced_destroy(traced);
	}
	cursor = 0;
	while (u64map_next(&session->bits, &cursor, &image, &value))
		free((void *)(uintptr_t)value);
	u64map_finish(&session->images);
	u64map_finish(&session->by_tgid);
	u64map_finish(&session->bits);
	free_stacks(session);
	standings_forget_files(session);
	module_files_finish(&session->files);
	spool_run_finish(&session->run);
	free(session);
}

struct traced *session_find(const struct session *session, uint32_t tgid)
{
	const uint64_t *found = u64map_get(&session->by_tgid, tgid);
	return found ? (struct traced *)(uintptr_t)*found : NULL;
}

static struct traced *find_image(const struct session *session, uint32_t image)
{
	const uint64_t *found = u64map_get(&session->images, image);
	return found ? (struct traced *)(uintptr_t)*found : NULL;
}

int session_add(struct session *session, struct traced *traced)
{
	int ret = u64map_put(&session->images, traced->image, (uintptr_t)traced);
	if (!ret)
		ret = u64map_put(&session->by_tgid, traced->tgid, (uintptr_t)traced);
	if (!ret)
		session->alive++;
	else
		u64map_remove(&session->images, traced->image);
	return ret;
}

void session_remove(struct session *session, struct traced *traced)
{
	const struct session_functions *functions = &session->options.functions;
	if (functions->forget)
		functions->forget(functions->context, traced);
	u64map_remove(&session->images, traced->image);
	if (session_find(session, traced->tgid) == traced)
		u64map_remove(&session->by_tgid, traced->tgid);
	for (struct traced **at = &session->dirty; *at; at = &(*at)->next_dirty)
		if (*at == traced) {
			*at = traced->next_dirty;
			break;
		}
	session->alive--;
	traced_destroy(traced);
}

/* Which numbers are open, until it is told of whom and why. */
static int keep_bits(struct session *session, const struct probe_bits *event)
{
	const uint64_t *found = u64map_get(&session->bits, event->head.image);
	struct session_bits *bits = found ? (struct session_bits *)(uintptr_t)*found : NULL;
	size_t count = bits ? bits->count : 0;
	bits = realloc(bits, sizeof(*bits) + (count + 1) * sizeof(*bits->at));
	if (!bits)
		return -ENOMEM;
	bits->count = count + 1;
	bits->at[count].first = event->first;
	memcpy(bits->at[count].open, event->open, sizeof(event->open));
	int ret = u64map_put(&session->bits, event->head.image, (uintptr_t)bits);
	if (ret)
		free(bits);
	return ret;
}

struct session_bits *session_take_bits(struct session *session, uint32_t image)
{
	const uint64_t *found = u64map_get(&session->bits, image);
	struct session_bits *bits = found ? (struct session_bits *)(uintptr_t)*found : NULL;
	u64map_remove(&session->bits, image);
	return bits;
}

/*
 * Of an image whose beginning was lost: it is taken as it is now, if it still runs. The kernel
 * follows it already.
 */
static struct traced *adopt(struct session *session, const struct probe_head *event)
{
	const struct session_kernel *kernel = &session->options.kernel;
	struct probe_traced now;
	struct traced *traced;
	if (!kernel->traced || kernel->traced(kernel->context, event->tgid, &now) ||
	    now.image != event->image)
		return NULL;
	return image_attach(session, event->tgid, event->image, &traced) ? NULL : traced;
}

#define HAS(type) (event->bytes >= sizeof(struct type))
#define AS(type) ((const struct type *)event)

static int handle(struct session *session, struct traced *traced, const struct probe_head *event)
{
	const struct session_functions *functions = &session->options.functions;
	switch ((enum probe_type)event->type) {
	case PROBE_OPEN:
		if (HAS(probe_open))
			descriptors_open(traced, AS(probe_open));
		break;
	case PROBE_PATH:
		if (HAS(probe_path))
			descriptors_path(traced, AS(probe_path));
		break;
	case PROBE_HELD:
		if (HAS(probe_open))
			descriptors_held(traced, AS(probe_open));
		break;
	case PROBE_NAMES:
		if (HAS(probe_names))
			descriptors_names(traced, AS(probe_names));
		break;
	case PROBE_CLOSE:
		if (HAS(probe_close))
			descriptors_close(traced, AS(probe_close));
		break;
	case PROBE_CLOSE_RANGE:
		if (HAS(probe_close_range))
			descriptors_close_range(traced, AS(probe_close_range));
		break;
	case PROBE_UNDO:
		if (HAS(probe_undo))
			descriptors_undo(traced, AS(probe_undo));
		break;
	case PROBE_FAIL:
		if (HAS(probe_fail))
			descriptors_fail(traced, AS(probe_fail));
		break;
	case PROBE_FORK:
		return HAS(probe_fork) ? image_fork(traced, AS(probe_fork)) : 0;
	case PROBE_EXITING:
		image_exiting(traced, event);
		break;
	case PROBE_THREAD_END:
		if (HAS(probe_thread_end))
			threads_end(traced, AS(probe_thread_end));
		break;
	case PROBE_END:
		if (HAS(probe_end))
			image_end(traced, AS(probe_end));
		break;
	case PROBE_RENAME:
		if (HAS(probe_rename))
			threads_rename(traced, AS(probe_rename));
		break;
	case PROBE_MAP:
		if (HAS(probe_map))
			mapped_map(traced, AS(probe_map));
		break;
	case PROBE_ENTER:
	case PROBE_RETURN:
	case PROBE_ANNOTATION:
		return functions->event && !traced->quiet
			       ? functions->event(functions->context, traced, event)
			       : 0;
	case PROBE_EXEC:
	case PROBE_BITS_OPEN:
	case PROBE_NONE:
	case PROBE__COUNT:
		break;
	}
	return 0;
}

static bool is_about_numbers(uint16_t type)
{
	return (type >= PROBE_OPEN && type <= PROBE_FAIL) || type == PROBE_HELD;
}

/* At its end it goes. */
static int image_event(struct session *session, struct traced *traced,
		       const struct probe_head *event)
{
	/* What is done to a table of descriptors is told of the one that had it first. */
	if (traced->numbers_of && is_about_numbers(event->type)) {
		struct traced *owner = find_image(session, traced->numbers_of);
		return owner ? image_event(session, owner, event) : 0;
	}
	if (traced->beside == BESIDE_NOT || event->type == PROBE_END)
		return handle(session, traced, event);
	traced->muted = beside_mutes(traced, event);
	if (!traced->muted && event->type == PROBE_OPEN)
		traced_note(traced, TRACK_NOTE_KERNEL_ONLY, 1);
	int ret = handle(session, traced, event);
	traced->muted = true;
	return ret;
}

int session_event(struct session *session, const struct probe_head *event)
{
	if (event->type == PROBE_BITS_OPEN)
		return HAS(probe_bits) ? keep_bits(session, AS(probe_bits)) : 0;
	if (event->type == PROBE_EXEC)
		return HAS(probe_exec) ? image_exec(session, AS(probe_exec)) : 0;
	struct traced *traced = find_image(session, event->image);
	if (!traced)
		traced = adopt(session, event);
	return traced ? image_event(session, traced, event) : 0;
}

void session_settle(struct session *session, uint64_t settled_ns)
{
	struct traced *dirty = session->dirty, *next;
	session->settled_ns = settled_ns;
	session->dirty = NULL;
	if (session->options.beside_shim)
		beside_settle(session, settled_ns);
	for (; dirty; dirty = next) {
		next = dirty->next_dirty;
		if (!seed_settle(dirty, settled_ns)) {
			dirty->next_dirty = session->dirty;
			session->dirty = dirty;
			continue;
		}
		dirty->dirty = false;
		spool_file_settle(&dirty->spool, settled_ns);
	}
}

/* Whether its end was lost: it was gone at the look before already, and no event told so since. */
static bool is_lost(struct traced *traced)
{
	const struct session_kernel *kernel = &traced->session->options.kernel;
	struct probe_traced now;
	if (!kernel->traced)
		return false;
	if (!kernel->traced(kernel->context, traced->tgid, &now) && now.image == traced->image) {
		image_count_lost(traced, now.lost);
		return false;
	}
	if (traced->missing)
		return true;
	traced->missing = true;
	traced->session->looks_again = true;
	return false;
}

void session_count_rest(struct session *session)
{
	size_t cursor = 0;
	uint64_t image, value;
	while (session->lost < session->lost_known &&
	       u64map_next(&session->images, &cursor, &image, &value)) {
		struct traced *traced = (struct traced *)(uintptr_t)value;
		if (!traced_takes_notes(traced))
			continue;
		traced_note(traced, TRACK_NOTE_LOST_EVENTS, session->lost_known - session->lost);
		session->lost = session->lost_known;
	}
}

int session_count_lost(struct session *session, uint64_t lost, uint64_t tables)
{
	struct traced **ended = calloc(session->alive + 1, sizeof(struct traced *));
	size_t cursor = 0, count = 0;
	uint64_t image, value;
	if (!ended)
		return -ENOMEM;
	if (lost > session->lost_known)
		session->lost_known = lost;
	session->looks_again = false;
	while (u64map_next(&session->images, &cursor, &image, &value)) {
		struct traced *traced = (struct traced *)(uintptr_t)value;
		traced_note(traced, TRACK_NOTE_LOST_TABLES, tables);
		if (is_lost(traced))
			ended[count++] = traced;
	}
	/* Whose end may be on its way says itself what it lost. */
	if (!session->looks_again)
		session_count_rest(session);
	for (size_t i = 0; i < count; i++)
		image_end_unseen(ended[i], clock_now_ns());
	free(ended);
	return 0;
}

int session_look(struct session *session)
{
	size_t cursor = 0;
	uint64_t image, value;
	int ret = 0;
	while (u64map_next(&session->images, &cursor, &image, &value)) {
		int error = standings_look((struct traced *)(uintptr_t)value);
		if (!ret)
			ret = error;
	}
	return ret;
}

void session_leave(struct session *session, uint64_t time_ns)
{
	const struct session_kernel *kernel = &session->options.kernel;
	size_t cursor = 0;
	uint64_t image, value;
	while (u64map_next(&session->images, &cursor, &image, &value)) {
		struct traced *traced = (struct traced *)(uintptr_t)value;
		struct probe_traced now;
		if (kernel->traced && !kernel->traced(kernel->context, traced->tgid, &now) &&
		    now.image == traced->image)
			image_count_compat(traced, now.compat);
		(void)seed_settle(traced, UINT64_MAX);
		descriptors_settle_traffic(traced, time_ns);
		if (traced->beside == BESIDE_NOT)
			descriptors_settle_names(traced, time_ns);
		if (traced->beside != BESIDE_NOT)
			beside_end(traced);
		else
			spool_file_settle(&traced->spool, UINT64_MAX);
	}
}

/* What the program is given: it may be over before it could be asked. */
static int look_at_held(void *context, uint32_t fd)
{
	struct traced *traced = context;
	struct fd_look look;
	int pid_fd = fd_look_begin((int32_t)traced->tgid);
	if (!fd_look_take((int32_t)traced->tgid, pid_fd, fd, &look))
		descriptors_found(traced, fd, look.fd_class, TRACK_FD_INHERITED, 0);
	if (pid_fd >= 0)
		close(pid_fd);
	return 0;
}

int session_follow(struct session *session, uint32_t tgid)
{
	const struct session_kernel *kernel = &session->options.kernel;
	struct traced *traced = calloc(1, sizeof(*traced));
	if (!traced)
		return -ENOMEM;
	*traced = (struct traced){.session = session, .tgid = tgid, .quiet = true};
	int ret = kernel->trace(kernel->context, tgid, &traced->image);
	if (!ret)
		ret = session_add(session, traced);
	if (ret)
		free(traced);
	else
		(void)process_each_number((int32_t)tgid, "fd", look_at_held, traced);
	return ret;
}

int session_attach(struct session *session, uint32_t tgid)
{
	const struct session_kernel *kernel = &session->options.kernel;
	struct traced *traced;
	uint32_t image;
	if (session_find(session, tgid))
		return 0;
	/* First of all it is followed: what happens while we look is told after it. */
	int ret = kernel->trace(kernel->context, tgid, &image);
	if (ret)
		return ret;
	ret = image_attach(session, tgid, image, &traced);
	if (ret && kernel->untrace)
		(void)kernel->untrace(kernel->context, tgid);
	return ret;
}
