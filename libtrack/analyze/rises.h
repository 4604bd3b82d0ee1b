/* SPDX-License-Identifier: Apache-2.0 */
/* How often counts rise from one to the next, and how evenly. */
#ifndef ANALYZE_RISES_H
#define ANALYZE_RISES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rises {
	size_t steps, rises;
	size_t longest, last; /* stretches of steps that brought nothing; the last may be 0 */
	bool falls;
};

/* Of one count at least. */
struct rises rises_count(const int64_t *counts, size_t count);

#endif
