/* SPDX-License-Identifier: Apache-2.0 */
#include <schema/errors.h>

#include <base/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERRORS_MAX 200
#define TEXT_MAX 512

/* Aliases repeat what is wrong. */
static bool is_last(const struct schema_errors *errors, unsigned line, const char *text)
{
	const struct schema_error *last = errors->count ? &errors->items[errors->count - 1] : NULL;

	return last && last->line == line && strcmp(last->text, text) == 0;
}

void schema_errors_add(struct schema_errors *errors, unsigned line, const char *format, ...)
{
	char raw[TEXT_MAX], clean[TEXT_MAX];
	struct schema_error *items;
	va_list list;
	char *text;

	va_start(list, format);
	vsnprintf(raw, sizeof(raw), format, list);
	va_end(list);
	text_clean(raw, strlen(raw), clean, sizeof(clean));
	if (is_last(errors, line, clean))
		return;
	errors->is_short = errors->is_short || errors->count >= ERRORS_MAX;
	if (errors->is_short)
		return;
	items = realloc(errors->items, (errors->count + 1) * sizeof(*items));
	if (items)
		errors->items = items;
	text = strdup(clean);
	if (!items || !text) {
		errors->is_short = true;
		free(text);
		return;
	}
	items[errors->count++] = (struct schema_error){.line = line, .text = text};
}

static int compare(const void *a, const void *b)
{
	const struct schema_error *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return strcmp(left->text, right->text);
}

void schema_errors_sort(struct schema_errors *errors)
{
	if (errors->count)
		qsort(errors->items, errors->count, sizeof(*errors->items), compare);
}

void schema_errors_clear(struct schema_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		free(errors->items[i].text);
	free(errors->items);
	*errors = (struct schema_errors){.count = 0};
}
