/* SPDX-License-Identifier: Apache-2.0 */
#include "text_stack.h"

#include <base/annotation.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define FRAMES_MAX 12
#define ABOVE_MIN 3 /* frames that are worth to be left out, since the stack before has them */
#define SHIM_NAME "libtrack.so"

const char *text_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *text_file_name(const char *file, const struct report_style *style)
{
	size_t length = style->folder ? strlen(style->folder) : 0;

	if (length > 1 && strncmp(file, style->folder, length) == 0 && file[length] == '/')
		return file + length + 1;
	return file;
}

void text_frame(FILE *stream, const struct report_frame *frame, const struct report_style *style)
{
	const char *module =
		frame->module && frame->module[0] ? text_base_name(frame->module) : "?";

	if (!frame->function) {
		fprintf(stream, "%s+0x%" PRIx64, module, frame->address);
		return;
	}
	fprintf(stream, "%s", frame->function);
	if (frame->file && frame->line)
		fprintf(stream, "  %s:%d", text_file_name(frame->file, style), frame->line);
	else if (frame->file)
		fprintf(stream, "  %s", text_file_name(frame->file, style));
	else
		fprintf(stream, "  (%s)", module);
}

bool report_is_ours(const struct report_frame *frame)
{
	if (annotation_is(frame->function, frame->file))
		return true;
	return frame->module && strcmp(text_base_name(frame->module), SHIM_NAME) == 0;
}

bool text_is_start_up(const struct report_frame *frame)
{
	static const char *const functions[] = {"_start",
						"__libc_start_main",
						"__libc_start_main_impl",
						"__libc_start_call_main",
						"start_thread",
						"clone",
						"clone3",
						"__clone3"};

	if (!frame->function)
		return frame->module && strncmp(text_base_name(frame->module), "libc.so.", 8) == 0;
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strcmp(frame->function, functions[i]) == 0)
			return true;
	return false;
}

static size_t without_start_up(const struct report_stack *stack)
{
	size_t count = stack->count;

	while (count > 1 && text_is_start_up(&stack->frames[count - 1]))
		count--;
	return count;
}

/* Whether there is anything to show but plumbing: then that says little. */
static bool has_others(const struct report_stack *stack, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!report_is_ours(&stack->frames[i]) && !stack->frames[i].plumbing)
			return true;
	return false;
}

const struct report_frame *text_teller(const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].function && !report_is_ours(&stack->frames[i]) &&
		    !stack->frames[i].plumbing)
			return &stack->frames[i];
	return NULL;
}

static bool is_same_frame(const struct report_frame *one, const struct report_frame *other)
{
	return one->address == other->address && strcmp(one->module, other->module) == 0;
}

/* From which frame on a stack is as the other, to its outermost; its count: not at all. */
static size_t common_from(const struct report_stack *stack, const struct report_stack *other)
{
	size_t common = 0;

	while (common < stack->count && common < other->count &&
	       is_same_frame(&stack->frames[stack->count - 1 - common],
			     &other->frames[other->count - 1 - common]))
		common++;
	return stack->count - common;
}

bool text_same_stack(const struct report_stack *one, const struct report_stack *other)
{
	return one->count == other->count && common_from(one, other) == 0;
}

/* How the C library waits, below the call that does: only a look at what already waits sees it. */
static bool is_wait(const struct report_frame *frame)
{
	static const char *const beginnings[] = {"__futex_",	"futex_", "__pthread_",
						 "___pthread_", "__lll_", "lll_"};

	if (!frame->function || strncmp(text_base_name(frame->module), "libc.so.", 8) != 0)
		return false;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
		if (strncmp(frame->function, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static size_t without_waits(const struct report_stack *stack, size_t count)
{
	size_t first = 0;

	while (first + 1 < count && is_wait(&stack->frames[first]))
		first++;
	return first;
}

/* What a stack leaves out. */
struct left_out {
	size_t hidden, plumbing, above;
};

static void say_left_out(FILE *stream, const struct left_out *left_out)
{
	const struct {
		size_t count;
		const char *what;
	} parts[] = {{left_out->above, "as above"},
		     {left_out->hidden, "more"},
		     {left_out->plumbing, "of plumbing"}};
	const char *before = "           +";

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i].count == 0)
			continue;
		fprintf(stream, "%s%zu %s", before, parts[i].count, parts[i].what);
		before = ", ";
	}
	if (*before == ',')
		fprintf(stream, " (--full-stacks shows them)\n");
}

/* Frames that are worth a line, counted from one on. */
static size_t count_shown(const struct report_stack *stack, size_t from, size_t count,
			  bool without_plumbing)
{
	size_t shown = 0;

	for (size_t i = from; i < count; i++)
		shown += !report_is_ours(&stack->frames[i]) &&
			 !(without_plumbing && stack->frames[i].plumbing);
	return shown;
}

void text_stack(FILE *stream, const struct report_stack *stack, const struct report_stack *before,
		const struct report_style *style)
{
	size_t shown = 0;
	size_t count = style->full_stacks ? stack->count : without_start_up(stack);
	size_t above = before && !style->full_stacks ? common_from(stack, before) : count;
	bool without_plumbing = !style->full_stacks && has_others(stack, count);
	struct left_out left_out = {0};

	/* The first that both have is shown: there the ways part. */
	if (above >= count || count_shown(stack, above + 1, count, without_plumbing) < ABOVE_MIN)
		above = count;
	for (size_t i = style->full_stacks ? 0 : without_waits(stack, count); i < count; i++) {
		if (report_is_ours(&stack->frames[i]))
			continue;
		if (without_plumbing && stack->frames[i].plumbing)
			left_out.plumbing++;
		else if (i > above && shown > 0)
			left_out.above++;
		else if (!style->full_stacks && shown >= FRAMES_MAX)
			left_out.hidden++;
		else {
			fprintf(stream, "           #%zu ", shown++);
			text_frame(stream, &stack->frames[i], style);
			fputc('\n', stream);
		}
	}
	say_left_out(stream, &left_out);
}
