/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "rows.h"

static const char frames_sql[] =
	"SELECT f.function, f.file, f.line, l.path, l.address,"
	/* Both are as the compiler was told; one may lack the folder in front. */
	" EXISTS (SELECT 1 FROM plumbing p WHERE f.file = p.file"
	" OR substr(f.file, -length(p.file) - 1) = '/' || p.file"
	" OR substr(p.file, -length(f.file) - 1) = '/' || f.file),"
	/* Of what was inlined there, the last is the function that the clone is of. */
	" sf.position, CASE WHEN f.position = (SELECT max(g.position) FROM frame g"
	" WHERE g.location_id = l.id) THEN c.suffix END"
	" FROM stack_frame sf JOIN location l ON l.id = sf.location_id"
	" LEFT JOIN frame f ON f.location_id = l.id LEFT JOIN clone c ON c.location_id = l.id"
	" WHERE sf.stack_id = ?1 ORDER BY sf.position, f.position";

struct frame_row {
	struct report_frame frame;
	int64_t position;  /* of its place in the stack */
	const char *clone; /* ".part.0": a piece of the function; NULL: itself */
};

/* What every Go program has linked in; its own functions are called otherwise. */
static bool is_of_go(const char *function)
{
	static const char *const patterns[] = {
/* clang-format off */
#define GO_LIBRARY(pattern, what) pattern,
#include <base/go_library.def>
		/* clang-format on */
	};

	for (size_t i = 0; function && i < sizeof(patterns) / sizeof(*patterns); i++)
		if (fnmatch(patterns[i], function, 0) == 0)
			return true;
	return false;
}

static int read_frame(struct report *report, struct trace_query *query, void *item)
{
	struct frame_row *row = item;
	struct report_frame *frame = &row->frame;
	int r = row_text(report, query, 0, &frame->function);

	if (r == 0)
		r = row_text(report, query, 1, &frame->file);
	if (r == 0)
		r = row_text(report, query, 3, &frame->module);
	if (r == 0)
		r = row_text(report, query, 7, &row->clone);
	frame->line = (int)trace_query_int(query, 2);
	frame->address = (uint64_t)trace_query_int(query, 4);
	frame->plumbing = trace_query_int(query, 5) != 0 || is_of_go(frame->function);
	row->position = trace_query_int(query, 6);
	return r;
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/*
 * Whether the caller is the same function, that the compiler put the piece aside of: its line is
 * where the piece is entered, and says nothing. A function that calls itself calls the whole.
 */
static bool is_rest_of(const struct frame_row *caller, const struct frame_row *piece)
{
	const char *clone = caller->clone ? caller->clone : "";

	if (!piece->frame.function ||
	    !is_same_text(caller->frame.function, piece->frame.function) ||
	    !is_same_text(caller->frame.file, piece->frame.file))
		return false;
	/* Both at one place: a piece that was inlined where it had been cut out. */
	if (caller->position == piece->position)
		return true;
	return piece->clone && strlen(clone) < strlen(piece->clone) &&
	       strncmp(clone, piece->clone, strlen(clone)) == 0;
}

int stack_read(struct trace *trace, struct report *report, int64_t stack_id,
	       struct report_stack *ret_stack)
{
	const struct frame_row *items;
	struct report_frame *frames;
	struct rows rows;
	size_t count = 0;
	int r = rows_read(trace, report, frames_sql, stack_id, sizeof(*items), read_frame, &rows);

	if (r < 0)
		return r;
	items = rows.items;
	frames = arena_allocate(report->arena, rows.count, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	for (size_t i = 0; i < rows.count; i++)
		if (i == 0 || !is_rest_of(&items[i], &items[i - 1]))
			frames[count++] = items[i].frame;
	ret_stack->frames = frames;
	ret_stack->count = count;
	return 0;
}
