/* SPDX-License-Identifier: Apache-2.0 */
/* From the addresses of stacks to places in module files. */
#include <errno.h>
#include <string.h>

#include "analyze/analyze.h"
#include "modules.h"

static const char stacks_sql[] =
	"SELECT id, process_id, time_ns, addresses FROM stack "
	"WHERE id NOT IN (SELECT stack_id FROM stack_frame) ORDER BY process_id, id";
static const char modules_sql[] =
	"SELECT bias, start, end, path, build_id, loaded_ns, unloaded_ns FROM module "
	"WHERE process_id = ?1 ORDER BY loaded_ns, id";

/* The modules of the process at hand: stacks come process by process. */
struct places {
	struct trace *trace;
	struct trace_query *modules_query;
	struct modules modules;
	int64_t process_id;
};

static int load_modules(struct places *places, int64_t process_id)
{
	struct trace_query *query = places->modules_query;
	int more;

	modules_finish(&places->modules);
	places->process_id = process_id;
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
		error = modules_locate(&places->modules, places->trace, address, time_ns,
				       &location);
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

int analyze_places(struct trace *trace)
{
	struct places places = {.trace = trace};
	struct trace_query *stacks = NULL;
	int error = trace_query(trace, stacks_sql, &stacks);

	if (error == 0)
		error = trace_query(trace, modules_sql, &places.modules_query);
	if (error == 0)
		error = place_stacks(&places, stacks);
	trace_query_destroy(stacks);
	trace_query_destroy(places.modules_query);
	modules_finish(&places.modules);
	return error != 0 ? error : trace_commit(trace);
}
