/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GStreamer's leaks tracer: what was alive when it looked (object-alive), each followed by how it
 * was referred to (object-refings). A record begins on a line of GStreamer's log and goes on for
 * the frames of its stack, a line each, to one of a semicolon. Times are since gst_init.
 */
#include <string.h>

#include "format.h"
#include "number.h"

#define NS_PER_S 1000000000ull
#define TIME_END (1ull << 62)

enum { LINES_END = 1 << 24, PIDS_END = 1 << 22 };

static const struct {
	const char *start;
	bool is_alive;
} kinds[] = {
	{"object-alive, ", true},
	{"object-refings, ", false},
};

/* The text between two marks of a record, which are in this order in it. */
static bool find_field(const char *text, const char *name, const char **ret_value)
{
	const char *at = strstr(text, name);

	if (at == NULL)
		return false;
	*ret_value = at + strlen(name);
	return true;
}

/* The last one: a description may say anything. */
static const char *find_last(const char *text, const char *name)
{
	const char *last = NULL;

	while ((text = strstr(text, name)) != NULL)
		last = text++;
	return last;
}

/* H:MM:SS.NNNNNNNNN PID 0xTHREAD */
static bool read_head(const char *text, struct log_told *told)
{
	uint64_t hours, minutes, seconds, fraction, pid;

	if (!number_take(&text, 1 << 20, &hours) || !text_take(&text, ":") ||
	    !number_take(&text, 60, &minutes) || !text_take(&text, ":") ||
	    !number_take(&text, 60, &seconds) || !text_take(&text, ".") ||
	    !number_take(&text, NS_PER_S, &fraction))
		return false;
	text += strspn(text, " ");
	if (!number_take(&text, PIDS_END, &pid) || pid == 0)
		return false;
	told->pid = (pid_t)pid;
	return true;
}

/* The description says which of the two it was. */
static bool read_change(const char *description, struct log_told *told)
{
	if (text_take(&description, "reffed,"))
		told->op = LOG_RETAIN;
	else if (text_take(&description, "unreffed,"))
		told->op = LOG_RELEASE;
	else
		return false;
	return true;
}

static bool read_fields(const char *text, struct log_told *told, const char **ret_class,
			const char **ret_trace)
{
	const char *count = find_last(text, ", ref-count=(uint)"), *address, *description;
	uint64_t number;

	if (told->op != LOG_ALIVE &&
	    (!text_take(&text, "ts=(guint64)") || !number_take(&text, TIME_END, &told->time_ns) ||
	     !text_take(&text, ", ")))
		return false;
	if (count == NULL || !text_take(&text, "type-name=(string)") ||
	    !find_field(text, ", address=(gpointer)", &address) ||
	    !number_take_address(&address, LOG_SUBJECT_END, &told->subject) ||
	    !text_take(&address, ", description=(string)"))
		return false;
	*ret_class = text;
	description = address;
	if (told->op != LOG_ALIVE && !read_change(description, told))
		return false;
	count += strlen(", ref-count=(uint)");
	if (!number_take(&count, LOG_COUNT_END, &number) || !text_take(&count, ", trace=(string)"))
		return false;
	told->count = (uint32_t)number;
	*ret_trace = count;
	return told->subject != 0 && (told->op != LOG_ALIVE || told->count > 0);
}

/* GStreamer's and GLib's own functions say little of who holds what. */
static bool is_machinery(const char *function, size_t length)
{
	static const char *const starts[] = {"gst_", "_gst_", "g_", "?"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strlen(starts[i]) <= length &&
		    memcmp(function, starts[i], strlen(starts[i])) == 0)
			return true;
	return length == 0;
}

/* A frame's pieces, as they stand in the line. */
struct frame {
	const char *function, *function_end, *place, *place_end;
	uint64_t line;
	bool is_module; /* the place is a module, else a source file */
};

/* "function (file:line)", "function (module:0xaddress)" */
static bool read_named(const char *text, const char *end, struct frame *frame)
{
	const char *open = memrchr(text, '(', (size_t)(end - text)), *colon, *number;
	uint64_t address;

	if (open == NULL || open < text + 2 || open[-1] != ' ' || end[-1] != ')')
		return false;
	colon = memrchr(open, ':', (size_t)(end - open));
	number = colon != NULL ? colon + 1 : open;
	frame->is_module = number_take_address(&number, UINT64_MAX, &address);
	if (colon == NULL ||
	    (!frame->is_module && !number_take(&number, LINES_END, &frame->line)) ||
	    number != end - 1)
		return false;
	frame->function = text;
	frame->function_end = open - 1;
	frame->place = open + 1;
	frame->place_end = colon;
	return true;
}

