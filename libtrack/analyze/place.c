/* SPDX-License-Identifier: Apache-2.0 */
/* From the addresses of stacks to places in module files. */
#include <base/perf_map.h>
#include <base/u64map.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/analyze.h"
#include "modules.h"

/* Those in no module are looked at again: a map may have come to light. */
static const char stacks_sql[] =
	"SELECT id, process_id, time_ns, addresses FROM stack "
	"WHERE id NOT IN (SELECT stack_id FROM stack_frame) OR id IN (SELECT s.stack_id "
	"FROM location l JOIN stack_frame s ON s.location_id = l.id WHERE l.path = '') "
	"ORDER BY process_id, id";
/* An exec keeps the pid: what the map says is about the last image. */
static const char maps_sql[] =
	"SELECT p.pid, p.realtime_ns FROM process p WHERE p.id = ?1 "
	"AND NOT EXISTS (SELECT 1 FROM process q WHERE q.pid = p.pid AND q.id > p.id "
	"AND q.origin <> 'import')";
static const char modules_sql[] =
	"SELECT bias, start, end, path, build_id, loaded_ns, unloaded_ns FROM module "
	"WHERE process_id = ?1 ORDER BY loaded_ns, id";

#define NS_PER_S 1000000000u
/* What fits one key; all that a program can have, in practice. */
#define ADDRESS_KEYED (1ull << 48)
#define MODULES_KEYED (1u << 16)

/* The modules of the process at hand: stacks come process by process. */
struct places {
	struct trace *trace;
	const char *root;
	struct trace_query *modules_query, *maps_query;
	struct modules modules;
	struct u64map locations; /* module and address -> location */
	int64_t process_id;
	char elsewhere[PERF_MAP_PATH_BYTES]; /* the path of what is in no module: its map, or "" */
};

/* A map that was last written before the process began is another process's. */
static bool has_map(const char *root, const char *path, uint64_t start_ns)
{
	struct stat status;
	int fd;

	if (perf_map_open(root, path, &fd) < 0)
		return false;
	bool usable = fstat(fd, &status) == 0 && status.st_mtim.tv_sec >= 0 &&
		      (uint64_t)status.st_mtim.tv_sec >= start_ns / NS_PER_S;
	close(fd);
	return usable;
}

static int find_map(struct places *places, int64_t process_id)
{
	struct trace_query *query = places->maps_query;
	int found;

	places->elsewhere[0] = '\0';
	trace_query_bind_int(query, 1, process_id);
	found = trace_query_step(query);
	if (found == 1) {
		perf_map_path((int32_t)trace_query_int(query, 0), places->elsewhere);
		if (!has_map(places->root, places->elsewhere, (uint64_t)trace_query_int(query, 1)))
			places->elsewhere[0] = '\0';
	}
	trace_query_reset(query);
	return found < 0 ? found : 0;
}

static int load_modules(struct places *places, int64_t process_id)
{
	struct trace_query *query = places->modules_query;
	int more;

	modules_finish(&places->modules);
	u64map_finish(&places->locations);
	places->process_id = process_id;
	more = find_map(places, process_id);
	if (more < 0)
		return more;
	trace_query_bind_int(query, 1, process_id);
	while ((more = trace_query_step(query)) == 1) {
		struct trace_module module = {
			.process_id = process_id,
			.bias = (uint64_t)trace_query_int(query, 0),
			.start = (uint64_t)trace_query_int(query, 1),
			.end = (uint64_t)trace_query_int(query, 2),
			.path = trace_query_text(query, 3),
			.build_id = trace_query_text(query, 4),
			.loaded_ns = (uint64_t)trace_query_int(query, 5),
			.unloaded_ns = (uint64_t)trace_query_int(query, 6),
		};
		int error = module.path == NULL || module.build_id == NULL
				    ? -ENOMEM
				    : modules_add(&places->modules, &module);

		if (error != 0) {
			trace_query_reset(query);
			return error;
		}
	}
	return more;
}

/*
 * The place of an address, known again by the address and the module that held it at that
 * time: stacks have most of their frames in common.
 */
static int locate(struct places *places, uint64_t address, uint64_t time_ns, int64_t *ret_location)
{
	const struct trace_module *module = modules_find(&places->modules, address, time_ns);
	uint64_t index = module == NULL ? 0 : (uint64_t)(module - places->modules.items) + 1;
	bool keyed = index < MODULES_KEYED && address < ADDRESS_KEYED;
	uint64_t key = index * ADDRESS_KEYED | address;
	const uint64_t *known = keyed ? u64map_get(&places->locations, key) : NULL;
	int error;

	if (known != NULL) {
		*ret_location = (int64_t)*known;
		return 0;
	}
	if (module == NULL)
		error = trace_location(places->trace, places->elsewhere, "", address, ret_location);
	else
		error = trace_location(places->trace, module->path, module->build_id,
				       address - module->bias, ret_location);
	if (error == 0 && keyed)
		error = u64map_put(&places->locations, key, (uint64_t)*ret_location);
	return error;
}

static int place_stack(struct places *places, struct trace_query *stack)
{
	int64_t id = trace_query_int(stack, 0);
	uint64_t time_ns = (uint64_t)trace_query_int(stack, 2);
	size_t bytes;
	const char *addresses = trace_query_blob(stack, 3, &bytes);

	for (size_t i = 0; i < bytes / sizeof(uint64_t); i++) {
		uint64_t address;
		int64_t location;
		int error;

		memcpy(&address, addresses + i * sizeof(address), sizeof(address));
		error = locate(places, address, time_ns, &location);
		if (error == 0)
			error = trace_add_stack_frame(places->trace, id, (int)i, location);
		if (error != 0)
			return error;
	}
	return 0;
}

static int place_stacks(struct places *places, struct trace_query *stacks)
{
	int more;

	while ((more = trace_query_step(stacks)) == 1) {
		int64_t process_id = trace_query_int(stacks, 1);
		int error = 0;

		if (process_id != places->process_id)
			error = load_modules(places, process_id);
		if (error == 0)
			error = place_stack(places, stacks);
		if (error != 0)
			return error;
	}
	return more;
}

int analyze_places(struct trace *trace, const char *root)
{
	struct places places = {.trace = trace, .root = root};
	struct trace_query *stacks = NULL;
	int error = trace_query(trace, stacks_sql, &stacks);

	if (error == 0)
		error = trace_query(trace, modules_sql, &places.modules_query);
	if (error == 0)
		error = trace_query(trace, maps_sql, &places.maps_query);
	if (error == 0)
		error = place_stacks(&places, stacks);
	trace_query_destroy(stacks);
	trace_query_destroy(places.modules_query);
	trace_query_destroy(places.maps_query);
	modules_finish(&places.modules);
	u64map_finish(&places.locations);
	return error != 0 ? error : trace_commit(trace);
}
