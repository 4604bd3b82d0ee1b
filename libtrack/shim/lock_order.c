/* SPDX-License-Identifier: Apache-2.0 */
#include "lock_order.h"
#include "lock_birth.h"
#include "spool.h"
#include "tables.h"

#define PROBES 8   /* places where a pair may be */
#define DEEPEST 8u /* who holds more takes all of them (before a fork, say) */

/* The entry that makes room next where no order is out of date. */
static uint32_t hand;

/* The places where a pair may be. */
struct places {
	struct track_lock_order *group; /* NULL: there are none */
	uint64_t hash;
};

static struct places places_of(uint64_t first, uint64_t second)
{
	uint64_t hash = lock_hash(first * 0x9e3779b97f4a7c15u + second);
	return (struct places){tables_orders(hash >> 32, true), hash};
}

static struct track_lock_order *place(const struct places *places, uint32_t probe)
{
	return &places->group[(places->hash + probe) % TABLES_ORDER_GROUP];
}

static struct track_lock_order *find_order(const struct places *places, uint64_t first,
					   uint64_t second)
{
	for (uint32_t i = 0; places->group && i < PROBES; i++) {
		struct track_lock_order *order = place(places, i);
		if (order->first == first && order->second == second)
			return order;
	}
	return NULL;
}

static struct track_lock_order *find_reverse(const struct track_lock_order *order)
{
	const struct places places = places_of(order->second, order->first);
	return find_order(&places, order->second, order->first);
}

/* Of the same two locks, not only of two that lay there. */
static bool is_reverse(const struct track_lock_order *order, const struct track_lock_order *reverse)
{
	return reverse->first_birth == order->second_birth &&
	       reverse->second_birth == order->first_birth;
}

/* Two threads can meet by it: it stays, also when both locks are gone. */
static bool is_met(const struct track_lock_order *order)
{
	const struct track_lock_order *reverse = find_reverse(order);
	return reverse && is_reverse(order, reverse) && !(reverse->guard & order->guard) &&
	       (reverse->tid != order->tid ||
		((reverse->flags | order->flags) & TRACK_LOCK_ORDER_MANY));
}

static bool is_current(const struct track_lock_order *order)
{
	return order->first_birth == lock_birth_find(order->first) &&
	       order->second_birth == lock_birth_find(order->second);
}

/*
 * An entry becomes the caller's to fill, unless its pair stays. first 0 with a second lock: it is
 * somebody's.
 */
static bool claim(struct track_lock_order *order, uint64_t second)
{
	uint64_t first = __atomic_load_n(&order->first, __ATOMIC_RELAXED), none = 0;
	if (!order->second)
		return __atomic_compare_exchange_n(&order->second, &none, second, false,
						   __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	return first && !is_met(order) &&
	       __atomic_compare_exchange_n(&order->first, &first, 0, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* A free place, that of a pair out of date, or that of another pair. */
static struct track_lock_order *make_room(const struct places *places, uint64_t second)
{
	for (uint32_t i = 0; i < PROBES; i++)
		if (!place(places, i)->second && claim(place(places, i), second))
			return place(places, i);
	for (uint32_t i = 0; i < PROBES; i++)
		if (!is_current(place(places, i)) && claim(place(places, i), second))
			return place(places, i);
	spool_note(TRACK_NOTE_ORDERS_LOST, 1);
	struct track_lock_order *next =
		place(places, __atomic_fetch_add(&hand, 1, __ATOMIC_RELAXED) % PROBES);
	return claim(next, second) ? next : NULL;
}

/* Locks that only one thread can have, before both. */
static uint64_t guard_of(const struct track_standing *standing, uint32_t position)
{
	uint64_t guard = 0;
	for (uint32_t i = 0; i < position; i++)
		if (standing->held[i].lock && standing->held[i].mode != TRACK_WAIT_READ)
			guard |= 1ull << (lock_hash(standing->held[i].lock) >> 58);
	return guard;
}

/* The pair was met before. */
static void refine(struct track_lock_order *order, const struct track_standing *standing,
		   uint32_t position)
{
	uint64_t guard = order->guard;
	if (unlikely(guard)) {
		uint64_t common = guard & guard_of(standing, position);
		if (common != guard)
			__atomic_fetch_and(&order->guard, common, __ATOMIC_RELAXED);
	}
	if (order->tid != standing->tid && !(order->flags & TRACK_LOCK_ORDER_MANY))
		order->flags |= TRACK_LOCK_ORDER_MANY;
}

/* What is there of the other order is of locks that are gone. */
static void clear_reverse(const struct track_lock_order *order)
{
	struct track_lock_order *reverse = find_reverse(order);
	uint64_t first = order->second;
	if (reverse && !is_reverse(order, reverse) &&
	    __atomic_compare_exchange_n(&reverse->first, &first, 0, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		__atomic_store_n(&reverse->second, 0, __ATOMIC_RELEASE);
}

/* A lock that is taken, and which one it is. */
struct taken {
	const struct track_held *held;
	uint32_t birth;
};

/* Of an entry that was claimed; with its first lock it is readable. */
static void fill(struct track_lock_order *order, const struct track_standing *standing,
		 const struct taken *first, const struct taken *second)
{
	order->second = second->held->lock;
	order->first_caller = first->held->caller;
	order->second_caller = second->held->caller;
	order->guard = guard_of(standing, (uint32_t)(first->held - standing->held));
	order->first_birth = first->birth;
	order->second_birth = second->birth;
	order->tid = standing->tid;
	order->flags = 0;
	__atomic_store_n(&order->first, first->held->lock, __ATOMIC_RELEASE);
	clear_reverse(order);
}

static void tell(const struct track_standing *standing, const struct taken *first,
		 const struct taken *second)
{
	const struct places places = places_of(first->held->lock, second->held->lock);
	struct track_lock_order *order = find_order(&places, first->held->lock, second->held->lock);
	if (likely(order && order->first_birth == first->birth &&
		   order->second_birth == second->birth)) {
		refine(order, standing, (uint32_t)(first->held - standing->held));
		return;
	}
	if (!places.group)
		return;
	if (!order)
		order = make_room(&places, second->held->lock);
	else if (!claim(order, second->held->lock))
		return;
	if (order)
		fill(order, standing, first, second);
}

void lock_order_tell(const struct track_standing *standing, const struct track_held *held)
{
	uint32_t count = standing->held_count;
	if (count > DEEPEST)
		return;
	const struct taken second = {held, lock_birth_get(held->lock)};
	for (uint32_t i = 0; i < count && second.birth; i++) {
		struct taken first = {&standing->held[i], 0};
		bool both_read =
			first.held->mode == TRACK_WAIT_READ && held->mode == TRACK_WAIT_READ;
		if (!first.held->lock || both_read)
			continue;
		first.birth = lock_birth_get(first.held->lock);
		if (first.birth)
			tell(standing, &first, &second);
	}
}
