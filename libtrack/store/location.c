/* SPDX-License-Identifier: Apache-2.0 */
/* Places in module files, each stored once, and what is at them. */
#include <base/fnv.h>

#include "database.h"
#include "store/trace.h"

static void bind_place(struct binding *binding, const char *path, const char *build_id,
		       uint64_t address)
{
	bind_text(binding, path);
	bind_text(binding, build_id);
	bind_int(binding, (int64_t)address);
}

/* 1: found, 0: not there, -errno. */
static int find(struct trace *trace, const char *path, const char *build_id, uint64_t address,
		int64_t *ret_id)
{
	struct binding binding;
	int found = statement_begin(trace, STATEMENT_FIND_LOCATION, false, &binding);

	if (found != 0)
		return found;
	bind_place(&binding, path, build_id, address);
	found = statement_step(trace, &binding);
	if (found == 1)
		*ret_id = sqlite3_column_int64(binding.stmt, 0);
	statement_reset(&binding);
	return found;
}

static int insert(struct trace *trace, const char *path, const char *build_id, uint64_t address,
		  int64_t *ret_id)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_INSERT_LOCATION, true, &binding);

	if (error != 0)
		return error;
	bind_place(&binding, path, build_id, address);
	error = statement_run(trace, &binding);
	if (error == 0)
		*ret_id = sqlite3_last_insert_rowid(trace->db);
	return error;
}

int trace_location(struct trace *trace, const char *path, const char *build_id, uint64_t address,
		   int64_t *ret_id)
{
	uint64_t hash = fnv_text(fnv_text(FNV_START, path), build_id);
	const uint64_t *known;
	int64_t id = 0;
	int found;

	hash = fnv_bytes(hash, &address, sizeof(address));
	known = u64map_get(&trace->locations, hash);
	if (known != NULL) {
		*ret_id = (int64_t)*known;
		return 0;
	}
	found = find(trace, path, build_id, address, &id);
	if (found == 0)
		found = insert(trace, path, build_id, address, &id);
	if (found >= 0)
		found = u64map_put(&trace->locations, hash, (uint64_t)id);
	if (found < 0)
		return found;
	*ret_id = id;
	return 0;
}

int trace_add_stack_frame(struct trace *trace, int64_t stack_id, int position, int64_t location_id)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_REPLACE_STACK_FRAME, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, stack_id);
	bind_int(&binding, position);
	bind_int(&binding, location_id);
	return statement_run(trace, &binding);
}

int trace_add_frame(struct trace *trace, int64_t location_id, int position, const char *function,
		    const char *file, int line)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_REPLACE_FRAME, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, location_id);
	bind_int(&binding, position);
	bind_text(&binding, function);
	bind_text(&binding, file);
	bind_id(&binding, line);
	return statement_run(trace, &binding);
}

int trace_add_clone(struct trace *trace, int64_t location_id, const char *suffix)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_REPLACE_CLONE, true, &binding);

	if (error != 0)
		return error;
	bind_int(&binding, location_id);
	bind_text(&binding, suffix);
	return statement_run(trace, &binding);
}
