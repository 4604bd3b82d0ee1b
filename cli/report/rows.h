/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the rows of a query into an array of a report. */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include <report/report.h>

#include "arena.h"

/* Fill one zeroed item from the row that query stands on. 0 or -errno. */
typedef int (*row_reader)(struct report *report, struct trace_query *query, void *item);

struct rows {
	void *items; /* in the report's arena */
	size_t count;
};

/* The rows of a query with the parameter ?1, as items of size bytes each. */
int rows_read(struct trace *trace, struct report *report, const char *sql, int64_t parameter,
	      size_t size, row_reader reader, struct rows *ret_rows);
/* The same, of a query that also has the parameter ?2: nothing before that time. */
int rows_read_since(struct trace *trace, struct report *report, const char *sql, int64_t parameter,
		    uint64_t since_ns, size_t size, row_reader reader, struct rows *ret_rows);

/* Column to text of the report; NULL for NULL. */
int row_text(struct report *report, struct trace_query *query, int column, const char **ret_text);

int stack_read(struct trace *trace, struct report *report, int64_t stack_id,
	       struct report_stack *ret_stack);
int processes_read(struct trace *trace, struct report *report);
int soak_read(struct trace *trace, struct report *report);
int findings_read(struct trace *trace, struct report *report, const struct report_filter *filter);

/* Index of a process by its id; SIZE_MAX if there is none. */
size_t process_index(const struct report *report, int64_t id);

#endif
