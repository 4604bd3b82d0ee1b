/* SPDX-License-Identifier: Apache-2.0 */
#include "stand.h"

#include <base/fnv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often those that moved are looked at again. */
#define LOOKS_MAX 8

void standings_finish(struct standings *standings)
{
	free(standings->entries);
	free(standings->threads);
	free(standings->wakers);
	free(standings->orders);
	*standings = (struct standings){0};
}

static bool is_tid(uint32_t tid)
{
	return tid && tid <= INT32_MAX;
}

static bool is_standing(const void *entry)
{
	const struct track_standing *standing = entry;
	return is_tid(standing->tid);
}

static bool is_waker(const void *entry)
{
	const struct track_waker *waker = entry;
	return waker->subject && is_tid(waker->tid);
}

static bool is_order(const void *entry)
{
	const struct track_lock_order *order = entry;
	return order->first && order->second && is_tid(order->tid);
}

/* Entries of a table that are somebody's, and where they lie. */
struct list {
	char *items;
	struct place {
		uint64_t offset;
		bool moved;
	} * places;
	size_t count;
	size_t capacity;
	const struct table *table;
	bool (*is_used)(const void *entry);
};

struct look {
	struct list standings, wakers, orders;
	uint64_t now_ns;
	int fd;
};

static int make_room(struct list *list)
{
	if (list->count < list->capacity)
		return 0;
	size_t capacity = list->capacity ? 2 * list->capacity : 16;
	char *items = reallocarray(list->items, capacity, list->table->entry_bytes);
	if (!items)
		return -ENOMEM;
	list->items = items;
	struct place *places = reallocarray(list->places, capacity, sizeof(*places));
	if (!places)
		return -ENOMEM;
	list->places = places;
	list->capacity = capacity;
	return 0;
}

static int take(void *ctx, const void *entries, size_t count, uint64_t first)
{
	struct list *list = ctx;
	size_t bytes = list->table->entry_bytes;
	for (size_t i = 0; i < count; i++) {
		const char *entry = (const char *)entries + i * bytes;
		if (!list->is_used(entry))
			continue;
		int ret = make_room(list);
		if (ret)
			return ret;
		memcpy(list->items + list->count * bytes, entry, bytes);
		list->places[list->count++] =
			(struct place){list->table->offset + (first + i) * bytes, false};
	}
	return 0;
}

/*
 * What is the same in two looks at all, and was not being written, stood between them; all that did
 * stood there at once. Returns how many moved.
 */
static size_t look_again(struct look *look)
{
	struct track_standing *entries = (struct track_standing *)look->standings.items;
	size_t moved = 0;
	for (size_t i = 0; i < look->standings.count; i++) {
		struct place *place = &look->standings.places[i];
		struct track_standing again = {0};
		ssize_t size = pread(look->fd, &again, sizeof(again), (off_t)place->offset);
		place->moved = size != sizeof(again) || again.sequence % 2 ||
			       memcmp(&entries[i], &again, sizeof(again));
		moved += place->moved;
		entries[i] = again;
	}
	return moved;
}

/* The thread moves: what it holds may be so, what it waits for is over. */
static void forget_wait(struct track_standing *entry)
{
	entry->wait = TRACK_WAIT_NONE;
	entry->flags = 0;
	entry->subject = entry->other = entry->since_ns = entry->stack = 0;
	entry->call = 0;
}

/* No later than now; 0 stays what it is: not known. */
static uint64_t sane_time(uint64_t time_ns, uint64_t now_ns)
{
	return time_ns < now_ns ? time_ns : now_ns;
}

static bool is_lock(uint32_t mode)
{
	return mode == TRACK_WAIT_MUTEX || mode == TRACK_WAIT_READ || mode == TRACK_WAIT_WRITE;
}

/* Those that can be read move to the front. Returns how many. */
static size_t check_held(struct track_standing *entry, uint64_t now_ns)
{
	size_t count = entry->held_count < TRACK_HELD_MAX ? entry->held_count : TRACK_HELD_MAX;
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		struct track_held held = entry->held[i];
		held.since_ns = sane_time(held.since_ns, now_ns);
		if (held.lock && is_lock(held.mode))
			entry->held[kept++] = held;
	}
	return kept;
}

static struct collect_standing check_standing(struct track_standing *entry, uint64_t now_ns)
{
	if (entry->wait >= TRACK_WAIT__COUNT)
		forget_wait(entry);
	return (struct collect_standing){
		.tid = entry->tid,
		.wait = (enum track_wait)entry->wait,
		.flags = entry->flags,
		.call = entry->call < TRACK_CALL__COUNT ? entry->call : TRACK_CALL_none,
		.subject = entry->subject,
		.other = entry->other,
		.since_ns = sane_time(entry->since_ns, now_ns),
		.stack = entry->stack,
		.held = entry->held,
		.held_count = check_held(entry, now_ns),
		.more_held = entry->held_count > TRACK_HELD_MAX,
	};
}

