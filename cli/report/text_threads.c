/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <string.h>

#include "text_stack.h"

/* What a thread waits for, as people say it. */
static const struct {
	const char *name, *text;
} waits[] = {
/* clang-format off */
#define TRACK_WAIT(id, name_, text_, ended_by) { name_, text_ },
#include <track/waits.def>
#undef TRACK_WAIT
	/* clang-format on */
};

static const char *wait_text(const char *name)
{
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++)
		if (strcmp(waits[i].name, name) == 0)
			return waits[i].text;
	return name;
}

static void other(FILE *stream, const struct report_thread *thread)
{
	fprintf(stream, "thread %" PRIu32, thread->other);
	if (thread->other_name)
		fprintf(stream, " \"%s\"", thread->other_name);
}

/* "the mutex that thread 12 holds", "the end of thread 12", "something to come on descriptor 5" */
static void what_for(FILE *stream, const struct report_thread *thread)
{
	const char *text = wait_text(thread->wait);
	size_t length = strlen(text);
	bool join = strcmp(thread->wait, "join") == 0;
	bool descriptor = strcmp(thread->wait, "descriptor") == 0;

	/* The comma is before what follows: by whom it is held. */
	if (!thread->other && length && text[length - 1] == ',')
		length--;
	fprintf(stream, "%.*s", (int)length, text);
	if (join && !thread->other)
		fputs(" a thread", stream);
	else if (descriptor)
		fprintf(stream, " descriptor %" PRIu64, thread->subject);
	if (!thread->other)
		return;
	fputs(join ? " " : " that ", stream);
	other(stream, thread);
	if (!join)
		fputs(" holds", stream);
}

static void waiting(FILE *stream, const struct report_thread *thread)
{
	fputs("waits", stream);
	if (thread->since_ns && thread->time_ns > thread->since_ns)
		fprintf(stream, " %.1f s", (double)(thread->time_ns - thread->since_ns) / 1e9);
	fputs(" for ", stream);
	what_for(stream, thread);
	if (thread->told)
		fprintf(stream, " (%s)", thread->told);
	if (thread->timed)
		fputs(", but not for ever", stream);
}

/* Of what does not wait as far as is known. */
static void state(FILE *stream, const struct report_task *task)
{
	static const struct {
		char state;
		const char *text;
	} states[] = {
		{'R', "runs"},	     {'D', "waits for the kernel"},
		{'T', "is stopped"}, {'t', "is stopped by a debugger"},
		{'Z', "has ended"},
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (states[i].state == task->state) {
			fputs(states[i].text, stream);
			return;
		}
	fputs("sleeps, in a call that is not followed", stream);
}

/* The libraries that every wait is called in say nothing of who waits. */
static bool is_of_system(const struct report_frame *frame)
{
	static const char *const names[] = {"libc.so", "libc-", "libpthread", "ld-linux",
					    "libtrack"};
	const char *base = text_base_name(frame->module);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(base, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void where(FILE *stream, const struct report_stack *stack, const struct report_style *style)
{
	const struct report_frame *frame = stack->count ? &stack->frames[0] : NULL;

	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].function && !is_of_system(&stack->frames[i])) {
			frame = &stack->frames[i];
			break;
		}
	if (!frame)
		return;
	fputs("  at ", stream);
	text_frame(stream, frame, style);
}

static const struct report_thread *find(const struct report *report, uint32_t tid)
{
	for (size_t i = 0; i < report->thread_count; i++)
		if (report->threads[i].tid == tid)
			return &report->threads[i];
	return NULL;
}

static void line(FILE *stream, const struct report_task *task, const struct report_thread *thread,
		 const struct report_style *style)
{
	fprintf(stream, "  thread %" PRIu32 " \"%s\"  ", task->tid, task->name);
	if (thread && thread->wait)
		waiting(stream, thread);
	else
		state(stream, task);
	if (thread && thread->held)
		fprintf(stream, ", holds %" PRIu64 " lock%s", thread->held,
			thread->held == 1 ? "" : "s");
	if (thread)
		where(stream, &thread->stack, style);
	fputc('\n', stream);
}

int report_text_threads(FILE *stream, const struct report *report, const struct report_task *tasks,
			size_t task_count, const struct report_style *style)
{
	for (size_t i = 0; i < task_count; i++)
		line(stream, &tasks[i], find(report, tasks[i].tid), style);
	return ferror(stream) ? -EIO : 0;
}
