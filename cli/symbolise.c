/* SPDX-License-Identifier: Apache-2.0 */
#include "symbolise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/symbolizer.h>

#define INLINED_MAX 64
#define BUILD_ID_MAX 64

/* A return address lies behind its call, so that one less is in it; a start routine is exact. */
static const char locations_sql[] =
	"SELECT l.id, l.path, l.build_id, l.address, s.id IS NOT NULL"
	" FROM location l"
	" LEFT JOIN (SELECT DISTINCT start_location AS id FROM resource) s ON s.id = l.id"
	" WHERE l.path <> '' AND NOT EXISTS (SELECT 1 FROM frame f WHERE f.location_id = l.id)"
	" ORDER BY l.path, l.build_id, l.address";

static const char symbols_sql[] =
	"UPDATE module SET symbols = ?1 WHERE path = ?2 AND build_id = ?3";

struct place {
	int64_t id;
	uint64_t address;
	char *path;
	char *build_id;
};

struct places {
	struct place *items;
	size_t count;
	size_t capacity;
};

static void places_finish(struct places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		free(places->items[i].path);
		free(places->items[i].build_id);
	}
	free(places->items);
}

static int places_grow(struct places *places)
{
	size_t capacity = places->capacity ? 2 * places->capacity : 256;
	struct place *items;

	if (places->count < places->capacity)
		return 0;
	items = reallocarray(places->items, capacity, sizeof(*items));
	if (!items)
		return -ENOMEM;
	places->items = items;
	places->capacity = capacity;
	return 0;
}

static int places_add(struct places *places, struct trace_query *query)
{
	const char *path = trace_query_text(query, 1), *build_id = trace_query_text(query, 2);
	struct place *place;
	int r = places_grow(places);

	if (r < 0)
		return r;
	place = &places->items[places->count++];
	*place = (struct place){
		.id = trace_query_int(query, 0),
		.address = (uint64_t)trace_query_int(query, 3) - !trace_query_int(query, 4),
		.path = strdup(path ? path : ""),
		.build_id = strdup(build_id ? build_id : ""),
	};
	return place->path && place->build_id ? 0 : -ENOMEM;
}

/* Read whole before frames are written: the query looks at them. */
static int places_read(struct trace *trace, struct places *places)
{
	struct trace_query *query;
	int r = trace_query(trace, locations_sql, &query);

	if (r < 0)
		return r;
	while ((r = trace_query_step(query)) > 0) {
		r = places_add(places, query);
		if (r < 0)
			break;
	}
	trace_query_destroy(query);
	return r;
}

static size_t parse_hex(const char *text, uint8_t ret_bytes[BUILD_ID_MAX])
{
	size_t count = 0;

	for (; text[0] && text[1] && count < BUILD_ID_MAX; text += 2) {
		char pair[3] = {text[0], text[1], 0};
		char *end;

		ret_bytes[count++] = (uint8_t)strtoul(pair, &end, 16);
		if (*end)
			return 0;
	}
	return count;
}

static const char *why_none(int error)
{
	switch (error) {
	case -ENOENT:
		return "no such file now";
	case -EACCES:
		return "the file may not be read";
	case -ESTALE:
		return "the file has changed since";
	case -ENOEXEC:
		return "not an ELF file";
	default:
		return "the file could not be read";
	}
}

static int write_symbols(struct trace *trace, const struct place *place, const char *symbols)
{
	struct trace_query *query;
	int r = trace_query(trace, symbols_sql, &query);

	if (r < 0)
		return r;
	trace_query_bind_text(query, 1, symbols);
	trace_query_bind_text(query, 2, place->path);
	trace_query_bind_text(query, 3, place->build_id);
	r = trace_query_step(query);
	trace_query_destroy(query);
	return r < 0 ? r : 0;
}

/* Returns how many frames were written, or -errno. */
static int write_frames(struct trace *trace, struct symbol_module *module,
			const struct place *place)
{
	struct symbol_frame frames[INLINED_MAX];
	size_t count = symbol_module_frames(module, place->address, frames, INLINED_MAX);

	for (size_t i = 0; i < count; i++) {
		int r = trace_add_frame(trace, place->id, (int)i, frames[i].function,
					frames[i].file, frames[i].line);
		if (r < 0)
			return r;
	}
	return (int)count;
}

static bool same_module(const struct place *a, const struct place *b)
{
	return strcmp(a->path, b->path) == 0 && strcmp(a->build_id, b->build_id) == 0;
}

/* The places of one module: count of them from the first. */
static int symbolise_module(struct trace *trace, struct symbolizer *symbolizer,
			    const struct place *places, size_t count)
{
	uint8_t build_id[BUILD_ID_MAX];
	size_t build_id_bytes = parse_hex(places[0].build_id, build_id);
	struct symbol_module *module;
	size_t found = 0;
	int r = symbolizer_open(symbolizer, places[0].path, build_id, build_id_bytes, &module);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return write_symbols(trace, &places[0], why_none(r));
	for (size_t i = 0; i < count; i++) {
		r = write_frames(trace, module, &places[i]);
		if (r < 0)
			return r;
		found += r > 0;
	}
	return write_symbols(trace, &places[0], found ? "ok" : "no symbols for these addresses");
}

int symbolise(struct trace *trace)
{
	struct places places = {0};
	struct symbolizer *symbolizer = NULL;
	int r = places_read(trace, &places);

	if (r == 0)
		r = symbolizer_create(NULL, &symbolizer);
	for (size_t first = 0, next; r == 0 && first < places.count; first = next) {
		for (next = first + 1; next < places.count; next++)
			if (!same_module(&places.items[first], &places.items[next]))
				break;
		r = symbolise_module(trace, symbolizer, &places.items[first], next - first);
	}
	symbolizer_destroy(symbolizer);
	places_finish(&places);
	return r;
}
