/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

static const char frames_sql[] =
	"SELECT f.function, f.file, f.line, l.path, l.address,"
	/* Both are as the compiler was told; one may lack the folder in front. */
	" EXISTS (SELECT 1 FROM plumbing p WHERE f.file = p.file"
	" OR substr(f.file, -length(p.file) - 1) = '/' || p.file"
	" OR substr(p.file, -length(f.file) - 1) = '/' || f.file)"
	" FROM stack_frame sf JOIN location l ON l.id = sf.location_id"
	" LEFT JOIN frame f ON f.location_id = l.id"
	" WHERE sf.stack_id = ?1 ORDER BY sf.position, f.position";

static int read_frame(struct report *report, struct trace_query *query, void *item)
{
	struct report_frame *frame = item;
	int r = row_text(report, query, 0, &frame->function);

	if (r == 0)
		r = row_text(report, query, 1, &frame->file);
	if (r == 0)
		r = row_text(report, query, 3, &frame->module);
	frame->line = (int)trace_query_int(query, 2);
	frame->address = (uint64_t)trace_query_int(query, 4);
	frame->plumbing = trace_query_int(query, 5) != 0;
	return r;
}

int stack_read(struct trace *trace, struct report *report, int64_t stack_id,
	       struct report_stack *ret_stack)
{
	struct rows rows;
	int r = rows_read(trace, report, frames_sql, stack_id, sizeof(*ret_stack->frames),
			  read_frame, &rows);

	if (r < 0)
		return r;
	ret_stack->frames = rows.items;
	ret_stack->count = rows.count;
	return 0;
}
