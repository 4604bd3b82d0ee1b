/* SPDX-License-Identifier: Apache-2.0 */
/* The prepared statements of a trace, and binding values to them in order. */
#ifndef STORE_STATEMENT_H
#define STORE_STATEMENT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace;

/* clang-format off */
enum statement {
#define TRACE_STATEMENT(id, sql) STATEMENT_##id,
#include "statements.def"
#undef TRACE_STATEMENT
	STATEMENT__COUNT
};
/* clang-format on */

/*
 * A statement that takes its values. Pointers bound must live until
 * statement_run or statement_reset: nothing is copied.
 */
struct binding {
	sqlite3_stmt *stmt;
	int parameter;	 /* the last one bound */
	uint64_t *nulls; /* bit per parameter: is NULL already, from the row before */
};

/* Prepares it at first use. write: a transaction is begun if none is open. */
int statement_begin(struct trace *trace, enum statement which, bool write,
		    struct binding *ret_binding);
void bind_int(struct binding *binding, int64_t value);
void bind_int_unless(struct binding *binding, int64_t value, int64_t null);
void bind_id(struct binding *binding, int64_t id); /* 0 becomes NULL */
void bind_text(struct binding *binding, const char *text);
void bind_blob(struct binding *binding, const void *bytes, size_t size);
/* Run a statement that gives no row, and make it ready for its next use. */
int statement_run(struct trace *trace, struct binding *binding);
/* 1: a row, 0: none, -errno. The caller resets. */
int statement_step(struct trace *trace, struct binding *binding);
void statement_reset(struct binding *binding);
void statements_finish(struct trace *trace);

#endif
