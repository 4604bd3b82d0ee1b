/* SPDX-License-Identifier: Apache-2.0 */
#include "lock_order.h"
#include "spool.h"
#include "tables.h"

#define PROBES 8   /* places where a pair may be */
#define DEEPEST 8u /* who holds more takes all of them (before a fork, say) */
#define LOCKS 8192 /* a power of two */
#define LOCK_PROBES 4
#define BIRTH_BITS 16

/*
 * The locks that are in an order: address, and which of those that were there one after the other.
 * An order holds for two of them (track_lock_order.births). Nobody looks for the orders of a lock
 * that is gone: they are in the way of a new one at its place, and make room.
 */
static uint64_t locks[LOCKS];
static uint64_t born;

/* The entry that makes room next where no order is out of date. */
static uint32_t hand;

static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
	return value ^ value >> 29;
}

static uint64_t *lock_at(uint64_t hash, uint64_t probe)
{
	return &locks[(hash + probe) % LOCKS];
}

/* 0: nothing is known of a lock there. */
static uint64_t find_lock(uint64_t lock)
{
	uint64_t hash = mix(lock);
	for (uint32_t i = 0; i < LOCK_PROBES; i++) {
		uint64_t known = __atomic_load_n(lock_at(hash, i), __ATOMIC_RELAXED);
		if (likely(known >> BIRTH_BITS == lock))
			return known;
	}
	return 0;
}

/* If there is no room, one is put out, whose orders are lost: it is another when it comes again. */
static uint64_t add_lock(uint64_t lock)
{
	uint64_t hash = mix(lock), birth = __atomic_add_fetch(&born, 1, __ATOMIC_RELAXED);
	uint64_t known = lock << BIRTH_BITS | (uint16_t)birth;
	uint64_t *room = lock_at(hash, birth % LOCK_PROBES);
	for (uint32_t i = LOCK_PROBES; i-- > 0;)
		if (!__atomic_load_n(lock_at(hash, i), __ATOMIC_RELAXED))
			room = lock_at(hash, i);
	if (__atomic_exchange_n(room, known, __ATOMIC_RELAXED))
		spool_note(TRACK_NOTE_ORDERS_LOST, 1);
	return known;
}

static uint64_t get_lock(uint64_t lock)
{
	uint64_t known = find_lock(lock);
	return likely(known) ? known : add_lock(lock);
}

void lock_order_forget(uint64_t lock)
{
	uint64_t hash = mix(lock);
	for (uint32_t i = 0; i < LOCK_PROBES; i++) {
		uint64_t *place = lock_at(hash, i);
		if (unlikely(__atomic_load_n(place, __ATOMIC_RELAXED) >> BIRTH_BITS == lock))
			__atomic_store_n(place, 0, __ATOMIC_RELAXED);
	}
}

/* The places where a pair may be. */
struct places {
	struct track_lock_order *group; /* NULL: there are none */
	uint64_t hash;
};

static struct places places_of(uint64_t first, uint64_t second)
{
	uint64_t hash = mix(first * 0x9e3779b97f4a7c15u + second);
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

/* Two threads can meet by it: it stays, also when both locks are gone. */
static bool is_met(const struct track_lock_order *order)
{
	const struct track_lock_order *reverse = find_reverse(order);
	return reverse && reverse->births == order->births && !(reverse->guard & order->guard) &&
	       (reverse->tid != order->tid ||
		((reverse->flags | order->flags) & TRACK_LOCK_ORDER_MANY));
}

static bool is_current(const struct track_lock_order *order)
{
	uint64_t first = find_lock(order->first), second = find_lock(order->second);
	return first && second && order->births == (uint16_t)(first + second);
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
			guard |= 1ull << (mix(standing->held[i].lock) >> 58);
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
	if (reverse && reverse->births != order->births &&
	    __atomic_compare_exchange_n(&reverse->first, &first, 0, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		__atomic_store_n(&reverse->second, 0, __ATOMIC_RELEASE);
}

/* Of an entry that was claimed; with its first lock it is readable. */
static void fill(struct track_lock_order *order, const struct track_standing *standing,
		 uint32_t position, const struct track_held *second, uint16_t births)
{
	const struct track_held *first = &standing->held[position];
	order->second = second->lock;
	order->first_caller = first->caller;
	order->second_caller = second->caller;
	order->guard = guard_of(standing, position);
	order->tid = standing->tid;
	order->flags = 0;
	order->births = births;
	__atomic_store_n(&order->first, first->lock, __ATOMIC_RELEASE);
	clear_reverse(order);
}

static void tell(const struct track_standing *standing, uint32_t position,
		 const struct track_held *second)
{
	uint64_t first = standing->held[position].lock;
	uint16_t births = (uint16_t)(get_lock(first) + get_lock(second->lock));
	const struct places places = places_of(first, second->lock);
	struct track_lock_order *order = find_order(&places, first, second->lock);
	if (likely(order && order->births == births)) {
		refine(order, standing, position);
		return;
	}
	if (!places.group)
		return;
	if (!order)
		order = make_room(&places, second->lock);
	else if (!claim(order, second->lock))
		return;
	if (order)
		fill(order, standing, position, second, births);
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
