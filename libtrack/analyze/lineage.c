/* SPDX-License-Identifier: Apache-2.0 */
#include "lineage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* More images in one run are taken for a mistake of the caller. */
enum { PROCESSES_MAX = 1 << 24 };

static const char *const origins[TRACK_ORIGIN__COUNT] = {
	[TRACK_ORIGIN_START] = "start",
	[TRACK_ORIGIN_FORK] = "fork",
	[TRACK_ORIGIN_ATTACHED] = "attached",
};

static const char *const ends[COLLECT_END__COUNT] = {
	[COLLECT_END_RUNNING] = "running", [COLLECT_END_EXIT] = "exit",
	[COLLECT_END_SIGNAL] = "signal",   [COLLECT_END_EXEC] = "exec",
	[COLLECT_END_UNKNOWN] = "unknown",
};

void lineage_finish(struct lineage *lineage)
{
	free(lineage->items);
	u64map_finish(&lineage->newest);
	*lineage = (struct lineage){0};
}

struct ancestor *lineage_get(const struct lineage *lineage, uint32_t index)
{
	return index < lineage->count && lineage->items[index].id != 0 ? &lineage->items[index]
								       : NULL;
}

/* Room up to this index. Indices are given at discovery, but the older process is told first. */
static int make_room(struct lineage *lineage, uint32_t index)
{
	size_t capacity = lineage->capacity != 0 ? lineage->capacity : 16;
	struct ancestor *items;

	if (index >= PROCESSES_MAX)
		return -EINVAL;
	while (capacity <= index)
		capacity *= 2;
	if (capacity <= lineage->capacity)
		return 0;
	items = reallocarray(lineage->items, capacity, sizeof(*items));
	if (items == NULL)
		return -ENOMEM;
	memset(items + lineage->capacity, 0, (capacity - lineage->capacity) * sizeof(*items));
	lineage->items = items;
	lineage->capacity = capacity;
	return 0;
}

static uint32_t newest_of(const struct lineage *lineage, int32_t pid)
{
	const uint64_t *known = u64map_get(&lineage->newest, (uint64_t)pid);

	return known != NULL ? (uint32_t)*known : 0;
}

/* An exec's parent is the image before it; a fork's is the last process with that pid. */
static int64_t find_parent(const struct lineage *lineage, const struct collect_process *process)
{
	int32_t pid = process->image > 0 ? process->pid : process->ppid;
	const struct ancestor *parent = NULL, *at;

	for (uint32_t next = newest_of(lineage, pid); next != 0; next = at->older) {
		at = &lineage->items[next - 1];
		if (at->start_ns > process->start_ns)
			continue;
		if (parent == NULL || at->start_ns > parent->start_ns)
			parent = at;
	}
	return parent != NULL ? parent->id : 0;
}

static int put_row(struct ancestor *ancestor, struct trace *trace,
		   const struct collect_process *process)
{
	bool has_code = process->code != -1 &&
			(process->end == COLLECT_END_EXIT || process->end == COLLECT_END_SIGNAL);
	struct trace_process row = {
		.id = ancestor->id,
		.pid = process->pid,
		.ppid = process->ppid,
		.parent_id = ancestor->parent_id,
		.image = process->image,
		.origin = process->origin < TRACK_ORIGIN__COUNT ? origins[process->origin] : "",
		.exe = process->exe,
		.command = process->command,
		.start_ns = process->start_ns,
		.realtime_ns = process->realtime_ns,
		.end_ns = process->end_ns,
		.end = process->end < COLLECT_END__COUNT ? ends[process->end] : "",
		.code = has_code ? process->code : INT32_MIN,
		.census_fds = process->census_fds,
		.census_threads = process->census_threads,
		.fd_limit = process->fd_limit,
		.exit_begun_ns = process->exit_begun_ns,
		.exit_tid = process->exit_tid,
		.held_ns = process->held_ns,
		.packs = process->packs != NULL && *process->packs != '\0' ? process->packs : NULL,
	};
	int error = trace_put_process(trace, &row);

	if (error == 0)
		ancestor->id = row.id;
	return error;
}

int lineage_put(struct lineage *lineage, struct trace *trace, const struct collect_process *process)
{
	struct ancestor *ancestor = lineage_get(lineage, process->index);
	struct ancestor added = {
		.pid = process->pid,
		.start_ns = process->start_ns,
	};
	int error;

	if (ancestor != NULL)
		return put_row(ancestor, trace, process);
	error = make_room(lineage, process->index);
	if (error != 0)
		return error;
	added.parent_id = find_parent(lineage, process);
	added.older = newest_of(lineage, process->pid);
	error = put_row(&added, trace, process);
	if (error == 0)
		error = u64map_put(&lineage->newest, (uint64_t)process->pid,
				   (uint64_t)process->index + 1);
	if (error != 0)
		return error;
	lineage->items[process->index] = added;
	if (lineage->count <= process->index)
		lineage->count = process->index + 1;
	return 0;
}
