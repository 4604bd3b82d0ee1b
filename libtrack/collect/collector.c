/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/collector.h"
#include "budget.h"
#include "family.h"
#include "folder.h"
#include "held.h"
#include "marks_file.h"
#include "process.h"
#include "stand.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How often a poll, and the last one, looks for what appeared while it looked who died. */
#define LOOKS_MAX 3
#define LAST_LOOKS_MAX 64

struct watched {
	struct folder folder;
	struct marks_file marks;
};

struct collector {
	struct collect_sink sink;
	struct watched *watched;
	size_t watched_count;
	size_t owned; /* of the watched ones, plus one: the folder is the caller's; 0: none */
	struct budget budget;  /* of that folder */
	struct process **live; /* those that are not settled, in order of discovery */
	size_t count;
	size_t capacity;
	uint32_t admitted;   /* index of the next */
	struct spool *fresh; /* probed, not yet processes */
	size_t fresh_count;
	struct family family;	/* owns the processes */
	struct u64map statuses; /* pid -> wait status */
	bool unflushed;
	char error[PATH_MAX + 512];
};

int collector_create(const struct collect_sink *sink, struct collector **ret_collector)
{
	struct collector *collector = calloc(1, sizeof(*collector));
	if (!collector)
		return -ENOMEM;
	collector->sink = *sink;
	*ret_collector = collector;
	return 0;
}

static void watched_finish(struct watched *watched)
{
	folder_finish(&watched->folder);
	marks_file_finish(&watched->marks);
}

void collector_destroy(struct collector *collector)
{
	if (!collector)
		return;
	for (size_t i = 0; i < collector->watched_count; i++)
		watched_finish(&collector->watched[i]);
	for (size_t i = 0; i < collector->fresh_count; i++)
		spool_finish(&collector->fresh[i]);
	family_finish(&collector->family);
	u64map_finish(&collector->statuses);
	free(collector->watched);
	free(collector->live);
	budget_close(&collector->budget);
	free(collector->fresh);
	free(collector);
}

const char *collector_error(const struct collector *collector)
{
	return collector->error;
}

static uint64_t now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static int probe(struct collector *collector, const char *path)
{
	struct spool *fresh = reallocarray(collector->fresh, collector->fresh_count + 1,
					   sizeof(*collector->fresh));
	if (!fresh)
		return -ENOMEM;
	collector->fresh = fresh;
	int ret = spool_probe(path, &fresh[collector->fresh_count], collector->error,
			      sizeof(collector->error));
	if (!ret)
		collector->fresh_count++;
	return ret;
}

struct found {
	struct collector *collector;
	bool owned;
};

/* One bad file in a folder does not keep the others from being read. */
static int found_spool(void *ctx, const char *path)
{
	const struct found *found = ctx;
	struct collector *collector = found->collector;
	int ret = probe(collector, path);
	if (!ret)
		collector->fresh[collector->fresh_count - 1].owned = found->owned;
	return ret == -EBADMSG || ret == -EACCES || ret == -ELOOP ? 0 : ret;
}

static int admit_one(struct collector *collector, struct spool *spool)
{
	if (collector->count == collector->capacity) {
		size_t capacity = collector->capacity ? 2 * collector->capacity : 16;
		struct process **live = reallocarray(collector->live, capacity, sizeof(*live));
		if (!live)
			return -ENOMEM;
		collector->live = live;
		collector->capacity = capacity;
	}
	struct process *process;
	int ret = process_create(spool, collector->admitted, &process);
	if (ret)
		return ret;
	*spool = (struct spool){0};
	ret = family_add(&collector->family, process);
	if (ret) {
		process_destroy(process);
		return ret == -EEXIST ? 0 : ret;
	}
	collector->live[collector->count++] = process;
	collector->admitted++;
	return 0;
}

