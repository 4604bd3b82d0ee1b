/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latest call of a callback that a thread was recorded to make, and what it was judged to be.
 * Those that the thread made after it and that were left out are what it was.
 */
#ifndef ANALYZE_CALL_H
#define ANALYZE_CALL_H

#include <base/u64map.h>
#include <stdint.h>

struct act_place;
struct thing;

/* late: the act that it was; NULL: it was in order. -ENOMEM. */
int call_told(struct u64map *calls, uint32_t tid, struct thing *callback, struct act_place *late);
/* So many were left out since. Of what was forgotten, or never was called: nothing. */
void call_left_out(const struct u64map *calls, uint32_t tid, uint64_t subject, uint32_t count);
/* The thread is over. */
void calls_forget(struct u64map *calls, uint32_t tid);
void calls_finish(struct u64map *calls);

#endif
