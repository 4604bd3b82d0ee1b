/* SPDX-License-Identifier: Apache-2.0 */
#include "callbacks.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/functions.h>
#include <sys/stat.h>
#include <time.h>
#include <track/track.h>

#include "engine.h"
#include "returns.h"
#include "telling.h"
#include "traced.h"

#define REGISTERED_MAX 1024u /* functions that are probed at once */
#define HOWS_OF_ONE 4u

/* One function that was registered somewhere. */
struct registered {
	dev_t device;
	ino_t inode;
	uint64_t offset;
	uint32_t row;
	bool is_dead; /* it cannot be followed */
	bool is_result_unseen;
	struct probe_row kernel;
	struct row_source result;
	struct {
		int how;
		uint64_t since_ns;
		struct row_place subject;
	} hows[HOWS_OF_ONE];
	size_t how_count;
	struct link_list links;
};

static bool is_same_term(const struct pack_term *a, const struct pack_term *b)
{
	return a->root == b->root && a->number == b->number && a->is_int == b->is_int &&
	       a->step_count == b->step_count && memcmp(a->steps, b->steps, sizeof(a->steps)) == 0;
}

static bool is_same_how(const struct pack_act *a, const struct pack_act *b)
{
	if (a->subject.kind != b->subject.kind || a->over != b->over || a->fires != b->fires ||
	    a->found.term_count != b->found.term_count)
		return false;
	for (unsigned i = 0; i < a->found.term_count; i++)
		if (!is_same_term(&a->found.terms[i], &b->found.terms[i]))
			return false;
	return true;
}

static int number_of(struct callbacks *callbacks, const struct pack_act *arm, int *ret_number)
{
	struct callback_how *hows;
	size_t i = 0;

	while (i < callbacks->how_count && !is_same_how(callbacks->hows[i].arm, arm))
		i++;
	if (i == callbacks->how_count) {
		hows = reallocarray(callbacks->hows, i + 1, sizeof(*hows));
		if (!hows)
			return -ENOMEM;
		callbacks->hows = hows;
		hows[callbacks->how_count++] = (struct callback_how){.arm = arm};
	}
	*ret_number = (int)i;
	return 0;
}

int callbacks_add_row(struct callbacks *callbacks, struct row *row)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < row->act_count; i++) {
		const struct pack_act *act = row->acts[i].act;

		if (act->op == PACK_OP_ARM && act->found.term_count)
			r = number_of(callbacks, act, &row->acts[i].registered);
	}
	return r;
}

void callbacks_finish(struct callbacks *callbacks)
{
	uint64_t key, value;
	struct link_list links = {.items = NULL};
	size_t cursor = 0;

	while (u64map_next(&callbacks->by_place, &cursor, &key, &value)) {
		struct registered *registered = (struct registered *)(uintptr_t)value;

		link_list_move(&registered->links, &links);
		free(registered);
	}
	link_list_finish(&links);
	u64map_finish(&callbacks->by_place);
	free(callbacks->hows);
	callbacks->hows = NULL;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool is_file(const char *path, const struct registered *registered)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == registered->device &&
	       st.st_ino == registered->inode;
}

/* By its own name, or as the process finds it. */
static int find_path(const struct callbacks *callbacks, const struct traced *traced,
		     const struct registered *registered, char ret_path[PATH_MAX])
{
	const struct binary *binary =
		binaries_find(callbacks->binaries, registered->device, registered->inode);
	const struct module *module = NULL;

	if (binary && is_file(binary->path, registered)) {
		snprintf(ret_path, PATH_MAX, "%s", binary->path);
		return 0;
	}
	for (size_t i = 0; i < traced->modules.count && !module; i++)
		if (traced->modules.at[i].file &&
		    traced->modules.at[i].file->inode == registered->inode &&
		    traced->modules.at[i].file->device == registered->device)
			module = &traced->modules.at[i];
	if (!module || !module->path)
		return -ENOENT;
	snprintf(ret_path, PATH_MAX, "/proc/%u/root%s", traced->tgid, module->path);
	return is_file(ret_path, registered) ? 0 : -ENOENT;
}

