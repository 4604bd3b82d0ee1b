/* SPDX-License-Identifier: Apache-2.0 */
#include "meta.h"

#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "store/trace.h"

/* A value that was read; lives until the trace is closed. */
struct meta_text {
	struct meta_text *next;
	char text[];
};

int trace_set_meta(struct trace *trace, const char *key, const char *value)
{
	struct binding binding;
	int error = statement_begin(trace, STATEMENT_REPLACE_META, true, &binding);

	if (error != 0)
		return error;
	bind_text(&binding, key);
	bind_text(&binding, value);
	return statement_run(trace, &binding);
}

/* Equal values share a text, so that asking again costs nothing. */
static const char *keep(struct trace *trace, const char *value)
{
	struct meta_text *text = trace->texts;
	size_t size = strlen(value) + 1;

	while (text != NULL && strcmp(text->text, value) != 0)
		text = text->next;
	if (text != NULL)
		return text->text;
	text = malloc(sizeof(*text) + size);
	if (text == NULL)
		return NULL;
	memcpy(text->text, value, size);
	text->next = trace->texts;
	trace->texts = text;
	return text->text;
}

const char *trace_meta(struct trace *trace, const char *key)
{
	struct binding binding;
	const char *value = NULL;

	if (statement_begin(trace, STATEMENT_FIND_META, false, &binding) != 0)
		return NULL;
	bind_text(&binding, key);
	if (statement_step(trace, &binding) == 1)
		value = (const char *)sqlite3_column_text(binding.stmt, 0);
	if (value != NULL)
		value = keep(trace, value);
	statement_reset(&binding);
	return value;
}

void meta_finish(struct trace *trace)
{
	while (trace->texts != NULL) {
		struct meta_text *next = trace->texts->next;

		free(trace->texts);
		trace->texts = next;
	}
}
