/* SPDX-License-Identifier: Apache-2.0 */
#include "symbolise.h"

#include <base/perf_map.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INLINED_MAX 64
#define BUILD_ID_MAX 64
#define NO_SYMBOLS "no symbols for these addresses"

/* A return address lies behind its call, so that one less is in it; a start routine is exact. */
static const char locations_sql[] =
	"SELECT l.id, l.path, l.build_id, l.address, s.id IS NOT NULL"
	" FROM location l"
	" LEFT JOIN (SELECT DISTINCT start_location AS id FROM resource) s ON s.id = l.id"
	" WHERE l.path <> '' AND NOT EXISTS (SELECT 1 FROM frame f WHERE f.location_id = l.id)"
	" ORDER BY l.path, l.build_id, l.address";

static const char symbols_sql[] =
	"UPDATE module SET symbols = ?1 WHERE path = ?2 AND build_id = ?3";

/* That none of the places looked up now has any does not say that none has. */
static const char named_sql[] = "UPDATE module SET symbols = 'ok'"
				" WHERE (symbols IS NULL OR symbols = '" NO_SYMBOLS "') AND EXISTS"
				" (SELECT 1 FROM location l JOIN frame f ON f.location_id = l.id"
				"  WHERE l.path = module.path AND l.build_id = module.build_id)";

/* Those of its processes that may still live can see a file that we cannot. */
static const char living_sql[] =
	"SELECT DISTINCT p.pid FROM module m JOIN process p ON p.id = m.process_id"
	" WHERE m.path = ?1 AND m.build_id = ?2 AND p.end = 'running'";

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
		return "deleted: no such file now";
	case -EACCES:
		return "the file may not be read";
	case -ESTALE:
		return "replaced: the file there now has another build-id";
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

static int write_frames(struct trace *trace, const struct place *place,
			const struct symbol_frame *frames, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = trace_add_frame(trace, place->id, (int)i, frames[i].function, frames[i].file,
				    frames[i].line);
	if (r == 0 && count > 0 && frames[count - 1].clone)
		r = trace_add_clone(trace, place->id, frames[count - 1].clone);
	return r;
}

static bool same_module(const struct place *a, const struct place *b)
{
	return strcmp(a->path, b->path) == 0 && strcmp(a->build_id, b->build_id) == 0;
}

/* As a process of another mount namespace sees it; a build-id tells that it is the file. */
static int open_living(struct trace *trace, struct symbolizer *symbolizer,
		       const struct place *place, const uint8_t *build_id, size_t build_id_bytes,
		       struct symbol_module **ret_module)
{
	struct trace_query *query;
	char path[PATH_MAX];
	int r = trace_query(trace, living_sql, &query), result = -ENOENT;

	if (r < 0)
		return r;
	trace_query_bind_text(query, 1, place->path);
	trace_query_bind_text(query, 2, place->build_id);
	while (result < 0 && result != -ENOMEM && (r = trace_query_step(query)) > 0) {
		int bytes = snprintf(path, sizeof(path), "/proc/%d/root%s",
				     (int)trace_query_int(query, 0), place->path);
		if (bytes > 0 && (size_t)bytes < sizeof(path))
			result = symbolizer_open(symbolizer, path, build_id, build_id_bytes,
						 ret_module);
	}
	trace_query_destroy(query);
	return r < 0 ? r : result;
}

static int open_module(struct trace *trace, struct symbolizer *symbolizer,
		       const struct place *place, struct symbol_module **ret_module)
{
	uint8_t build_id[BUILD_ID_MAX];
	size_t build_id_bytes = parse_hex(place->build_id, build_id);
	int r = symbolizer_open(symbolizer, place->path, build_id, build_id_bytes, ret_module);

	if (r == 0 || r == -ENOMEM || build_id_bytes == 0)
		return r;
	return open_living(trace, symbolizer, place, build_id, build_id_bytes, ret_module) == 0 ? 0
												: r;
}

/* The places in code made at run time, which is no module. */
static int symbolise_map(struct trace *trace, struct symbolizer *symbolizer,
			 const struct place *places, size_t count)
{
	struct symbol_frame *frames = calloc(count, sizeof(*frames));
	uint64_t *addresses = calloc(count, sizeof(*addresses));
	int r = frames && addresses ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < count; i++)
		addresses[i] = places[i].address;
	if (r == 0)
		r = symbolizer_map_frames(symbolizer, places[0].path, addresses, count, frames);
	for (size_t i = 0; r == 0 && i < count; i++)
		if (frames[i].function)
			r = write_frames(trace, &places[i], &frames[i], 1);
	free(addresses);
	free(frames);
	/* A map that is gone or not to be trusted names nothing, and that is all. */
	return r == -ENOMEM || r == -EIO || r == -ENOSPC ? r : 0;
}

/* The places of one module: count of them from the first. */
static int symbolise_module(struct trace *trace, struct symbolizer *symbolizer,
			    const struct place *places, size_t count)
{
	struct symbol_frame frames[INLINED_MAX];
	struct symbol_module *module;
	size_t found = 0;
	int r = open_module(trace, symbolizer, &places[0], &module);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return write_symbols(trace, &places[0], why_none(r));
	for (size_t i = 0; i < count; i++) {
		size_t depth = symbol_module_frames(module, places[i].address, frames, INLINED_MAX);

		r = write_frames(trace, &places[i], frames, depth);
		if (r < 0)
			return r;
		found += depth > 0;
	}
	return write_symbols(trace, &places[0], found ? "ok" : NO_SYMBOLS);
}

int symbolise(struct trace *trace, const struct symbol_search *search)
{
	struct places places = {0};
	struct symbolizer *symbolizer = NULL;
	int r = places_read(trace, &places);

	if (r == 0)
		r = symbolizer_create(search, &symbolizer);
	for (size_t first = 0, next; r == 0 && first < places.count; first = next) {
		for (next = first + 1; next < places.count; next++)
			if (!same_module(&places.items[first], &places.items[next]))
				break;
		r = (perf_map_is(places.items[first].path) ? symbolise_map : symbolise_module)(
			trace, symbolizer, &places.items[first], next - first);
	}
	symbolizer_destroy(symbolizer);
	places_finish(&places);
	return r == 0 ? trace_execute(trace, named_sql) : r;
}
