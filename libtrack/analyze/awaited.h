/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of a process whose end is held back: whether anything is alive that would be undecided if it
 * ended now, since what it belongs to was closed, or is over, for less than the grace time. By what
 * the program says; hints decide nothing. The same question as fate.c's, asked of what lives.
 */
#ifndef ANALYZE_AWAITED_H
#define ANALYZE_AWAITED_H

#include <stdbool.h>
#include <stdint.h>

struct image;

struct awaited_look {
	uint64_t now_ns; /* all that was before is known */
	uint64_t grace_ns;
	uint32_t tid; /* the thread that is held back: its own closes will not return */
};

bool awaited_any(struct image *image, const struct awaited_look *look);

#endif
