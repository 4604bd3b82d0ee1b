/* SPDX-License-Identifier: Apache-2.0 */
/* A last look at what a process has, taken by itself as it ends. */
#ifndef ANALYZE_CENSUS_H
#define ANALYZE_CENSUS_H

#include <base/u64map.h>
#include <collect/collector.h>

struct census {
	struct u64map seen; /* descriptor or tid -> arg of its record */
	uint64_t start_ns;  /* what was born later may be missing */
	bool complete;
};

void census_finish(struct census *census);

#endif
