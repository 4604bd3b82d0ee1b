/* SPDX-License-Identifier: Apache-2.0 */
#include "wakers.h"
#include "clock.h"
#include "tables.h"

#define PROBES 8 /* places where one may be */

static uint64_t hash_of(uint64_t subject)
{
	subject = (subject ^ subject >> 30) * 0xbf58476d1ce4e5b9u;
	return subject ^ subject >> 29;
}

/* Its place, or that of whoever is to make room: nobody, or who woke longest ago. */
static struct track_waker *place_of(struct track_waker *wakers, uint64_t hash, uint64_t subject)
{
	struct track_waker *oldest = NULL;
	for (uint32_t i = 0; i < PROBES; i++) {
		struct track_waker *waker = &wakers[(hash + i) % TABLES_WAKER_GROUP];
		if (waker->subject == subject)
			return waker;
		if (!oldest ||
		    (oldest->subject && (!waker->subject || waker->time_ns < oldest->time_ns)))
			oldest = waker;
	}
	return oldest;
}

void waker_tell(const struct writer *writer, const void *subject, const void *caller)
{
	uint64_t hash = hash_of((uintptr_t)subject);
	struct track_waker *wakers = tables_wakers(hash >> 32, true);
	if (!wakers)
		return;
	struct track_waker *waker = place_of(wakers, hash, (uintptr_t)subject);
	if (waker->subject != (uintptr_t)subject) {
		waker->count = 0;
		__atomic_store_n(&waker->subject, (uintptr_t)subject, __ATOMIC_RELAXED);
	}
	waker->caller = (uintptr_t)caller;
	waker->time_ns = clock_ns(); /* whether a waiter began before is told by this */
	waker->tid = writer->tid;
	waker->count++;
}

void waker_forget(const void *subject)
{
	uint64_t hash = hash_of((uintptr_t)subject);
	struct track_waker *wakers = tables_wakers(hash >> 32, false);
	for (uint32_t i = 0; wakers && i < PROBES; i++) {
		struct track_waker *waker = &wakers[(hash + i) % TABLES_WAKER_GROUP];
		if (waker->subject == (uintptr_t)subject)
			__atomic_store_n(&waker->subject, 0, __ATOMIC_RELAXED);
	}
}
