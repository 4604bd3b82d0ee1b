/* SPDX-License-Identifier: Apache-2.0 */
#include "tails.h"

#include "engine.h"

struct finding {
	const struct row_table *table;
	struct engine *engine;
	struct points *returns;
	const struct points *passed;
	points_refused_fn *refused;
	void *context;
};

static bool has_row(const struct points *points, uint64_t row)
{
	for (size_t i = 0; i < points->count; i++)
		if (points->rows[i] == row)
			return true;
	return false;
}

/* Until it is over, what begins at its place on the stack was jumped to by it. */
static int look_at_returns(const struct finding *finding, uint64_t row)
{
	const struct points *passed = finding->passed;
	int r = 0;

	for (size_t i = 0; r == 0 && i < passed->count; i++)
		if (passed->rows[i] == row)
			r = points_add(finding->returns, passed->offsets[i], row);
	return r;
}

static int tell_tail(const struct finding *finding, uint64_t number)
{
	struct probed *probed = row_table_at(finding->table, (uint32_t)number);
	uint32_t flags = PROBE_ROW_TELL_ENTRY;

	if (!probed->row || probed->is_tail)
		return 0;
	if (has_row(finding->passed, number))
		flags |= PROBE_ROW_TELL_RETURN;
	probed->is_tail = true;
	probed->row->kernel.flags |= flags;
	if (engine_row_set(finding->engine, (uint32_t)number, &probed->row->kernel) < 0)
		finding->refused(finding->context, number);
	return look_at_returns(finding, number);
}

/* Those at the same place as one, in points from an index on. */
static int tell_shared(const struct finding *finding, uint64_t offset, uint64_t row,
		       const struct points *points, size_t from)
{
	int r = 0;

	for (size_t i = from; r == 0 && i < points->count; i++) {
		if (points->offsets[i] != offset || points->rows[i] == row)
			continue;
		r = tell_tail(finding, points->rows[i]);
		if (r == 0)
			r = tell_tail(finding, row);
	}
	return r;
}

int tails_find(const struct row_table *table, struct engine *engine, struct points *returns,
	       const struct points *passed, points_refused_fn *refused, void *context)
{
	const struct finding finding = {table, engine, returns, passed, refused, context};
	size_t count = returns->count; /* more are added */
	int r = 0;

	for (size_t i = 0; r == 0 && i < passed->count; i++)
		r = tell_shared(&finding, passed->offsets[i], passed->rows[i], passed, i + 1);
	for (size_t i = 0; r == 0 && i < count; i++) {
		uint64_t offset = returns->offsets[i], row = returns->rows[i];

		r = tell_shared(&finding, offset, row, passed, 0);
		if (r == 0)
			r = tell_shared(&finding, offset, row, returns, i + 1);
	}
	return r;
}
