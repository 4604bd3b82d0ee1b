/* SPDX-License-Identifier: Apache-2.0 */
#include "marks.h"

#include <base/fnv.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

/* One that came when all was over has nothing alive at it, which would say that nothing grew. */
static const char marks_sql[] =
	"SELECT time_ns, text FROM mark WHERE time_ns <= "
	"coalesce((SELECT max(coalesce(end_ns, 9223372036854775807)) FROM process), time_ns) "
	"ORDER BY time_ns, id";

static const char sessions[] = "session";

static uint64_t key_of(const char *text)
{
	uint64_t hash = FNV_START;

	for (; *text != '\0'; text++)
		if (*text < '0' || *text > '9')
			hash = fnv_bytes(hash, text, 1);
	return hash;
}

static int add_series(struct marks *marks, uint64_t key, const char *text,
		      struct mark_series **ret_series)
{
	size_t capacity = marks->capacity != 0 ? marks->capacity * 2 : 4;
	struct mark_series *series = marks->series;

	if (marks->count == marks->capacity) {
		series = realloc(series, capacity * sizeof(*series));
		if (series == NULL)
			return -ENOMEM;
		marks->series = series;
		marks->capacity = capacity;
	}
	series[marks->count] = (struct mark_series){
		.key = key,
		.sessions = strncasecmp(text, sessions, sizeof(sessions) - 1) == 0,
	};
	*ret_series = &series[marks->count++];
	return 0;
}

int marks_add(struct marks *marks, uint64_t time_ns, const char *text)
{
	uint64_t key = key_of(text);
	struct mark_series *series = NULL;
	uint64_t *times;
	size_t capacity;
	int error = 0;

	for (size_t i = 0; i < marks->count && series == NULL; i++)
		if (marks->series[i].key == key)
			series = &marks->series[i];
	if (series == NULL)
		error = add_series(marks, key, text, &series);
	if (error != 0)
		return error;
	if (series->count == series->capacity) {
		capacity = series->capacity != 0 ? series->capacity * 2 : 8;
		times = realloc(series->times_ns, capacity * sizeof(*times));
		if (times == NULL)
			return -ENOMEM;
		series->times_ns = times;
		series->capacity = capacity;
	}
	series->times_ns[series->count++] = time_ns;
	return 0;
}

int marks_load(struct marks *marks, struct trace *trace)
{
	struct trace_query *query;
	int more;
	int error = trace_query(trace, marks_sql, &query);

	if (error != 0)
		return error;
	while ((more = trace_query_step(query)) == 1) {
		const char *text = trace_query_text(query, 1);

		more = text == NULL ? -ENOMEM
				    : marks_add(marks, (uint64_t)trace_query_int(query, 0), text);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	return more;
}

static bool tells_more(const struct mark_series *series, const struct mark_series *than)
{
	if (than == NULL || series->sessions != than->sessions)
		return than == NULL || series->sessions;
	return series->count > than->count;
}

const struct mark_series *marks_of_sessions(const struct marks *marks, const char *like)
{
	uint64_t key = like != NULL ? key_of(like) : 0;
	const struct mark_series *found = NULL;

	for (size_t i = 0; i < marks->count; i++) {
		const struct mark_series *series = &marks->series[i];

		if (like != NULL ? series->key == key : tells_more(series, found))
			found = series;
	}
	return found;
}

void marks_finish(struct marks *marks)
{
	for (size_t i = 0; i < marks->count; i++)
		free(marks->series[i].times_ns);
	free(marks->series);
	*marks = (struct marks){0};
}
