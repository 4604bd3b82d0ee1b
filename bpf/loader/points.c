/* SPDX-License-Identifier: Apache-2.0 */
#include "points.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "returns.h"

#define FIRST_CAPACITY 32u

static int grow(struct points *points)
{
	size_t capacity = points->capacity ? 2 * points->capacity : FIRST_CAPACITY;
	uint64_t *offsets = reallocarray(points->offsets, capacity, sizeof(*offsets)), *rows;

	if (!offsets)
		return -ENOMEM;
	points->offsets = offsets;
	rows = reallocarray(points->rows, capacity, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	points->rows = rows;
	points->capacity = capacity;
	return 0;
}

int points_add(struct points *points, uint64_t offset, uint64_t row)
{
	for (size_t i = 0; i < points->count; i++)
		if (points->offsets[i] == offset && points->rows[i] == row)
			return 0;
	if (points->count == points->capacity && grow(points) < 0)
		return -ENOMEM;
	points->offsets[points->count] = offset;
	points->rows[points->count++] = row;
	return 0;
}

void points_remove(struct points *points, size_t index)
{
	size_t left = points->count - index - 1;

	memmove(&points->offsets[index], &points->offsets[index + 1],
		left * sizeof(*points->offsets));
	memmove(&points->rows[index], &points->rows[index + 1], left * sizeof(*points->rows));
	points->count--;
}

void points_remove_row(struct points *points, uint64_t row)
{
	size_t left = 0;

	for (size_t i = 0; i < points->count; i++) {
		if (points->rows[i] == row)
			continue;
		points->offsets[left] = points->offsets[i];
		points->rows[left++] = points->rows[i];
	}
	points->count = left;
}

void points_finish(struct points *points)
{
	free(points->offsets);
	free(points->rows);
	*points = (struct points){.offsets = NULL};
}

static int add_all(struct points *points, const uint64_t *offsets, size_t count, uint64_t row)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = points_add(points, offsets[i], row);
	return r;
}

int points_add_returns(struct points *returns, struct returns_file *file, uint64_t offset,
		       uint64_t row, enum points_until until)
{
	struct returns found = {.offsets = NULL};
	int r = returns_find(file, offset, &found);

	if (r == 0 && (found.blind || (found.lost && until == POINTS_RETURN)))
		r = -ENOTSUP;
	if (r == 0)
		r = add_all(returns, found.offsets, found.count, row);
	if (r == 0)
		r = add_all(returns, found.leaves, found.leave_count, row);
	returns_finish(&found);
	return r;
}

int points_add_function(struct points *enters, struct points *returns, struct returns_file *file,
			uint64_t offset, uint64_t row, enum points_until until)
{
	int r = file ? 0 : -ENOTSUP;

	if (r == 0)
		r = until == POINTS_ENTRY ? returns_entry(file, offset)
					  : points_add_returns(returns, file, offset, row, until);
	if (r == 0)
		r = points_add(enters, offset, row);
	return r == 0 || r == -ENOMEM ? r : -ENOTSUP;
}

void link_list_finish(struct link_list *links)
{
	links_destroy(links->items, links->count);
	free(links->items);
	*links = (struct link_list){.items = NULL};
}

void link_list_move(struct link_list *links, struct link_list *ret_links)
{
	size_t count = ret_links->count + links->count;
	struct link **items = NULL;

	if (links->count)
		items = reallocarray(ret_links->items, count, sizeof(struct link *));
	if (items) {
		for (size_t i = 0; i < links->count; i++)
			items[ret_links->count + i] = links->items[i];
		*ret_links = (struct link_list){.items = items, .count = count};
		links->count = 0;
	}
	link_list_finish(links);
}

static int keep(struct link_list *links, struct link *link)
{
	struct link **items = reallocarray(links->items, links->count + 1, sizeof(*items));

	if (!items) {
		link_destroy(link);
		return -ENOMEM;
	}
	links->items = items;
	links->items[links->count++] = link;
	return 0;
}

/* One that cannot be makes the kernel refuse all: so it is looked for by halves. */
static int attach_some(const struct points *points, size_t first, size_t count,
		       struct engine *engine, enum link_program program, const char *path,
		       struct link_list *links, points_refused_fn *refused, void *context)
{
	struct link *link = NULL;
	int r;

	if (!count)
		return 0;
	r = link_functions(engine, program, path, &points->offsets[first], &points->rows[first],
			   count, &link);
	if (r == 0)
		return keep(links, link);
	if (r == -ENOMEM)
		return r;
	if (count == 1) {
		refused(context, points->rows[first]);
		return 0;
	}
	r = attach_some(points, first, count / 2, engine, program, path, links, refused, context);
	return r < 0 ? r
		     : attach_some(points, first + count / 2, count - count / 2, engine, program,
				   path, links, refused, context);
}

int points_attach(const struct points *points, struct engine *engine, enum link_program program,
		  const char *path, struct link_list *links, points_refused_fn *refused,
		  void *context)
{
	return attach_some(points, 0, points->count, engine, program, path, links, refused,
			   context);
}
