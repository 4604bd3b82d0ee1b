/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which birth sites have more alive at every mark of a series. The first mark
 * may be part of the warm-up; three that rise are needed. What is alive at one
 * mark alone is late, and not left: a close that goes on in the background may
 * have more of them at work each time, and yet they all end.
 */
#ifndef ANALYZE_GROWTH_H
#define ANALYZE_GROWTH_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

#include "culprit.h"
#include "trend.h"

struct leaks;

struct growth_member {
	int64_t resource_id;
	int64_t stack_id;
};

/* What is born at one site: equal kind, class and first frames. */
struct growth_site {
	uint64_t group; /* finding_group; by process: hashed with the process */
	char *kind, *class_name;
	int64_t process_id; /* of the first member, as the stack */
	int64_t stack_id;
	size_t series;	  /* of marks, counted in the run */
	bool of_pack;	  /* a pack tells of them, at least of the first */
	bool sessions;	  /* its marks are so named */
	uint64_t last_ns; /* time of its last mark */
	int64_t *alive;	  /* at each mark compared */
	int64_t *stays;	  /* the same without those that one mark saw, and not the next */
	size_t marks;
	size_t first;	    /* the mark that the comparison begins with: 0, or 1 after a warm-up */
	struct trend trend; /* of a soak's sessions; else TREND_TOO_FEW */
	struct growth_member *members; /* alive at the last mark */
	size_t member_count;
	size_t member_capacity;
};

/* The sites that grow. */
struct growth {
	const struct leaks *leaks; /* what they explain is not counted; NULL: all is */
	bool explained;		   /* only that is counted */
	bool by_process;	   /* a site is of one process, which grows by itself */
	bool all;		   /* what does not grow too, over the sessions of a soak */
	uint64_t grace_ns;	   /* without leaks: what ended so soon after a mark was gone */
	struct growth_site **sites;
	size_t count;
	size_t capacity;
	struct u64map by_group; /* group -> struct growth_site * */
};

int growth_load(struct growth *growth, struct trace *trace, struct culprits *culprits);
/* More alive per mark. */
double growth_slope(const struct growth_site *site);
void growth_finish(struct growth *growth);
/* The site of this group, if it grows; NULL. */
const struct growth_site *growth_find(const struct growth *growth, uint64_t group);

#endif
