/* SPDX-License-Identifier: Apache-2.0 */
#include "row_table.h"

#include <errno.h>
#include <pack/probing.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define FIRST_CAPACITY 64u

static int grow(struct row_table *table)
{
	size_t capacity = table->capacity ? 2 * table->capacity : FIRST_CAPACITY;
	struct probed *items = reallocarray(table->items, capacity, sizeof(*items));

	if (!items)
		return -ENOMEM;
	table->items = items;
	table->capacity = capacity;
	return 0;
}

int row_table_add(struct row_table *table, struct engine *engine, const struct probed *probed,
		  const struct probe_row *kernel, uint32_t *ret_row)
{
	int r = 0;

	if (table->count >= PROBE_ROWS_MAX)
		return -ENOSPC;
	if (table->count == table->capacity)
		r = grow(table);
	if (r == 0)
		r = engine_row_set(engine, (uint32_t)table->count, kernel);
	if (r < 0)
		return r;
	*ret_row = (uint32_t)table->count;
	table->items[table->count++] = *probed;
	return 0;
}

void row_table_finish(struct row_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->items[i].row)
			row_clear(table->items[i].row);
		free(table->items[i].row);
	}
	free(table->items);
	*table = (struct row_table){.items = NULL};
}

struct probed *row_table_at(const struct row_table *table, uint32_t row)
{
	return row < table->count ? &table->items[row] : NULL;
}

static bool is_blind(const struct probed *probed)
{
	bool goes_by_pattern = probed->row && probed->row->function->pattern.text;

	return probed->is_unseen || (goes_by_pattern && !probed->is_found);
}

static bool ends_unseen(const struct row_table *table, const struct pack_class *of_class)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = table->items[i].row;

		if (!row || !row->told || !is_blind(&table->items[i]))
			continue;
		for (size_t j = 0; j < row->told->act_count; j++)
			if (row->told->acts[j].of_class == of_class &&
			    pack_act_is_end(&row->told->acts[j]))
				return true;
	}
	return false;
}

static bool is_dropped(const struct row_table *table, const struct row *row,
		       const struct row_act *act)
{
	const struct pack_party *party = pack_act_party(act->act);
	const struct pack_class *other = NULL;

	if (party && party->class_name.text)
		other = pack_find_class(row->pack, party->class_name.text);
	return (act->act->of_class && ends_unseen(table, act->act->of_class)) ||
	       (other && ends_unseen(table, other));
}

void row_table_judge(struct row_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		struct row *row = table->items[i].row;

		for (size_t j = 0; row && j < row->act_count; j++)
			row->acts[j].is_dropped = is_dropped(table, row, &row->acts[j]);
	}
}