static int check_standings(const struct look *look, struct standings *standings)
{
	struct collect_standings *told = &standings->told;
	standings->threads = calloc(look->standings.count + 1, sizeof(*standings->threads));
	if (!standings->threads)
		return -ENOMEM;
	for (size_t i = 0; i < look->standings.count; i++) {
		struct track_standing *entry = &standings->entries[i];
		if (look->standings.places[i].moved)
			forget_wait(entry);
		if (is_standing(entry))
			standings->threads[told->thread_count++] =
				check_standing(entry, look->now_ns);
	}
	return 0;
}

static int walk_tables(struct look *look, bool moving)
{
	struct list *const lists[] = {&look->standings, &look->wakers, &look->orders};
	int ret = 0;
	for (size_t i = 0; !ret && i < sizeof(lists) / sizeof(lists[0]); i++)
		ret = table_walk(look->fd, lists[i]->table, take, lists[i]);
	for (int i = 0; !ret && moving && i < LOOKS_MAX && look_again(look); i++)
		;
	return ret;
}

/* The lists become the standings' own. */
static int hand_over(struct look *look, struct standings *standings)
{
	struct collect_standings *told = &standings->told;
	standings->entries = (struct track_standing *)look->standings.items;
	standings->wakers = (struct track_waker *)look->wakers.items;
	standings->orders = (struct track_lock_order *)look->orders.items;
	int ret = check_standings(look, standings);
	for (size_t i = 0; i < look->wakers.count; i++)
		standings->wakers[i].time_ns =
			sane_time(standings->wakers[i].time_ns, look->now_ns);
	told->threads = standings->threads;
	told->wakers = standings->wakers;
	told->waker_count = look->wakers.count;
	told->orders = standings->orders;
	told->order_count = look->orders.count;
	free(look->standings.places);
	free(look->wakers.places);
	free(look->orders.places);
	return ret;
}

int stand_read(const struct spool *spool, bool moving, uint64_t now_ns,
	       struct standings *ret_standings)
{
	struct look look = {
		.standings = {.table = &spool->tables[SPOOL_STANDINGS], .is_used = is_standing},
		.wakers = {.table = &spool->tables[SPOOL_WAKERS], .is_used = is_waker},
		.orders = {.table = &spool->tables[SPOOL_ORDERS], .is_used = is_order},
		.now_ns = now_ns,
		.fd = spool_reopen(spool),
	};
	*ret_standings = (struct standings){.told.time_ns = now_ns};
	int ret = look.fd >= 0 ? walk_tables(&look, moving) : 0;
	int taken = hand_over(&look, ret_standings);
	if (look.fd >= 0)
		close(look.fd);
	return ret ? ret : taken;
}

uint64_t stand_latest_ns(const struct standings *standings)
{
	uint64_t latest_ns = 0;
	for (size_t i = 0; i < standings->told.thread_count; i++)
		if (standings->told.threads[i].since_ns > latest_ns)
			latest_ns = standings->told.threads[i].since_ns;
	return latest_ns;
}

struct stuck {
	uint64_t before_ns;
	uint64_t hash;
	size_t locks, joins;
};

static uint64_t wait_hash(const struct track_standing *entry)
{
	const uint64_t words[] = {entry->tid, entry->subject, entry->since_ns};
	return fnv_bytes(FNV_START, words, sizeof(words));
}

static int count_stuck(void *ctx, const void *entries, size_t count, uint64_t first)
{
	const struct track_standing *entry = entries;
	struct stuck *stuck = ctx;
	(void)first;
	for (size_t i = 0; i < count; i++, entry++) {
		bool lock = is_lock(entry->wait), join = entry->wait == TRACK_WAIT_THREAD;
		if (!is_standing(entry) || !(lock || join) || entry->sequence % 2 ||
		    entry->flags & TRACK_STANDING_TIMED || !entry->since_ns ||
		    entry->since_ns > stuck->before_ns)
			continue;
		stuck->locks += lock;
		stuck->joins += join;
		stuck->hash += wait_hash(entry);
	}
	return 0;
}

/* A thread that waits for another's end alone does so for as long as that works. */
uint64_t stand_stuck(const struct spool *spool, uint64_t before_ns)
{
	struct stuck stuck = {.before_ns = before_ns};
	int fd = spool_reopen(spool);
	if (fd < 0)
		return 0;
	(void)table_walk(fd, &spool->tables[SPOOL_STANDINGS], count_stuck, &stuck);
	close(fd);
	return stuck.locks || stuck.joins > 1 ? stuck.hash : 0;
}
