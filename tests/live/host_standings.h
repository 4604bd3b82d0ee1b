/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library says of where threads stand, read by the program itself: it lies in the spool,
 * which is mapped here. Every function ends the program if that cannot be read.
 */
#ifndef LIVE_HOST_STANDINGS_H
#define LIVE_HOST_STANDINGS_H

#include <pthread.h>
#include <track/wire.h>

/* The spool of this process; *ret_fd: open, the caller's. */
struct track_spool standings_header(int *ret_fd);

uint32_t standing_tid(void);
/* tid 0: it has none. */
struct track_standing standing_of(uint32_t tid);
struct track_standing standing_mine(void);
/* When it waits for that. tid is written by another thread. */
struct track_standing standing_await(const uint32_t *tid, enum track_wait wait);

/* Ends the program unless this is what is told. */
void standing_holds(const struct track_standing *standing, uint32_t position, const void *lock,
		    enum track_wait mode, uint32_t depth);
/* The same of the calling thread: it holds nothing and waits for nothing. */
void standing_is_free(void);

/* first, or subject, 0: there is none. */
struct track_lock_order standing_order(const void *first, const void *second);
struct track_waker standing_waker(const void *subject);

/* Have another thread do that, to its end. */
void by_another(void *(*act)(void *), pthread_mutex_t *lock);

#endif
