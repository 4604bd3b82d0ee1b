/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"

/* A copy while it is made. */
struct rewriting {
	const struct trace_rewriting *wish;
	struct trace *trace;
	int error; /* of the rewriter; 0 none */
};

/* rewrite(how, text, beside) */
static void rewrite_text(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct rewriting *rewriting = sqlite3_user_data(context);
	const char *text = (const char *)sqlite3_value_text(values[1]);
	const char *beside = (const char *)sqlite3_value_text(values[2]);
	const char *written = NULL;

	(void)count;
	if (text == NULL)
		return;
	rewriting->error =
		rewriting->wish->rewrite(rewriting->wish->ctx, rewriting->trace,
					 sqlite3_value_int(values[0]), text, beside, &written);
	if (rewriting->error != 0)
		sqlite3_result_error(context, strerror(-rewriting->error), -1);
	else if (written != NULL)
		sqlite3_result_text(context, written, -1, SQLITE_TRANSIENT);
}

static const struct trace_column *find_column(const struct trace_rewriting *wish, const char *table,
					      const char *name)
{
	for (size_t i = 0; i < wish->column_count; i++)
		if (strcmp(wish->columns[i].table, table) == 0 &&
		    strcmp(wish->columns[i].name, name) == 0)
			return &wish->columns[i];
	return NULL;
}

/* A column of numbers or bytes may hold something else, since SQLite lets it. */
static void add_other(const struct rewriting *rewriting, const char *name, const char *type,
		      FILE *values)
{
	fprintf(values,
		"CASE WHEN typeof(\"%s\") IN ('null', %s) THEN \"%s\" ELSE rewrite(%d, \"%s\", "
		"NULL) END",
		name, strcmp(type, "BLOB") == 0 ? "'blob'" : "'integer', 'real'", name,
		rewriting->wish->misplaced, name);
}

/* The column as it is read from the original. */
static int add_value(struct rewriting *rewriting, const char *table, const char *name,
		     const char *type, FILE *values)
{
	const struct trace_column *column = find_column(rewriting->wish, table, name);

	if (column == NULL && strcmp(type, "TEXT") == 0) {
		database_explain("nobody knows what is to become of the texts of %s.%s", table,
				 name);
		return -ENOTSUP;
	}
	if (column == NULL)
		add_other(rewriting, name, type, values);
	else if (column->how == 0)
		fprintf(values, "\"%s\"", name);
	else
		fprintf(values, "rewrite(%d, \"%s\", %s)", column->how, name,
			column->beside != NULL ? column->beside : "NULL");
	return 0;
}

static const char columns_sql[] = "SELECT name, type FROM pragma_table_info(?1, 'main')";

/* Names and values of all columns, with a comma between. */
static int list_columns(struct rewriting *rewriting, const char *table, FILE *names, FILE *values)
{
	struct trace_query *query;
	int error = trace_query(rewriting->trace, columns_sql, &query);

	if (error != 0)
		return error;
	trace_query_bind_text(query, 1, table);
	for (const char *between = ""; (error = trace_query_step(query)) > 0; between = ", ") {
		const char *name = trace_query_text(query, 0), *type = trace_query_text(query, 1);

		fprintf(names, "%s\"%s\"", between, name);
		fputs(between, values);
		error = add_value(rewriting, table, name, type, values);
		if (error != 0)
			break;
	}
	trace_query_destroy(query);
	return error;
}

/* The statement that copies the table, to be freed. */
static int write_statement(struct rewriting *rewriting, const char *table, char **ret_sql)
{
	char *name_list = NULL, *value_list = NULL;
	size_t bytes;
	FILE *names = open_memstream(&name_list, &bytes);
	FILE *values = open_memstream(&value_list, &bytes);
	int error = names != NULL && values != NULL ? 0 : -ENOMEM;

	if (error == 0)
		error = list_columns(rewriting, table, names, values);
	if (names != NULL && fclose(names) != 0 && error == 0)
		error = -ENOMEM;
	if (values != NULL && fclose(values) != 0 && error == 0)
		error = -ENOMEM;
	if (error == 0 &&
	    asprintf(ret_sql,
		     "INSERT OR IGNORE INTO main.\"%s\" (%s) SELECT %s FROM original.\"%s\"", table,
		     name_list, value_list, table) < 0)
		error = -ENOMEM;
	free(name_list);
	free(value_list);
	return error;
}

static int copy_table(struct rewriting *rewriting, const char *table)
{
	char *sql;
	int error = write_statement(rewriting, table, &sql);

	if (error != 0)
		return error;
	error = trace_execute(rewriting->trace, sql);
	free(sql);
	return rewriting->error != 0 ? rewriting->error : error;
}

static const char tables_sql[] = "SELECT name FROM main.sqlite_master WHERE type = 'table'"
				 " ORDER BY rowid";

static int copy_tables(struct rewriting *rewriting)
{
	struct trace_query *query;
	int error = trace_query(rewriting->trace, tables_sql, &query);

	if (error != 0)
		return error;
	while ((error = trace_query_step(query)) > 0) {
		error = copy_table(rewriting, trace_query_text(query, 0));
		if (error != 0)
			break;
	}
	trace_query_destroy(query);
	return error;
}

static int attach(struct rewriting *rewriting, const unsigned char *bytes, size_t size)
{
	struct trace *trace = rewriting->trace;
	int error = database_execute(trace, "ATTACH ':memory:' AS original");

	if (error == 0)
		error = database_result(
			trace, sqlite3_deserialize(trace->db, "original", (unsigned char *)bytes,
						   (sqlite3_int64)size, (sqlite3_int64)size,
						   SQLITE_DESERIALIZE_READONLY));
	if (error == 0)
		error = database_result(trace, sqlite3_create_function_v2(
						       trace->db, "rewrite", 3, SQLITE_UTF8,
						       rewriting, rewrite_text, NULL, NULL, NULL));
	return error;
}

/* As others begin it would want to write to the original too. */
static int begin(struct trace *trace)
{
	int error = database_execute(trace, "BEGIN");

	trace->in_transaction = error == 0;
	return error;
}

/* What is left has neither the original nor the function, which end with the rewriting. */
static int detach(struct rewriting *rewriting)
{
	struct trace *trace = rewriting->trace;
	int error = trace_commit(trace);

	if (error == 0)
		error = database_result(trace, sqlite3_create_function_v2(trace->db, "rewrite", 3,
									  SQLITE_UTF8, NULL, NULL,
									  NULL, NULL, NULL));
	return error == 0 ? database_execute(trace, "DETACH original") : error;
}

int trace_rewrite(const unsigned char *bytes, size_t size, const struct trace_rewriting *wish,
		  struct trace **ret_trace)
{
	struct rewriting rewriting = {.wish = wish};
	int error = trace_create(NULL, &rewriting.trace);

	if (error != 0)
		return error;
	error = attach(&rewriting, bytes, size);
	if (error == 0)
		error = begin(rewriting.trace);
	if (error == 0)
		error = copy_tables(&rewriting);
	if (error == 0)
		error = detach(&rewriting);
	if (error == 0)
		error = trace_index(rewriting.trace);
	if (error != 0) {
		if (error != -ENOTSUP)
			database_explain("cannot copy the trace: %s", trace_error(rewriting.trace));
		trace_close(rewriting.trace);
		return error;
	}
	*ret_trace = rewriting.trace;
	return 0;
}
