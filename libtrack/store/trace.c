/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trace.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "fold.h"
#include "meta.h"
#include "schema.h"
#include "tables.h"
#include "tracefile.h"

#define TEXT_OF(macro) TEXT(macro)
#define TEXT(token) #token

/* How long to wait for another program that reads the trace while it is closed. */
enum { BUSY_TIMEOUT_MS = 500 };

/* A copy of what is being written: so many pages at a time, begun so often. */
enum { COPY_PAGES = 2048, COPIES_BEGUN = 3 };

static _Thread_local char open_error[TRACEFILE_WHY_BYTES];

const char *trace_open_error(void)
{
	return open_error;
}

const char *trace_error(const struct trace *trace)
{
	return trace->error;
}

/* Bound to what the file needs; a write-ahead log keeps committed rows if the writer is killed. */
static const char writer_sql[] = "PRAGMA synchronous = OFF;"
				 "PRAGMA cache_size = -65536;"
				 "PRAGMA temp_store = MEMORY;"
				 "PRAGMA wal_autocheckpoint = 8192;";

/* Built at the end: kept up during ingest they would cost more than the rows. */
static const char index_sql[] =
	"CREATE INDEX IF NOT EXISTS resource_by_process ON resource (process_id, kind, death_ns);"
	"CREATE INDEX IF NOT EXISTS resource_by_birth_stack ON resource (birth_stack);"
	"CREATE INDEX IF NOT EXISTS evidence_by_resource ON evidence (resource_id)";

static int open_database(struct trace *trace, const char *name, int flags)
{
	int result = sqlite3_open_v2(name, &trace->db, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (trace->db == NULL)
		return -ENOMEM;
	if (result == SQLITE_OK)
		result = sqlite3_busy_timeout(trace->db, BUSY_TIMEOUT_MS);
	return database_result(trace, result);
}

static int make_schema(struct trace *trace)
{
	static const char identity_sql[] =
		"PRAGMA page_size = 8192;"
		"PRAGMA application_id = " TEXT_OF(
			TRACEFILE_APPLICATION_ID) ";"
						  "PRAGMA user_version = " TEXT_OF(
							  TRACEFILE_SCHEMA_VERSION);
	int error = database_execute(trace, identity_sql);

	if (error == 0)
		error = database_execute(trace, (const char *)schema_sql);
	if (error == 0)
		error = trace_set_meta(trace, "schema_version", TEXT_OF(TRACEFILE_SCHEMA_VERSION));
	if (error == 0)
		error = trace_commit(trace);
	return error;
}

/* The file is complete before its log begins, so that a killed writer leaves a trace. */
static int prepare_writer(struct trace *trace, bool new_trace)
{
	int error = database_execute(trace, writer_sql);

	if (error == 0 && new_trace)
		error = make_schema(trace);
	if (error == 0 && !trace->private_file)
		error = database_execute(trace, "PRAGMA journal_mode = WAL");
	return error;
}

static void destroy(struct trace *trace)
{
	if (trace == NULL)
		return;
	statements_finish(trace);
	meta_finish(trace);
	u64map_finish(&trace->locations);
	sqlite3_close_v2(trace->db);
	free(trace);
}

void database_explain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(open_error, sizeof(open_error), format, arguments);
	va_end(arguments);
}

static void explain(const struct trace *trace, const char *path)
{
	database_explain("cannot use '%s': %s", path != NULL ? path : "a temporary file",
			 trace->error);
}

