/* SPDX-License-Identifier: Apache-2.0 */
/* The open database behind a trace: what the files of this room share. */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <base/u64map.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "statement.h"
#include "store/trace.h"

struct meta_text;

struct trace {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT__COUNT];
	uint64_t nulls[STATEMENT__COUNT]; /* see struct binding */
	bool writable;
	bool private_file; /* vanishes on close: no index, no log to fold in */
	bool in_transaction;
	struct u64map locations; /* hash of a place -> its row */
	struct meta_text *texts; /* what trace_meta gave out */
	char error[256];
};

/* Remember what SQLite says about result; returns it as -errno. 0 for SQLITE_OK. */
int database_result(struct trace *trace, int result);
int database_execute(struct trace *trace, const char *sql);
/* What trace_open_error says from now on. */
void database_explain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Begin a transaction if none is open. */
int database_begin(struct trace *trace);

#endif
