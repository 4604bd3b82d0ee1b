/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a database's tables are tables. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

struct trace;

/*
 * -EBADMSG: what is a table in schema.sql is a view or of a module, which runs what whoever made it
 * wants run. Nothing of that is run here. trace_error names it.
 */
int tables_check(struct trace *trace);

#endif
