/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"

#include <errno.h>
#include <stdio.h>

#include "database.h"
#include "schema.h"

/* As SQLite takes them, whatever their rows of sqlite_master claim. ?1: schema.sql. */
static const char sql[] =
	"SELECT name, type FROM pragma_table_list"
	" WHERE schema = 'main' AND type <> 'table'"
	" AND instr(lower(?1), 'create table ' || lower(name) || ' ') > 0 ORDER BY name LIMIT 1";

int tables_check(struct trace *trace)
{
	sqlite3_stmt *stmt = NULL;
	int result = sqlite3_prepare_v2(trace->db, sql, -1, &stmt, NULL), error;

	if (result == SQLITE_OK)
		result = sqlite3_bind_text(stmt, 1, (const char *)schema_sql, -1, SQLITE_STATIC);
	if (result == SQLITE_OK)
		result = sqlite3_step(stmt);
	if (result == SQLITE_ROW) {
		snprintf(trace->error, sizeof(trace->error),
			 "its '%s' is no table but a %s, so rtctrack did not write it",
			 (const char *)sqlite3_column_text(stmt, 0),
			 (const char *)sqlite3_column_text(stmt, 1));
		error = -EBADMSG;
	} else {
		error = database_result(trace, result == SQLITE_DONE ? SQLITE_OK : result);
	}
	sqlite3_finalize(stmt);
	return error;
}