static void refuse(void *context, uint64_t row)
{
	struct registered *registered = context;

	(void)row;
	registered->is_dead = true;
}

/* What it returns may be unknown: some need not know. */
static int add_points(struct registered *registered, struct returns_file *file,
		      struct points *enters, struct points *returns)
{
	int r = points_add_function(enters, returns, file, registered->offset, registered->row,
				    POINTS_RETURN);

	if (r != -ENOTSUP)
		return r;
	registered->is_result_unseen = true;
	return points_add_function(enters, returns, file, registered->offset, registered->row,
				   POINTS_LEAVE);
}

static int link_it(struct callbacks *callbacks, struct registered *registered, const char *path)
{
	struct engine *engine = callbacks->binaries->engine;
	struct points enters = {.count = 0}, returns = {.count = 0};
	struct symbol_functions *symbols = NULL;
	struct returns_file *file = NULL;
	int r = symbol_functions_open(path, NULL, &symbols);

	if (r == 0)
		r = returns_open(path, symbols, callbacks->binaries->unwinder, &file);
	if (r == 0)
		r = add_points(registered, file, &enters, &returns);
	if (r == 0)
		r = points_attach(&returns, engine, LINK_RETURN, path, &registered->links, refuse,
				  registered);
	if (r == 0 && !registered->is_dead)
		r = points_attach(&enters, engine, LINK_ENTER, path, &registered->links, refuse,
				  registered);
	points_finish(&enters);
	points_finish(&returns);
	returns_close(file);
	symbol_functions_close(symbols);
	return r;
}

static int attach(struct callbacks *callbacks, struct traced *traced, struct registered *registered)
{
	const struct probed probed = {.registered = registered, .is_found = true};
	struct binaries *binaries = callbacks->binaries;
	char path[PATH_MAX];
	int r;

	registered->kernel.flags =
		PROBE_ROW_TELL_ENTRY | PROBE_ROW_TELL_RETURN | PROBE_ROW_STACK_ENTRY;
	r = row_compile_result(&registered->kernel, &registered->result);
	if (r == 0)
		r = find_path(callbacks, traced, registered, path);
	if (r == 0)
		r = row_table_add(binaries->table, binaries->engine, &probed, &registered->kernel,
				  &registered->row);
	return r == 0 ? link_it(callbacks, registered, path) : r;
}

static struct registered *find(const struct callbacks *callbacks, dev_t device, ino_t inode,
			       uint64_t offset, uint64_t *ret_key)
{
	uint64_t key = ((uint64_t)inode * 0x9e3779b97f4a7c15u ^ (uint64_t)device << 40) + offset;
	const uint64_t *found = u64map_get(&callbacks->by_place, key);

	*ret_key = key;
	return found ? (struct registered *)(uintptr_t)*found : NULL;
}

static struct registered *add(struct callbacks *callbacks, struct traced *traced, dev_t device,
			      ino_t inode, uint64_t offset, uint64_t key)
{
	struct registered *registered;

	if (callbacks->by_place.count >= REGISTERED_MAX)
		return NULL;
	registered = calloc(1, sizeof(*registered));
	if (!registered)
		return NULL;
	registered->device = device;
	registered->inode = inode;
	registered->offset = offset;
	if (u64map_put(&callbacks->by_place, key, (uintptr_t)registered) < 0) {
		free(registered);
		return NULL;
	}
	if (attach(callbacks, traced, registered) < 0)
		registered->is_dead = true;
	if (registered->is_dead) {
		link_list_finish(&registered->links);
		callbacks->binaries->unprobed++;
	}
	return registered;
}

/* From now on it is called so, too. */
static void add_how(struct callbacks *callbacks, struct registered *registered, int how)
{
	const struct pack_place *found = &callbacks->hows[how].arm->found;
	struct probe_row kernel = registered->kernel;
	struct row_place subject;

	if (registered->how_count == HOWS_OF_ONE ||
	    (registered->is_result_unseen && callbacks->hows[how].arm->over == PACK_OVER_ZERO) ||
	    row_compile_callback(found, false, &kernel, &subject) < 0 ||
	    engine_row_set(callbacks->binaries->engine, registered->row, &kernel) < 0)
		return;
	registered->kernel = kernel;
	registered->hows[registered->how_count].how = how;
	registered->hows[registered->how_count].subject = subject;
	registered->hows[registered->how_count++].since_ns = now_ns();
}

