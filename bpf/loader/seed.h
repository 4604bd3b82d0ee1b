/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process had when we came to it. Events were told already while it was read: so a number
 * that was opened meanwhile is none of it, and one that is closed meanwhile is told first.
 */
#ifndef LOADER_SEED_H
#define LOADER_SEED_H

#include <stdbool.h>
#include <stdint.h>

struct traced;

/* Reads it from /proc; traced->seed has it until it is told. -errno. */
int seed_read(struct traced *traced);
void seed_destroy(struct traced *traced);

/* An event says so; to be called before it is told. Without a seed nothing happens. */
void seed_opened(struct traced *traced, uint32_t fd, uint64_t time_ns);
void seed_closed(struct traced *traced, uint32_t fd, uint64_t time_ns);
void seed_thread_ended(struct traced *traced, uint32_t tid);
void seed_closed_range(struct traced *traced, uint32_t first, uint32_t last, uint64_t time_ns);

/* All events up to this time were told. false: it must wait longer. */
bool seed_settle(struct traced *traced, uint64_t settled_ns);

#endif
