/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All process images of a run, dead or alive: little of each, so that a run may
 * have very many. Writes their rows.
 */
#ifndef ANALYZE_LINEAGE_H
#define ANALYZE_LINEAGE_H

#include <base/u64map.h>
#include <collect/collector.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

struct image;

struct ancestor {
	int64_t id; /* its row; 0: not told yet */
	int64_t parent_id;
	uint64_t start_ns;
	struct image *image; /* owned by the caller; NULL: over */
	int32_t pid;
	uint32_t older; /* of the same pid, told before: its index plus one */
};

struct lineage {
	struct ancestor *items; /* by collect_process.index */
	size_t count;		/* the highest index told, plus one */
	size_t capacity;
	struct u64map newest; /* pid -> index plus one */
};

/* A zeroed struct is empty. */
void lineage_finish(struct lineage *lineage);
/* NULL if it was not told. Lives until the next lineage_put. */
struct ancestor *lineage_get(const struct lineage *lineage, uint32_t index);
/* Write the row of a process; a new one gets its parent among those told before. */
int lineage_put(struct lineage *lineage, struct trace *trace,
		const struct collect_process *process);

#endif
