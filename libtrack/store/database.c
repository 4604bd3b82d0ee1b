/* SPDX-License-Identifier: Apache-2.0 */
#include "database.h"

#include <errno.h>
#include <stdio.h>

static int errno_of(int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	default:
		return -EIO;
	}
}

int database_result(struct trace *trace, int result)
{
	if (result == SQLITE_OK)
		return 0;
	snprintf(trace->error, sizeof(trace->error), "%s", sqlite3_errmsg(trace->db));
	return errno_of(result);
}

int database_execute(struct trace *trace, const char *sql)
{
	return database_result(trace, sqlite3_exec(trace->db, sql, NULL, NULL, NULL));
}

int database_begin(struct trace *trace)
{
	int error;

	if (trace->in_transaction)
		return 0;
	error = database_execute(trace, "BEGIN IMMEDIATE");
	trace->in_transaction = error == 0;
	return error;
}
