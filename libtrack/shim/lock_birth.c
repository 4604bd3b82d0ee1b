/* SPDX-License-Identifier: Apache-2.0 */
#include "lock_birth.h"
#include "module.h"
#include "spool.h"

#define LOCKS 8192 /* a power of two */
#define PROBES 4
#define BIRTHS 0xffffu
#define IS_CERTAIN 0x10000u
#define ADDRESS_SHIFT 17
#define SEEN (1u << 18) /* a power of two */

/*
 * The locks that are in an order: address, whether it is certain which, and which of those that
 * were there one after the other. Nobody looks for the orders of a lock that is gone: they are in
 * the way of a new one at its place, and make room.
 */
static uint64_t locks[LOCKS];
static uint64_t born;

/* Locks whose beginning was seen, by their address: more of it. Two at one place: the later one. */
static uint8_t seen[SEEN];

/* Those of one structure are neighbours here too. */
static uint8_t *seen_at(uint64_t lock, uint8_t *ret_tag)
{
	uint64_t hash = lock_hash(lock >> 21);
	*ret_tag = (uint8_t)(hash >> 56 | 1);
	return &seen[((lock >> 3) + hash) % SEEN];
}

static bool is_certain(uint64_t lock)
{
	uint8_t tag;
	return __atomic_load_n(seen_at(lock, &tag), __ATOMIC_RELAXED) == tag || modules_have(lock);
}

static uint64_t *place(uint64_t hash, uint64_t probe)
{
	return &locks[(hash + probe) % LOCKS];
}

/* 0: nothing is known of a lock there. */
static uint64_t find(uint64_t lock)
{
	uint64_t hash = lock_hash(lock);
	for (uint32_t i = 0; i < PROBES; i++) {
		uint64_t known = __atomic_load_n(place(hash, i), __ATOMIC_RELAXED);
		if (likely(known >> ADDRESS_SHIFT == lock))
			return known;
	}
	return 0;
}

/* If there is no room, one is put out, whose orders are lost: it is another when it comes again. */
static uint64_t add(uint64_t lock)
{
	uint64_t hash = lock_hash(lock), birth = __atomic_fetch_add(&born, 1, __ATOMIC_RELAXED);
	uint64_t known =
		lock << ADDRESS_SHIFT | (is_certain(lock) ? IS_CERTAIN : 0) | (birth % BIRTHS + 1);
	uint64_t *room = place(hash, birth % PROBES);
	for (uint32_t i = PROBES; i-- > 0;)
		if (!__atomic_load_n(place(hash, i), __ATOMIC_RELAXED))
			room = place(hash, i);
	if (__atomic_exchange_n(room, known, __ATOMIC_RELAXED) & IS_CERTAIN)
		spool_note(TRACK_NOTE_ORDERS_LOST, 1);
	return known;
}

static inline uint32_t birth_of(uint64_t known)
{
	return known & IS_CERTAIN ? known & BIRTHS : 0;
}

uint32_t lock_birth_find(uint64_t lock)
{
	return birth_of(find(lock));
}

uint32_t lock_birth_get(uint64_t lock)
{
	uint64_t known = find(lock);
	return birth_of(likely(known) ? known : add(lock));
}

static void drop(uint64_t lock)
{
	uint64_t hash = lock_hash(lock);
	for (uint32_t i = 0; i < PROBES; i++)
		if (unlikely(__atomic_load_n(place(hash, i), __ATOMIC_RELAXED) >> ADDRESS_SHIFT ==
			     lock))
			__atomic_store_n(place(hash, i), 0, __ATOMIC_RELAXED);
}

void lock_birth_renew(uint64_t lock)
{
	uint8_t tag, *at = seen_at(lock, &tag);
	__atomic_store_n(at, tag, __ATOMIC_RELAXED);
	drop(lock);
}

void lock_birth_forget(uint64_t lock)
{
	uint8_t tag, *at = seen_at(lock, &tag);
	if (__atomic_load_n(at, __ATOMIC_RELAXED) == tag)
		__atomic_store_n(at, 0, __ATOMIC_RELAXED);
	drop(lock);
}

void lock_birth_forget_between(uint64_t start, uint64_t end)
{
	if (!__atomic_load_n(&born, __ATOMIC_RELAXED))
		return;
	for (uint32_t i = 0; i < LOCKS; i++) {
		uint64_t lock = __atomic_load_n(&locks[i], __ATOMIC_RELAXED) >> ADDRESS_SHIFT;
		if (lock >= start && lock < end)
			lock_birth_forget(lock);
	}
}
