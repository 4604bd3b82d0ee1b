/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "database.h"
#include "store/trace.h"

struct trace_query {
	struct trace *trace;
	sqlite3_stmt *stmt;
	bool writes;
};

int trace_query(struct trace *trace, const char *sql, struct trace_query **ret_query)
{
	struct trace_query *query = calloc(1, sizeof(*query));
	int error;

	if (query == NULL)
		return -ENOMEM;
	query->trace = trace;
	error = database_result(trace, sqlite3_prepare_v2(trace->db, sql, -1, &query->stmt, NULL));
	if (error != 0) {
		free(query);
		return error;
	}
	query->writes = !sqlite3_stmt_readonly(query->stmt);
	*ret_query = query;
	return 0;
}

void trace_query_bind_int(struct trace_query *query, int parameter, int64_t value)
{
	sqlite3_bind_int64(query->stmt, parameter, value);
}

void trace_query_bind_text(struct trace_query *query, int parameter, const char *value)
{
	sqlite3_bind_text(query->stmt, parameter, value, -1, SQLITE_TRANSIENT);
}

int trace_query_step(struct trace_query *query)
{
	int result;
	int error;

	if (query->writes) {
		error = database_begin(query->trace);
		if (error != 0)
			return error;
	}
	result = sqlite3_step(query->stmt);
	if (result == SQLITE_ROW)
		return 1;
	error = result == SQLITE_DONE ? 0 : database_result(query->trace, result);
	sqlite3_reset(query->stmt); /* a finished query must not hold a lock */
	return error;
}

void trace_query_reset(struct trace_query *query)
{
	sqlite3_reset(query->stmt);
}

int64_t trace_query_int(struct trace_query *query, int column)
{
	return sqlite3_column_int64(query->stmt, column);
}

double trace_query_real(struct trace_query *query, int column)
{
	return sqlite3_column_double(query->stmt, column);
}

const char *trace_query_text(struct trace_query *query, int column)
{
	return (const char *)sqlite3_column_text(query->stmt, column);
}

const void *trace_query_blob(struct trace_query *query, int column, size_t *ret_bytes)
{
	const void *blob = sqlite3_column_blob(query->stmt, column);

	*ret_bytes = (size_t)sqlite3_column_bytes(query->stmt, column);
	return blob;
}

bool trace_query_null(struct trace_query *query, int column)
{
	return sqlite3_column_type(query->stmt, column) == SQLITE_NULL;
}

void trace_query_destroy(struct trace_query *query)
{
	if (query == NULL)
		return;
	sqlite3_finalize(query->stmt);
	free(query);
}

int trace_execute(struct trace *trace, const char *sql)
{
	int error = trace->writable ? database_begin(trace) : 0;

	return error != 0 ? error : database_execute(trace, sql);
}
