/* SPDX-License-Identifier: Apache-2.0 */
#include "rises.h"

struct rises rises_count(const int64_t *counts, size_t count)
{
	struct rises rises = {.steps = count - 1};

	for (size_t i = 1; i < count; i++) {
		rises.falls |= counts[i] < counts[i - 1];
		rises.rises += counts[i] > counts[i - 1];
		rises.last = counts[i] > counts[i - 1] ? 0 : rises.last + 1;
		rises.longest = rises.last > rises.longest ? rises.last : rises.longest;
	}
	return rises;
}
