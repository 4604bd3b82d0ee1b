/* SPDX-License-Identifier: Apache-2.0 */
#include "suspect.h"

#include <stdio.h>

static const char suspects_sql[] =
	"SELECT pid, what, since_ns FROM ("
	"SELECT p.pid, 'the end of the program has not returned' AS what,"
	" p.exit_begun_ns AS since_ns FROM process p WHERE p.end_ns IS NULL"
	" UNION ALL SELECT p.pid, 'the close of ' || r.class || ' has not returned', r.close_ns"
	" FROM inside i JOIN standing s ON s.id = i.standing_id AND s.wait IS NOT NULL"
	" JOIN resource r ON r.id = i.resource_id JOIN process p ON p.id = s.process_id"
	" WHERE i.closing AND p.end_ns IS NULL"
	" UNION ALL SELECT p.pid, 'thread ' || s.tid || ' has waited'"
	" || CASE s.wait WHEN 'join' THEN ' for the end of a thread' ELSE ' for a lock' END,"
	" s.since_ns FROM standing s JOIN process p ON p.id = s.process_id"
	" WHERE s.wait IN ('mutex', 'read-lock', 'write-lock', 'join') AND NOT s.timed"
	" AND p.end_ns IS NULL) WHERE since_ns <= ?1 ORDER BY since_ns";

int suspect_find(struct trace *trace, uint64_t before_ns, const struct u64map *cleared,
		 struct suspect *ret_suspect)
{
	struct trace_query *query;
	int r = trace_query(trace, suspects_sql, &query);

	if (r < 0)
		return r;
	trace_query_bind_int(query, 1, (int64_t)before_ns);
	while ((r = trace_query_step(query)) > 0) {
		const char *what = trace_query_text(query, 1);
		int32_t pid = (int32_t)trace_query_int(query, 0);

		if (u64map_get(cleared, (uint64_t)pid))
			continue;
		ret_suspect->pid = pid;
		ret_suspect->since_ns = (uint64_t)trace_query_int(query, 2);
		snprintf(ret_suspect->what, sizeof(ret_suspect->what), "%s", what ? what : "");
		break;
	}
	trace_query_destroy(query);
	return r;
}
