/* SPDX-License-Identifier: Apache-2.0 */
/* The image of a trace as a trace again. */
#include <unistd.h>

static inline struct trace *open_image(const unsigned char *bytes, size_t size)
{
	char path[] = "/tmp/unit_report_XXXXXX";
	int fd = mkstemp(path);
	struct trace *trace;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
	cr_assert_eq(trace_open(path, TRACE_READ, &trace), 0, "%s", trace_open_error());
	unlink(path);
	return trace;
}

/* The first column of the first row; "(none)" if there is neither. */
static inline const char *value_of(struct trace *trace, const char *sql)
{
	static char value[4096];
	struct trace_query *query;

	cr_assert_eq(trace_query(trace, sql, &query), 0, "%s: %s", sql, trace_error(trace));
	snprintf(value, sizeof(value), "(none)");
	if (trace_query_step(query) > 0 && trace_query_text(query, 0))
		snprintf(value, sizeof(value), "%s", trace_query_text(query, 0));
	trace_query_destroy(query);
	return value;
}
