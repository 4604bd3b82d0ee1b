/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CLOCK_MONOTONIC straight from the vDSO, since a host may interpose
 * clock_gettime (libfaketime) and records must stay in true order.
 */
#ifndef SHIM_CLOCK_H
#define SHIM_CLOCK_H

#include <stdint.h>

/* Find the vDSO; until then, and without one, the clock is a system call. */
void clock_init(void);
/*
 * Reading the processor's counter is about to become a signal (PR_SET_TSC): do
 * without it. Where that was inherited, no program gets past the loader, which
 * reads it too.
 */
void clock_lose_counter(void);
uint64_t clock_ns(void);
/* Cheaper, right to some milliseconds. */
uint64_t clock_coarse_ns(void);
uint64_t clock_realtime_ns(void);

#endif
