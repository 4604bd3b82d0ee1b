/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

/* Innermost first, so that a place's first row is that of position 0. */
static const char names_sql[] =
	"SELECT l.path, l.build_id, l.address, f.position, f.function, f.file, f.line, c.suffix"
	" FROM location l JOIN frame f ON f.location_id = l.id"
	" LEFT JOIN clone c ON c.location_id = l.id"
	" WHERE l.path <> '' AND l.build_id <> '' ORDER BY l.id, f.position";

static int copy_row(struct trace_query *row, struct trace *to)
{
	int64_t location, position = trace_query_int(row, 3);
	const char *suffix = trace_query_text(row, 7);
	int r = trace_location(to, trace_query_text(row, 0), trace_query_text(row, 1),
			       (uint64_t)trace_query_int(row, 2), &location);

	if (r == 0)
		r = trace_add_frame(to, location, (int)position, trace_query_text(row, 4),
				    trace_query_text(row, 5), (int)trace_query_int(row, 6));
	if (r == 0 && position == 0 && suffix)
		r = trace_add_clone(to, location, suffix);
	return r;
}

int names_copy(struct trace *from, struct trace *to)
{
	struct trace_query *row;
	int r = trace_query(from, names_sql, &row);

	if (r < 0)
		return r;
	while ((r = trace_query_step(row)) > 0) {
		r = copy_row(row, to);
		if (r < 0)
			break;
	}
	trace_query_destroy(row);
	return r;
}
