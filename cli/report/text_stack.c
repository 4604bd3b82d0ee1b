/* SPDX-License-Identifier: Apache-2.0 */
#include "text_stack.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define FRAMES_MAX 12
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

/* Of the preloaded library, or of the header that tells it of annotations. */
static bool is_ours(const struct report_frame *frame)
{
	static const char header[] = "/track/track.h";
	size_t length = frame->file ? strlen(frame->file) : 0, end = sizeof(header) - 1;

	if (length > end && strcmp(frame->file + length - end, header) == 0)
		return true;
	return frame->module && strcmp(text_base_name(frame->module), SHIM_NAME) == 0;
}

/* What every program has below main or below a thread's first function. */
static bool is_start_up(const struct report_frame *frame)
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

	while (count > 1 && is_start_up(&stack->frames[count - 1]))
		count--;
	return count;
}

/* Whether there is anything to show but plumbing: then that says little. */
static bool has_others(const struct report_stack *stack, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_ours(&stack->frames[i]) && !stack->frames[i].plumbing)
			return true;
	return false;
}

const struct report_frame *text_teller(const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].function && !is_ours(&stack->frames[i]) &&
		    !stack->frames[i].plumbing)
			return &stack->frames[i];
	return NULL;
}

static void say_hidden(FILE *stream, size_t hidden, size_t plumbing)
{
	if (hidden > 0 && plumbing > 0)
		fprintf(stream, "           +%zu more, %zu of plumbing", hidden, plumbing);
	else if (hidden > 0)
		fprintf(stream, "           +%zu more", hidden);
	else if (plumbing > 0)
		fprintf(stream, "           +%zu of plumbing", plumbing);
	else
		return;
	fprintf(stream, " (--full-stacks shows them)\n");
}

void text_stack(FILE *stream, const struct report_stack *stack, const struct report_style *style)
{
	size_t shown = 0, hidden = 0, plumbing = 0;
	size_t count = style->full_stacks ? stack->count : without_start_up(stack);
	bool without_plumbing = !style->full_stacks && has_others(stack, count);

	for (size_t i = 0; i < count; i++) {
		if (is_ours(&stack->frames[i]))
			continue;
		if (without_plumbing && stack->frames[i].plumbing) {
			plumbing++;
			continue;
		}
		if (!style->full_stacks && shown >= FRAMES_MAX) {
			hidden++;
			continue;
		}
		fprintf(stream, "           #%zu ", shown++);
		text_frame(stream, &stack->frames[i], style);
		fputc('\n', stream);
	}
	say_hidden(stream, hidden, plumbing);
	if (!shown)
		fprintf(stream, "           no stack was recorded\n");
}
