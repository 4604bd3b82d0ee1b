/* SPDX-License-Identifier: Apache-2.0 */
#include "lock_order.h"
#include "tables.h"

#define PROBES 8      /* places where a pair may be */
#define DEEPEST 8u    /* who holds more takes all of them (before a fork, say) */
#define MENTIONS 4096 /* a power of two */

/* By a lock's hash: in which groups there may be something of it. Never taken back. */
static uint64_t mentions[MENTIONS];

static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
	return value ^ value >> 29;
}

static uint64_t *mentions_of(uint64_t lock)
{
	return &mentions[mix(lock) % MENTIONS];
}

/* The pair was met before. */
static void refine(struct track_lock_order *order, const struct track_standing *standing,
		   uint32_t position)
{
	if (order->guard) {
		uint32_t i = 0;
		while (i < position && standing->held[i].lock != order->guard)
			i++;
		if (i == position)
			order->guard = 0;
	}
	if (order->tid != standing->tid && !(order->flags & TRACK_LOCK_ORDER_MANY))
		order->flags |= TRACK_LOCK_ORDER_MANY;
}

/* Its second lock claims an entry, its first one makes it readable. */
static void fill(struct track_lock_order *order, uint64_t group,
		 const struct track_standing *standing, uint32_t position,
		 const struct track_held *second)
{
	const struct track_held *first = &standing->held[position];
	uint64_t free_one = 0;
	if (!__atomic_compare_exchange_n(&order->second, &free_one, second->lock, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	order->first_caller = first->caller;
	order->second_caller = second->caller;
	order->guard = position ? standing->held[0].lock : 0;
	order->tid = standing->tid;
	order->flags = 0;
	__atomic_fetch_or(mentions_of(first->lock), 1ull << group, __ATOMIC_RELAXED);
	__atomic_fetch_or(mentions_of(second->lock), 1ull << group, __ATOMIC_RELAXED);
	__atomic_store_n(&order->first, first->lock, __ATOMIC_RELEASE);
}

static void tell(const struct track_standing *standing, uint32_t position,
		 const struct track_held *second)
{
	uint64_t first = standing->held[position].lock;
	uint64_t hash = mix(first * 0x9e3779b97f4a7c15u + second->lock);
	struct track_lock_order *orders = tables_orders(hash >> 32, true), *free_one = NULL;
	if (!orders)
		return;
	for (uint32_t i = 0; i < PROBES; i++) {
		struct track_lock_order *order = &orders[(hash + i) % TABLES_ORDER_GROUP];
		if (order->first == first && order->second == second->lock) {
			refine(order, standing, position);
			return;
		}
		if (!free_one && !order->second)
			free_one = order;
	}
	if (free_one)
		fill(free_one, (hash >> 32) % tables_order_groups(), standing, position, second);
}

void lock_order_tell(const struct track_standing *standing, const struct track_held *second)
{
	uint32_t count = standing->held_count;
	for (uint32_t i = 0; i < count && count <= DEEPEST; i++) {
		const struct track_held *first = &standing->held[i];
		bool both_read = first->mode == TRACK_WAIT_READ && second->mode == TRACK_WAIT_READ;
		if (first->lock && !both_read)
			tell(standing, i, second);
	}
}

static void clear(struct track_lock_order *order)
{
	__atomic_store_n(&order->first, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&order->second, 0, __ATOMIC_RELEASE);
}

void lock_order_forget(uint64_t lock)
{
	uint64_t groups = __atomic_load_n(mentions_of(lock), __ATOMIC_RELAXED);
	for (; unlikely(groups); groups &= groups - 1) {
		struct track_lock_order *orders =
			tables_order_group((uint32_t)__builtin_ctzll(groups));
		for (uint32_t i = 0; orders && i < TABLES_ORDER_GROUP; i++)
			if (orders[i].first == lock || orders[i].second == lock ||
			    orders[i].guard == lock)
				clear(&orders[i]);
	}
}
