/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Janus' reference counters: "[file:function:line:what] address (count)" a line, the count as it
 * is after it (before the counter is changed, but by the same thread). There are no times.
 */
#include <string.h>

#include "format.h"
#include "number.h"

enum { LINES_END = 1 << 24 };

static const struct {
	const char *name;
	enum log_op op;
} whats[] = {
	{"init", LOG_BEGIN},
	{"increase", LOG_RETAIN},
	{"decrease", LOG_RELEASE},
};

/* What an object is called after the function that made it. */
static size_t class_length(const char *function, size_t length)
{
	static const char *const ends[] = {"_create", "_new", "_init"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (length > end && memcmp(function + length - end, ends[i], end) == 0)
			return length - end;
	}
	return length;
}

/* The last colon before end; NULL: there is none behind start. */
static const char *last_colon(const char *start, const char *end)
{
	return end != NULL ? memrchr(start, ':', (size_t)(end - start)) : NULL;
}

/* file:function:line:what */
struct place {
	const char *file, *file_end, *function_end;
	uint64_t line;
	enum log_op op;
};

static bool read_place(const char *start, const char *end, struct place *ret_place)
{
	const char *what = last_colon(start, end), *line = last_colon(start, what);
	const char *function = last_colon(start, line), *number = line != NULL ? line + 1 : NULL;
	size_t row = 0, rows = sizeof(whats) / sizeof(whats[0]);

	if (function == NULL || !number_take(&number, LINES_END, &ret_place->line) ||
	    number != what)
		return false;
	while (row < rows && (strlen(whats[row].name) != (size_t)(end - what - 1) ||
			      memcmp(whats[row].name, what + 1, (size_t)(end - what - 1)) != 0))
		row++;
	if (row == rows || function == start || line == function + 1)
		return false;
	ret_place->file = start;
	ret_place->file_end = function;
	ret_place->function_end = line;
	ret_place->op = whats[row].op;
	return true;
}

static int tell(struct log *log, const struct place *place, struct log_told *told)
{
	const char *function = place->file_end + 1;
	size_t length = (size_t)(place->function_end - function);
	struct site site = {.line = (uint32_t)place->line};
	int error = words_add(&log->words, function, length, &site.function);

	if (error == 0)
		error = words_add(&log->words, place->file, (size_t)(place->file_end - place->file),
				  &site.file);
	if (error == 0)
		error = words_add(&log->words, function, class_length(function, length),
				  &told->class_name);
	if (error == 0)
		error = log_open(log, told);
	if (error == 0)
		error = log_frame(log, &site, true);
	return error == 0 ? log_close(log) : error;
}

/* What stands behind the place: address and count. */
static bool read_count(const char *text, struct log_told *told)
{
	uint64_t count;

	if (!text_take(&text, "] ") ||
	    !number_take_address(&text, LOG_SUBJECT_END, &told->subject) ||
	    !text_take(&text, " (") || !number_take(&text, LOG_COUNT_END, &count) ||
	    !text_take(&text, ")") || text[strspn(text, " \t")] != '\0')
		return false;
	told->count = (uint32_t)count;
	return told->subject != 0;
}

/* Something may stand before it: a time, say. */
static int read_line(struct log *log, const char *text)
{
	const char *end = strstr(text, "] 0x"), *start;
	struct log_told told = {0};
	struct place place;
	int error;

	if (end == NULL)
		return 0;
	start = memrchr(text, '[', (size_t)(end - text));
	if (start == NULL || !read_place(start + 1, end, &place) || !read_count(end, &told))
		return 0;
	told.op = place.op;
	if (told.op == LOG_BEGIN && told.count != 1)
		return 0;
	error = tell(log, &place, &told);
	return error != 0 ? error : 1;
}

const struct import_parser import_janus_refcount = {.line = read_line};
