/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log that was imported into a trace: its process becomes a part of the one that wrote it.
 * Functions return 0, -ENOMEM, or what the store says.
 */
#ifndef ANALYZE_IMPORTED_H
#define ANALYZE_IMPORTED_H

#include <stdint.h>
#include <store/trace.h>

/* A process image of the trace that may have written a log. Texts live until the trace is closed.
 */
struct imported_from {
	int64_t id;
	int32_t pid;
	uint64_t start_ns, end_ns; /* end_ns of one that runs on: of the last that was seen */
	char *exe;		   /* the caller frees it */
};

/*
 * pid 0: any, if there is but one. Of several images of a pid the last one. -ESRCH: there is
 * none, -ENOTUNIQ: there are several.
 */
int imported_find(struct trace *trace, int32_t pid, struct imported_from *ret_from);

/*
 * The newest process is what a log of that one says: it ended as that did. Where an object or scope
 * of the log is alive in the trace too, the trace's has the references that the log tells of.
 */
int imported_join(struct trace *trace, int64_t from_id);

#endif