static int compare_spools(const void *left, const void *right)
{
	const struct spool *a = left, *b = right;
	return (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
}

/* What was found together becomes known in the order in which it began. */
static int admit(struct collector *collector)
{
	int ret = 0;
	if (collector->fresh_count > 1)
		qsort(collector->fresh, collector->fresh_count, sizeof(*collector->fresh),
		      compare_spools);
	for (size_t i = 0; i < collector->fresh_count; i++) {
		if (!ret)
			ret = admit_one(collector, &collector->fresh[i]);
		spool_finish(&collector->fresh[i]);
	}
	collector->fresh_count = 0;
	return ret;
}

static int scan_folder(struct collector *collector, struct folder *folder, bool owned)
{
	struct found found = {collector, owned};
	int ret = folder_scan(folder, found_spool, &found);
	if (ret)
		snprintf(collector->error, sizeof(collector->error), "%s cannot be read: %s",
			 folder->path, strerror(-ret));
	return ret;
}

static int watch(struct collector *collector, const char *path, bool owned)
{
	struct watched *list =
		reallocarray(collector->watched, collector->watched_count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	collector->watched = list;
	struct watched *watched = &list[collector->watched_count];
	*watched = (struct watched){0};
	int ret = folder_init(&watched->folder, path);
	if (!ret)
		ret = marks_file_init(&watched->marks, path);
	if (!ret)
		ret = scan_folder(collector, &watched->folder, owned);
	if (ret)
		watched_finish(watched);
	else
		collector->watched_count++;
	return ret;
}

int collector_add(struct collector *collector, const char *path)
{
	struct stat st;
	collector->error[0] = '\0';
	if (stat(path, &st)) {
		int ret = -errno;
		snprintf(collector->error, sizeof(collector->error), "%s cannot be opened: %s",
			 path, strerror(-ret));
		return ret;
	}
	int ret = S_ISDIR(st.st_mode) ? watch(collector, path, false) : probe(collector, path);
	int admitted = admit(collector);
	return ret ? ret : admitted;
}

int collector_own(struct collector *collector, const char *folder)
{
	collector->error[0] = '\0';
	int ret = watch(collector, folder, true);
	int admitted = admit(collector);
	if (ret || admitted)
		return ret ? ret : admitted;
	collector->owned = collector->watched_count;
	/* Without a budget that can be used the cap holds for each process. */
	if (!budget_open(&collector->budget, folder))
		budget_attend(&collector->budget);
	return 0;
}

static int found_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	struct collector *collector = ctx;
	collector->unflushed = true;
	return collector->sink.mark(collector->sink.ctx, pid, time_ns, text);
}

static int look_around(struct collector *collector)
{
	int ret = 0;
	for (size_t i = 0; !ret && i < collector->watched_count; i++) {
		/* A folder that is taken away while we follow it brings nothing new. */
		ret = scan_folder(collector, &collector->watched[i].folder,
				  collector->owned == i + 1);
		if (ret == -ENOENT)
			ret = 0;
		if (!ret)
			ret = marks_file_read(&collector->watched[i].marks, found_mark, collector);
	}
	int admitted = admit(collector);
	return ret ? ret : admitted;
}

/* How a process ended, if the caller waited for it: only its last image did. */
static const int *wait_status(const struct collector *collector, const struct process *process,
			      int *storage)
{
	const uint64_t *found = u64map_get(&collector->statuses, (uint64_t)process->info.pid);
	if (!found || family_last(&collector->family, process->info.pid) != process)
		return NULL;
	*storage = (int)(uint32_t)*found;
	return storage;
}

static int end_process(struct collector *collector, struct process *process,
		       const struct process_look *look, struct standings *standings,
		       uint64_t *ret_events)
{
	int storage, ret = 0;
	uint64_t stood_ns = stand_latest_ns(standings);
	if (stood_ns > process->last_ns)
		process->last_ns = stood_ns;
	process_judge(process, look->now_ns, wait_status(collector, process, &storage));
	if (!process->replaced)
		ret = process_stand(process, look, standings);
	if (!ret)
		ret = process_close(process, look, ret_events);
	return ret ? ret : process_tell(process, look->sink);
}

/* How one round goes. */
struct round {
	uint64_t now_ns;
	bool live;
	bool stands; /* tell where the threads of those stand that live */
};

static int read_process(struct collector *collector, struct process *process,
			const struct round *round, uint64_t *ret_events)
{
	struct process_look look = {
		.sink = &collector->sink, .now_ns = round->now_ns, .live = round->live};
	look.dead = process->gone || (process->replaced && !spool_is_added_to(&process->spool));
	look.final = look.dead || !round->live;
	uint64_t before = *ret_events;
	bool stands = !process->replaced && (look.dead || round->stands);
	struct standings standings = {0};
	/* First: what they refer to was told before them. */
	int ret = stands ? stand_read(&process->spool, !look.dead, round->now_ns, &standings) : 0;
	if (!ret)
		ret = process_read(process, &look, ret_events);
	if (!ret && look.dead)
		ret = end_process(collector, process, &look, &standings, ret_events);
	else if (!ret && stands)
		ret = process_stand(process, &look, &standings);
	standings_finish(&standings);
	collector->unflushed |= *ret_events > before || look.dead || stands;
	return ret;
}

/*
 * Of the caller's own children the end may yet be told, by collector_ended. Of
 * others in a folder of the caller's nothing can come any more.
 */
static void retire(struct collector *collector, struct process *process)
{
	struct folder *folder = &collector->watched[collector->owned - 1].folder;
	process->settled = true;
	if (process->was_read && !unlink(process->spool.path)) {
		folder_forget(folder, process->spool.path, process->spool.inode);
		process->spool.inode = 0; /* a new spool may get it */
		budget_give_back(&collector->budget, process->segments_booked);
	}
	if (process->spool.ppid != getpid())
		family_forget(&collector->family, process);
}

/* What is over needs no looking at any more. */
static void sift(struct collector *collector, bool live)
{
	size_t kept = 0, count = collector->count;
	for (size_t i = 0; i < count; i++) {
		struct process *process = collector->live[i];
		if (!process->over)
			collector->live[kept++] = process;
		else if (live && process->spool.owned)
			retire(collector, process);
		else
			process->settled = true;
	}
	collector->count = kept;
}

/* Segments are given back only once nothing of them can be lost with us. */
static int settle(struct collector *collector, bool live)
{
	if (collector->unflushed) {
		int ret = collector->sink.flush(collector->sink.ctx);
		if (ret)
			return ret;
	}
	collector->unflushed = false;
	sift(collector, live);
	for (size_t i = 0; live && i < collector->count; i++)
		process_give_back(collector->live[i]);
	return 0;
}

/*
 * Who is dead first, then the folders: a process that was replaced by an exec
 * between two looks is told from one that died, as its heir is found.
 */
static int look_at_all(struct collector *collector, bool live)
{
	uint32_t admitted;
	size_t looked = 0;
	int left = live ? LOOKS_MAX : LAST_LOOKS_MAX, ret = 0;
	do {
		for (; looked < collector->count; looked++)
			collector->live[looked]->gone = !process_is_alive(collector->live[looked]);
		admitted = collector->admitted;
		ret = look_around(collector);
	} while (!ret && admitted != collector->admitted && --left > 0);
	for (; !live && looked < collector->count; looked++)
		collector->live[looked]->gone = !process_is_alive(collector->live[looked]);
	return ret;
}

static int read_all(struct collector *collector, const struct round *round, uint64_t *ret_events)
{
	int ret = look_at_all(collector, round->live);
	for (size_t i = 0; !ret && i < collector->count; i++)
		ret = read_process(collector, collector->live[i], round, ret_events);
	return ret;
}

static int poll_round(struct collector *collector, bool live, bool stands, uint64_t *ret_events)
{
	uint64_t events = 0;
	/* The clock first: what is reserved after a look is younger than this. */
	struct round round = {.now_ns = now(), .live = live, .stands = stands};
	int ret = read_all(collector, &round, &events);
	if (!ret)
		ret = settle(collector, live);
	*ret_events = events;
	return ret;
}

int collector_poll(struct collector *collector, bool live, uint64_t *ret_events)
{
	return poll_round(collector, live, false, ret_events);
}

int collector_look(struct collector *collector, uint64_t *ret_events)
{
	return poll_round(collector, true, true, ret_events);
}

size_t collector_settle(struct collector *collector,
			bool (*awaits)(void *ctx, const struct collect_held *held), void *ctx)
{
	size_t held = 0;
	for (size_t i = 0; i < collector->count; i++) {
		struct process *process = collector->live[i];
		struct collect_held told;
		if (!held_is_awaited(process, &told))
			continue;
		if (awaits(ctx, &told))
			held++;
		else
			held_let_go(process);
	}
	return held;
}

void collector_let_go(struct collector *collector)
{
	budget_leave(&collector->budget);
}

uint64_t collector_stuck(const struct collector *collector, uint64_t before_ns)
{
	uint64_t stuck = 0;
	for (size_t i = 0; i < collector->count; i++)
		if (!collector->live[i]->over && !collector->live[i]->replaced)
			stuck += stand_stuck(&collector->live[i]->spool, before_ns);
	return stuck;
}

void collector_ended(struct collector *collector, int32_t pid, int status)
{
	if (u64map_put(&collector->statuses, (uint64_t)pid, (uint32_t)status))
		return;
	struct process *last = family_last(&collector->family, pid);
	if (last && last->over)
		process_judge(last, last->info.end_ns, &status);
}

int collector_finish(struct collector *collector, uint64_t *ret_events)
{
	uint64_t events = 0;
	struct round round = {.now_ns = now(), .stands = true};
	int ret = read_all(collector, &round, &events);
	struct process_look look = {.sink = &collector->sink, .now_ns = round.now_ns};
	struct family_cursor cursor = {0};
	struct process *process;
	while (!ret && (process = family_next(&collector->family, &cursor))) {
		if (!process->over)
			ret = process_close(process, &look, &events);
		if (!ret)
			ret = process_tell(process, look.sink);
	}
	collector->unflushed = true;
	if (!ret)
		ret = settle(collector, false);
	*ret_events = events;
	return ret;
}

size_t collector_alive(const struct collector *collector, int32_t *pids, size_t max)
{
	size_t alive = 0;
	for (size_t i = 0; i < collector->count; i++) {
		if (!process_is_alive(collector->live[i]))
			continue;
		if (alive < max)
			pids[alive] = collector->live[i]->info.pid;
		alive++;
	}
	return alive;
}

uint64_t collector_unrecorded(const struct collector *collector)
{
	return budget_unrecorded(&collector->budget);
}