/* "module(function+0xoffset) [0xaddress]"; without a function its offset is all that is known. */
static bool read_plain(const char *text, const char *end, struct frame *frame)
{
	const char *close = end[-1] == ']' ? find_last(text, ") [0x") : NULL, *open, *plus;

	open = close != NULL ? memrchr(text, '(', (size_t)(close - text)) : NULL;
	plus = open != NULL ? memrchr(open, '+', (size_t)(close - open)) : NULL;
	if (plus == NULL || open == text)
		return false;
	frame->function = plus == open + 1 ? plus : open + 1;
	frame->function_end = plus == open + 1 ? close : plus;
	frame->place = text;
	frame->place_end = open;
	frame->is_module = true;
	return true;
}

/* Itself, and what it calls to take a stack: they are above all that is told. */
static bool is_tracer(const struct frame *frame)
{
	static const char name[] = "libgstcoretracers.so";
	size_t length = (size_t)(frame->place_end - frame->place), end = sizeof(name) - 1;

	return frame->is_module && length >= end && memcmp(frame->place_end - end, name, end) == 0;
}

static int add_frame(struct log *log, const struct frame *frame)
{
	size_t length = (size_t)(frame->function_end - frame->function);
	struct site site = {.line = (uint32_t)frame->line};
	int error;

	if (is_tracer(frame)) {
		log_drop_frames(log);
		return 0;
	}
	error = words_add(&log->words, frame->function, length, &site.function);
	if (error == 0)
		error = words_add(&log->words, frame->place,
				  (size_t)(frame->place_end - frame->place),
				  frame->is_module ? &site.module : &site.file);
	return error == 0 ? log_frame(log, &site, !is_machinery(frame->function, length)) : error;
}

/* A line of the record that is open: 1, or 0 if it is none. */
static int read_frame(struct log *log, const char *text)
{
	size_t length = strlen(text);
	bool is_last = length > 0 && text[length - 1] == ';';
	struct frame frame = {0};
	int error = 0;

	length -= is_last;
	if (length > 0 &&
	    (read_named(text, text + length, &frame) || read_plain(text, text + length, &frame)))
		error = add_frame(log, &frame);
	else if (!is_last)
		return 0;
	if (error == 0 && is_last)
		error = log_close(log);
	return error != 0 ? error : 1;
}

static int open_record(struct log *log, const char *text, struct log_told *told)
{
	const char *class_name, *class_end, *trace;
	int error;

	if (!read_fields(text, told, &class_name, &trace))
		return 0;
	class_end = strstr(class_name, ", address=(gpointer)");
	error = words_add(&log->words, class_name, (size_t)(class_end - class_name),
			  &told->class_name);
	if (error == 0)
		error = log_open(log, told);
	if (error == 0)
		error = read_frame(log, trace);
	return error < 0 ? error : 1;
}

/* What the tracer says when it begins: how its records will look. */
static bool is_announcement(const char *record)
{
	return strstr(record, " object-alive.class, ") != NULL ||
	       strstr(record, " new format string: ") != NULL;
}

static int read_record(struct log *log, const char *text, const char *fields, struct log_told *told)
{
	int of_format = read_head(text, told) ? open_record(log, fields, told) : 0;

	log->garbled = log->garbled || of_format == 0;
	return of_format;
}

static int read_line(struct log *log, const char *text)
{
	const char *record = strstr(text, " GST_TRACER ");
	struct log_told told = {.op = LOG_RETAIN};

	if (record != NULL && is_announcement(record)) {
		log->announced = true;
		return 0;
	}

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && record != NULL; i++) {
		const char *fields;

		if (!find_field(record, kinds[i].start, &fields))
			continue;
		told.op = kinds[i].is_alive ? LOG_ALIVE : LOG_RETAIN;
		return read_record(log, text, fields, &told);
	}
	return record == NULL && log->is_open ? read_frame(log, text) : 0;
}

const struct import_parser import_gst_leaks = {.line = read_line};
