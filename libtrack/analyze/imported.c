/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/imported.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char find_sql[] =
	"SELECT id, pid, start_ns, max(start_ns, coalesce(end_ns, "
	"(SELECT max(birth_ns) FROM resource WHERE process_id = process.id), 0)), exe FROM process "
	"WHERE origin <> 'import' AND (pid = ?1 OR (?1 = 0 AND end <> 'exec')) ORDER BY id DESC";

#define NEWEST "(SELECT max(id) FROM process)"

static const char join_sql[] =
	"UPDATE process SET (ppid, parent_id, image, origin, realtime_ns, end_ns, end, code, "
	"fd_limit) = (SELECT ppid, id, image, 'import', realtime_ns, end_ns, end, code, fd_limit "
	"FROM process WHERE id = ?1) WHERE id = " NEWEST;

/* What both know: its last life in the trace. */
static const char same_sql[] =
	"SELECT i.id, max(t.id), i.refs FROM resource i JOIN resource t ON t.subject = i.subject "
	"WHERE i.process_id = " NEWEST " AND i.death_ns IS NULL AND t.process_id = ?1 "
	"AND t.death_ns IS NULL AND t.kind IN ('object', 'scope') GROUP BY i.id";

/* ?1: the log's, ?2: the trace's, ?3: how many references are left. */
static const char *const merge_sql[] = {
	"DELETE FROM reference WHERE resource_id = ?2",
	"UPDATE reference SET resource_id = ?2 WHERE resource_id = ?1",
	"UPDATE resource SET refs = ?3 WHERE id = ?2 AND kind = 'object'",
	"DELETE FROM resource WHERE id = ?1",
};

int imported_find(struct trace *trace, int32_t pid, struct imported_from *ret_from)
{
	struct imported_from from = {0};
	struct trace_query *query;
	int more = trace_query(trace, find_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, pid);
	more = trace_query_step(query);
	if (more == 1) {
		const char *exe = trace_query_text(query, 4);

		from = (struct imported_from){
			.id = trace_query_int(query, 0),
			.pid = (int32_t)trace_query_int(query, 1),
			.start_ns = (uint64_t)trace_query_int(query, 2),
			.end_ns = (uint64_t)trace_query_int(query, 3),
			.exe = strdup(exe != NULL ? exe : ""),
		};
		more = from.exe == NULL ? -ENOMEM : 0;
		if (more == 0 && pid == 0)
			more = trace_query_step(query) == 1 ? -ENOTUNIQ : 0;
	} else if (more == 0) {
		more = -ESRCH;
	}
	trace_query_destroy(query);
	if (more < 0)
		free(from.exe);
	else
		*ret_from = from;
	return more;
}

/* Run a statement that gives no rows. */
static int run(struct trace *trace, const char *sql, const int64_t *values, int count)
{
	struct trace_query *query;
	int error = trace_query(trace, sql, &query);

	if (error != 0)
		return error;
	for (int i = 0; i < count; i++)
		trace_query_bind_int(query, i + 1, values[i]);
	error = trace_query_step(query);
	trace_query_destroy(query);
	return error;
}

/* One pair: the log's and the trace's, read before anything of it changes. */
struct pair {
	int64_t values[3];
};

static int read_pairs(struct trace *trace, int64_t from_id, struct pair **ret_pairs,
		      size_t *ret_count)
{
	struct trace_query *query;
	struct pair *pairs = NULL, *grown;
	size_t count = 0;
	int more = trace_query(trace, same_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, from_id);
	while ((more = trace_query_step(query)) == 1) {
		grown = reallocarray(pairs, count + 1, sizeof(*pairs));
		if (grown == NULL) {
			more = -ENOMEM;
			break;
		}
		pairs = grown;
		for (int i = 0; i < 3; i++)
			pairs[count].values[i] = trace_query_int(query, i);
		count++;
	}
	trace_query_destroy(query);
	if (more < 0) {
		free(pairs);
		return more;
	}
	*ret_pairs = pairs;
	*ret_count = count;
	return 0;
}

int imported_join(struct trace *trace, int64_t from_id)
{
	struct pair *pairs = NULL;
	size_t count = 0;
	int error = run(trace, join_sql, &from_id, 1);

	if (error == 0)
		error = read_pairs(trace, from_id, &pairs, &count);
	for (size_t i = 0; i < count && error == 0; i++)
		for (size_t j = 0; j < sizeof(merge_sql) / sizeof(merge_sql[0]) && error == 0; j++)
			error = run(trace, merge_sql[j], pairs[i].values, 3);
	free(pairs);
	return error;
}