int trace_create(const char *path, struct trace **ret_trace)
{
	struct trace *trace;
	int error = path != NULL ? tracefile_clear(path, open_error) : 0;

	if (error != 0)
		return error;
	trace = calloc(1, sizeof(*trace));
	if (trace == NULL)
		return -ENOMEM;
	trace->writable = true;
	trace->private_file = path == NULL;
	error = open_database(trace, path != NULL ? path : "",
			      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	if (error == 0)
		error = prepare_writer(trace, true);
	if (error != 0) {
		explain(trace, path);
		destroy(trace);
		return error;
	}
	*ret_trace = trace;
	return 0;
}

/* A file: URI that promises SQLite an unchanging file. -ENAMETOOLONG. */
static int immutable_uri(const char *path, char *ret_uri, size_t capacity)
{
	size_t length = (size_t)snprintf(ret_uri, capacity, "file:");

	for (; *path != '\0'; path++) {
		if (length + 4 >= capacity)
			return -ENAMETOOLONG;
		if (strchr("?#%", *path) != NULL)
			length += (size_t)sprintf(ret_uri + length, "%%%02X", (unsigned)*path);
		else
			ret_uri[length++] = *path;
	}
	if ((size_t)snprintf(ret_uri + length, capacity - length, "?immutable=1") >=
	    capacity - length)
		return -ENAMETOOLONG;
	return 0;
}

/* Before anything is asked of it: what a view gives may have no end. */
static int probe(struct trace *trace)
{
	int error = tables_check(trace);

	return error != 0 ? error : database_execute(trace, "SELECT count(*) FROM meta");
}

static int open_reader(struct trace *trace, const char *path)
{
	char uri[PATH_MAX + 64];
	int error = open_database(trace, path, SQLITE_OPEN_READONLY);

	if (error == 0)
		error = probe(trace);
	/* Busy: its writer is about to fold the log in. Without it the rest is not whole. */
	if (error == 0 || error == -ENOMEM || error == -EBUSY ||
	    immutable_uri(path, uri, sizeof(uri)) != 0)
		return error;
	/* A log in a folder that we cannot write: what was folded in can be read. */
	sqlite3_close(trace->db);
	trace->db = NULL;
	error = open_database(trace, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	return error != 0 ? error : probe(trace);
}

/*
 * Between steps nothing is read, and the log can be folded in. What is written meanwhile makes the
 * copy begin anew: where that goes on, the last one is in one step.
 */
static void copy_pages(sqlite3_backup *backup)
{
	int pages = COPY_PAGES, begun = 0, left = INT_MAX;

	while (sqlite3_backup_step(backup, pages) == SQLITE_OK) {
		begun += sqlite3_backup_remaining(backup) >= left;
		left = sqlite3_backup_remaining(backup);
		if (begun == COPIES_BEGUN)
			pages = -1;
	}
}

/* From the file that was opened for reading to a temporary one. */
static int copy_to_private(struct trace *trace)
{
	sqlite3 *from = trace->db;
	sqlite3_backup *backup;
	int error;

	trace->db = NULL;
	trace->writable = true;
	trace->private_file = true;
	error = open_database(trace, "", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	if (error == 0) {
		backup = sqlite3_backup_init(trace->db, "main", from, "main");
		if (backup != NULL)
			copy_pages(backup);
		error = database_result(trace, backup != NULL ? sqlite3_backup_finish(backup)
							      : sqlite3_errcode(trace->db));
	}
	sqlite3_close(from);
	return error != 0 ? error : prepare_writer(trace, false);
}

int trace_open(const char *path, enum trace_mode mode, struct trace **ret_trace)
{
	struct trace *trace;
	int error = tracefile_check(path, open_error);

	if (error != 0)
		return error;
	trace = calloc(1, sizeof(*trace));
	if (trace == NULL)
		return -ENOMEM;
	trace->writable = mode == TRACE_WRITE;
	if (trace->writable)
		error = open_database(trace, path, SQLITE_OPEN_READWRITE);
	else
		error = open_reader(trace, path);
	if (error == 0 && mode == TRACE_WRITE)
		error = probe(trace);
	if (error == 0 && mode == TRACE_WRITE)
		error = prepare_writer(trace, false);
	if (error == 0 && mode == TRACE_COPY)
		error = copy_to_private(trace);
	if (error != 0) {
		explain(trace, path);
		destroy(trace);
		return error;
	}
	*ret_trace = trace;
	return 0;
}

int trace_commit(struct trace *trace)
{
	int error;

	if (!trace->in_transaction)
		return 0;
	error = database_execute(trace, "COMMIT");
	trace->in_transaction = error != 0 && sqlite3_get_autocommit(trace->db) == 0;
	return error;
}

int trace_index(struct trace *trace)
{
	return trace->writable ? database_execute(trace, index_sql) : 0;
}

static int pragma(struct trace *trace, enum statement which, uint64_t *ret_value)
{
	struct binding binding;
	int found = statement_begin(trace, which, false, &binding);

	if (found != 0)
		return found;
	found = statement_step(trace, &binding);
	if (found == 1)
		*ret_value = (uint64_t)sqlite3_column_int64(binding.stmt, 0);
	statement_reset(&binding);
	return found == 1 ? 0 : found == 0 ? -EIO : found;
}

int trace_size(struct trace *trace, uint64_t *ret_bytes)
{
	uint64_t pages, page_bytes;
	int error = pragma(trace, STATEMENT_PAGE_COUNT, &pages);

	if (error == 0)
		error = pragma(trace, STATEMENT_PAGE_SIZE, &page_bytes);
	if (error == 0)
		*ret_bytes = pages * page_bytes;
	return error;
}

static int close_after(struct trace *trace, int tries)
{
	int error = 0;

	if (trace == NULL)
		return 0;
	statements_finish(trace);
	if (trace->writable && !trace->private_file) {
		error = trace_commit(trace);
		if (error == 0)
			error = fold(trace, tries);
	}
	destroy(trace);
	return error;
}

int trace_close(struct trace *trace)
{
	return close_after(trace, FOLD_TRIES);
}

int trace_fold(const char *path)
{
	struct trace *trace;
	int error = trace_open(path, TRACE_WRITE, &trace);

	return error != 0 ? error : close_after(trace, 1);
}
