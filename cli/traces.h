/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands share that read recordings: their operands, one after the other. What goes wrong
 * is said here.
 */
#ifndef CLI_TRACES_H
#define CLI_TRACES_H

#include <report/report.h>

#include "gate.h"
#include "options.h"
#include "sources.h"

/*
 * What count of the operands stand for, from first on; there must be one. To be finished however it
 * ends. 0, or -errno: that was said, and so is what is left out.
 */
int traces_collect(const struct options *options, size_t first, size_t count,
		   struct sources *sources);

/* Of one recording, judged as the options say. 0, or -errno: that was said, and ends the visit. */
typedef int (*trace_visitor)(struct trace *trace, const struct source *source,
			     const struct options *options, void *ctx);

/*
 * Every recording that count of the operands stand for, from first on; there must be one.
 * ret_missing, if not NULL: files that should be recordings and cannot be read.
 */
int traces_visit(const struct options *options, size_t first, size_t count, trace_visitor visitor,
		 void *ctx, size_t *ret_missing);

struct reports {
	struct report **items;
	size_t count;
};

/*
 * The same, judged by a gate, all at once; ret_reports, if not NULL: what is to be shown of them,
 * which is zeroed, and to be finished however it ends.
 */
int traces_judge(const struct options *options, size_t first, size_t count, struct gate *gate,
		 struct reports *ret_reports);
void reports_finish(struct reports *reports);

/* Says what a trace that was written is not whole without, by what closing it returned. */
void traces_closed(const char *path, int r);

#endif
