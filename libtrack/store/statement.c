/* SPDX-License-Identifier: Apache-2.0 */
#include "statement.h"

#include "database.h"

/* clang-format off */
static const char *const statement_sql[] = {
#define TRACE_STATEMENT(id, sql) [STATEMENT_##id] = sql,
#include "statements.def"
#undef TRACE_STATEMENT
};
/* clang-format on */

static int prepare(struct trace *trace, enum statement which)
{
	return database_result(trace, sqlite3_prepare_v3(trace->db, statement_sql[which], -1,
							 SQLITE_PREPARE_PERSISTENT,
							 &trace->statements[which], NULL));
}

int statement_begin(struct trace *trace, enum statement which, bool write,
		    struct binding *ret_binding)
{
	int error = 0;

	if (write && !trace->in_transaction)
		error = database_begin(trace);
	if (error == 0 && trace->statements[which] == NULL)
		error = prepare(trace, which);
	if (error != 0)
		return error;
	*ret_binding =
		(struct binding){.stmt = trace->statements[which], .nulls = &trace->nulls[which]};
	return 0;
}

/* Binding fails only for parameters that do not exist, or texts beyond a gigabyte: the latter stay
 * NULL. */
void bind_int(struct binding *binding, int64_t value)
{
	sqlite3_bind_int64(binding->stmt, ++binding->parameter, value);
	*binding->nulls &= ~(1ull << binding->parameter);
}

/* Values outlive a run, and most columns of most rows are NULL again. No statement has 64. */
static void bind_null(struct binding *binding)
{
	uint64_t bit = 1ull << ++binding->parameter;

	if ((*binding->nulls & bit) == 0)
		sqlite3_bind_null(binding->stmt, binding->parameter);
	*binding->nulls |= bit;
}

void bind_int_unless(struct binding *binding, int64_t value, int64_t null)
{
	if (value == null)
		bind_null(binding);
	else
		bind_int(binding, value);
}

void bind_id(struct binding *binding, int64_t id)
{
	bind_int_unless(binding, id, 0);
}

void bind_text(struct binding *binding, const char *text)
{
	if (text == NULL) {
		bind_null(binding);
		return;
	}
	sqlite3_bind_text(binding->stmt, ++binding->parameter, text, -1, SQLITE_STATIC);
	*binding->nulls &= ~(1ull << binding->parameter);
}

void bind_blob(struct binding *binding, const void *bytes, size_t size)
{
	sqlite3_bind_blob64(binding->stmt, ++binding->parameter, size != 0 ? bytes : "", size,
			    SQLITE_STATIC);
	*binding->nulls &= ~(1ull << binding->parameter);
}

int statement_step(struct trace *trace, struct binding *binding)
{
	int result = sqlite3_step(binding->stmt);

	if (result == SQLITE_ROW)
		return 1;
	return result == SQLITE_DONE ? 0 : database_result(trace, result);
}

void statement_reset(struct binding *binding)
{
	sqlite3_reset(binding->stmt);
}

int statement_run(struct trace *trace, struct binding *binding)
{
	int error = statement_step(trace, binding);

	statement_reset(binding);
	return error < 0 ? error : 0;
}

void statements_finish(struct trace *trace)
{
	for (int i = 0; i < STATEMENT__COUNT; i++) {
		sqlite3_finalize(trace->statements[i]);
		trace->statements[i] = NULL;
		trace->nulls[i] = 0;
	}
}