bool callbacks_follow(struct callbacks *callbacks, struct traced *traced, struct told *told,
		      int how, uint64_t function, uint64_t time_ns)
{
	struct registered *registered;
	uint64_t offset, key;
	dev_t device;
	ino_t inode;

	if (!traced_file(traced, function, &device, &inode, &offset))
		return false;
	registered = find(callbacks, device, inode, offset, &key);
	if (registered && (registered->device != device || registered->inode != inode ||
			   registered->offset != offset))
		return false;
	if (!registered)
		registered = add(callbacks, traced, device, inode, offset, key);
	if (!registered || registered->is_dead || told_place(told, registered, function) < 0)
		return false;
	for (size_t i = 0; i < registered->how_count; i++)
		if (registered->hows[i].how == how)
			return time_ns > registered->hows[i].since_ns;
	add_how(callbacks, registered, how);
	return false;
}

struct call {
	struct telling telling;
	const struct pack_act *arm;
	uint64_t subject;
};

static void say(struct call *call, enum track_op op, uint64_t arg)
{
	const struct track_relation none = {.other_kind = TRACK_KIND_OBJECT};

	telling_say(&call->telling, op, call->arm->subject.kind, call->subject,
		    arg | TRACK_FROM_PACK, &none);
}

typedef void call_fn(struct call *call, const struct registered *registered,
		     const struct row_hit *hit);

static void say_entered(struct call *call, const struct registered *registered,
			const struct row_hit *hit)
{
	(void)registered, (void)hit;
	if (call->arm->subject.kind == TRACK_KIND_CALLBACK || call->arm->over == PACK_OVER_NEVER)
		say(call, TRACK_OP_FIRE, 0);
}

static void say_returned(struct call *call, const struct registered *registered,
			 const struct row_hit *hit)
{
	bool is_callback = call->arm->subject.kind == TRACK_KIND_CALLBACK;
	uint64_t result;

	if (is_callback)
		say(call, TRACK_OP_FIRE, TRACK_RETURNED);
	if (call->arm->over == PACK_OVER_ZERO &&
	    row_source_value(&registered->result, hit, &result) && !(int32_t)result)
		say(call, is_callback ? TRACK_OP_DESTROY : TRACK_OP_FIRE, 0);
}

/* Of each way to call it: what it was registered for, if it was. */
static void for_each(struct callbacks *callbacks, const struct registered *registered,
		     struct traced *traced, const struct told *told,
		     const struct probe_function *event, call_fn *visit)
{
	const struct row_hit hit = {.values = event->values,
				    .failed = event->failed,
				    .callback = told_address(told, registered)};

	if (!hit.callback)
		return;
	for (size_t i = 0; i < registered->how_count; i++) {
		struct call call = {
			.telling = {.traced = traced,
				    .event = &event->head,
				    .tid = event->head.tid,
				    .time_ns = event->head.time_ns},
			.arm = callbacks->hows[registered->hows[i].how].arm,
		};

		if (event->entry_ns > registered->hows[i].since_ns &&
		    row_subject(&registered->hows[i].subject, call.arm->subject.kind, &hit,
				&call.subject) &&
		    told_is_armed(told, (uint64_t)registered->hows[i].how, call.subject))
			visit(&call, registered, &hit);
	}
}

void callbacks_enter(struct callbacks *callbacks, const struct registered *registered,
		     struct traced *traced, const struct told *told,
		     const struct probe_function *event)
{
	for_each(callbacks, registered, traced, told, event, say_entered);
}

void callbacks_return(struct callbacks *callbacks, const struct registered *registered,
		      struct traced *traced, const struct told *told,
		      const struct probe_function *event)
{
	for_each(callbacks, registered, traced, told, event, say_returned);
}
