/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <inttypes.h>
#include <report/format.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "text_stack.h"
#include "text_stood.h"

#define FRAMES_MAX 3
#define LINES_MAX 12
#define LINES_FEW 4

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

/* What every wait is called in says nothing of who waits. */
static bool is_of_system(const struct report_frame *frame)
{
	static const char *const modules[] = {"libc.so",  "libc-",     "libpthread",
					      "ld-linux", "libtrack",  "libstdc++",
					      "libc++",	  "libglib-2", "libgcc_s"};
	static const char *const functions[] = {"std::", "__gthread_", "__gnu_cxx::"};
	const char *base = text_base_name(frame->module);

	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++)
		if (strncmp(base, modules[i], strlen(modules[i])) == 0)
			return true;
	for (size_t i = 0; frame->function && i < sizeof(functions) / sizeof(*functions); i++)
		if (strncmp(frame->function, functions[i], strlen(functions[i])) == 0)
			return true;
	return frame->file && strncmp(frame->file, "/usr/include/", 13) == 0;
}

/* The innermost ones that are the program's own; the first of all if there is none. */
static void where(FILE *stream, const struct report_stack *stack, const struct report_style *style)
{
	size_t shown = 0;

	for (size_t i = 0; i < stack->count && shown < FRAMES_MAX; i++) {
		const struct report_frame *frame = &stack->frames[i];

		if (!frame->function || is_of_system(frame) || text_is_start_up(frame))
			continue;
		fputs(shown++ ? " in " : "at ", stream);
		text_frame(stream, frame, style);
	}
	if (shown || !stack->count)
		return;
	fputs("at ", stream);
	text_frame(stream, &stack->frames[0], style);
}

/* How a line speaks of threads. */
struct voice {
	const struct report_style *style;
	bool past; /* they are gone */
	/* Those that there are now; NULL: not known. */
	const struct report_task *tasks;
	size_t task_count;
};

static bool is_there(const struct voice *voice, uint32_t tid)
{
	for (size_t i = 0; i < voice->task_count; i++)
		if (voice->tasks[i].tid == tid)
			return true;
	return false;
}

static void other(FILE *stream, const struct report_thread *thread, const struct voice *voice,
		  bool holds)
{
	bool ended = thread->other_ended || (voice->tasks && !is_there(voice, thread->other));

	fprintf(stream, "thread %" PRIu32, thread->other);
	if (thread->other_name)
		fprintf(stream, " \"%s\"", thread->other_name);
	if (holds)
		fputs(ended ? " took, which has ended" : voice->past ? " held" : " holds", stream);
}

static bool is(const struct report_thread *thread, const char *wait)
{
	return thread->wait && strcmp(thread->wait, wait) == 0;
}

/* Its number, where it has one that says something. */
static void subject(FILE *stream, const struct report_thread *thread)
{
	if (is(thread, "descriptor"))
		fprintf(stream, " descriptor %" PRIu64, thread->subject);
	else if (is(thread, "child") && thread->subject && thread->subject <= INT32_MAX)
		fprintf(stream, " %" PRIu64, thread->subject);
	else if (!is(thread, "child") && !is(thread, "join") && !is(thread, "signal") &&
		 thread->subject)
		fprintf(stream, " 0x%" PRIx64, thread->subject);
}

/* That wakes nobody who waits for it: shutdown would. */
static void closed(FILE *stream, const struct report_thread *thread, const struct voice *voice)
{
	fprintf(stream, ", which was closed %.1f s before",
		(double)(thread->time_ns - thread->closed_ns) / 1e9);
	if (!thread->closed_stack.count)
		return;
	fputs(" (", stream);
	where(stream, &thread->closed_stack, voice->style);
	fputc(')', stream);
}

/* "the mutex that thread 12 holds", "the end of thread 12", "something to come on descriptor 5" */
static void what_for(FILE *stream, const struct report_thread *thread, const struct voice *voice,
		     bool with_subject)
{
	const char *text = wait_text(thread->wait);
	size_t length = strlen(text);
	bool join = is(thread, "join"), comma = length && text[length - 1] == ',';

	/* The comma is before what follows: by whom it is held. */
	fprintf(stream, "%.*s", (int)(length - comma), text);
	if (join && !thread->other)
		fputs(" a thread", stream);
	if (with_subject)
		subject(stream, thread);
	if (thread->closed_ns)
		closed(stream, thread, voice);
	if (thread->other && thread->other == thread->tid) {
		fputs(join ? " itself" : ", that it holds itself", stream);
		return;
	}
	if (!thread->other)
		return;
	fputs(join ? " " : comma ? ", that " : " that ", stream);
	other(stream, thread, voice, !join);
}

static void waiting(FILE *stream, const struct report_thread *thread, const struct voice *voice,
		    bool with_subject)
{
	fputs(voice->past ? "waited" : "waits", stream);
	if (thread->since_ns && thread->time_ns > thread->since_ns)
		fprintf(stream, " %.1f s", (double)(thread->time_ns - thread->since_ns) / 1e9);
	fputs(" for ", stream);
	what_for(stream, thread, voice, with_subject);
	if (thread->told || thread->told_kind)
		fprintf(stream, " (%s)", thread->told ? thread->told : thread->told_kind);
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

	if (task->is_held_back) {
		fputs("ends the program: rtctrack holds it back until what was closed is over "
		      "(--settle)",
		      stream);
		return;
	}
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (states[i].state == task->state) {
			fputs(states[i].text, stream);
			return;
		}
	fputs("sleeps, in a call that is not followed", stream);
}

static const struct report_thread *find(const struct report *report, uint32_t tid)
{
	for (size_t i = 0; i < report->thread_count; i++)
		if (report->threads[i].tid == tid)
			return &report->threads[i];
	return NULL;
}

static void locks(FILE *stream, const struct report_thread *thread, const struct voice *voice)
{
	fprintf(stream, ", %s %" PRIu64 " lock%s", voice->past ? "held" : "holds", thread->held,
		text_plural(thread->held));
	if (!thread->held_stack.count)
		return;
	fputs(thread->held == 1 ? " (taken " : " (the last one taken ", stream);
	where(stream, &thread->held_stack, voice->style);
	fputc(')', stream);
}

static void place(FILE *stream, const struct report_thread *thread, const struct voice *voice)
{
	if (!voice->style->full_stacks) {
		if (thread->stack.count)
			fputs("  ", stream);
		where(stream, &thread->stack, voice->style);
		fputc('\n', stream);
		return;
	}
	fputc('\n', stream);
	text_stack(stream, &thread->stack, NULL, voice->style);
}

static bool same_text(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) == 0 : one == other;
}

/* One line serves both: only who they are, how long they waited and for which one differs. */
static bool is_alike(const struct report_thread *one, const struct report_thread *other)
{
	return one->process == other->process && one->first == other->first &&
	       same_text(one->wait, other->wait) && one->timed == other->timed &&
	       one->other == other->other && one->held == other->held &&
	       !one->closed_ns == !other->closed_ns && same_text(one->told, other->told) &&
	       text_same_stack(&one->stack, &other->stack);
}

/* Threads that one line is for: the first of them, and how many. */
struct fold {
	const struct report_thread *first;
	const struct report_task *task; /* the same; NULL: it is not there any more */
	size_t count;
	bool same_subject;
};

static bool is_alike_state(const struct report_task *one, const struct report_task *other)
{
	return one->state == other->state && one->is_held_back == other->is_held_back;
}

static bool is_alike_task(const struct fold *fold, const struct report_task *task,
			  const struct report_thread *thread)
{
	if (!fold->first || !thread)
		return !fold->first && !thread && is_alike_state(fold->task, task);
	return is_alike(fold->first, thread) && (thread->wait || is_alike_state(fold->task, task));
}

/* Adds one to a fold that it is alike to, or as a new one. */
static size_t add(struct fold *folds, size_t count, const struct report_task *task,
		  const struct report_thread *thread)
{
	size_t at = 0;

	while (at < count && !(task ? is_alike_task(&folds[at], task, thread)
				    : is_alike(folds[at].first, thread)))
		at++;
	if (at == count)
		folds[count++] = (struct fold){.first = thread, .task = task, .same_subject = true};
	folds[at].count++;
	folds[at].same_subject &= !thread || folds[at].first->subject == thread->subject;
	return count;
}

static void who(FILE *stream, const struct fold *fold)
{
	const struct report_thread *thread = fold->first;
	const char *name = fold->task	   ? fold->task->name
			   : thread->name  ? thread->name
			   : thread->first ? "main"
					   : NULL;

	fprintf(stream, "thread %" PRIu32, fold->task ? fold->task->tid : thread->tid);
	if (name)
		fprintf(stream, " \"%s\"", name);
	if (fold->count > 1)
		fprintf(stream, " and %zu like it", fold->count - 1);
	fputs("  ", stream);
}

static void fold_line(FILE *stream, const struct fold *fold, const struct voice *voice)
{
	const struct report_thread *thread = fold->first;

	fputs(voice->past ? "    " : "  ", stream);
	who(stream, fold);
	if (thread && thread->wait)
		waiting(stream, thread, voice, fold->same_subject);
	else if (fold->task)
		state(stream, fold->task);
	else
		fputs("in no wait that is followed", stream);
	if (thread && thread->held)
		locks(stream, thread, voice);
	if (thread)
		place(stream, thread, voice);
	else
		fputc('\n', stream);
}

/* The first thread is the first line, as it is the first task. */
int report_text_threads(FILE *stream, const struct report *report, const struct report_task *tasks,
			size_t task_count, const struct report_style *style)
{
	struct voice voice = {.style = style, .tasks = tasks, .task_count = task_count};
	struct fold *folds = calloc(task_count + 1, sizeof(*folds));
	size_t count = 0;

	if (!folds)
		return -ENOMEM;
	for (size_t i = 0; i < task_count; i++)
		count = add(folds, count, &tasks[i], find(report, tasks[i].tid));
	for (size_t i = 0; i < count; i++)
		fold_line(stream, &folds[i], &voice);
	free(folds);
	return ferror(stream) ? -EIO : 0;
}

/* The first thread is the first of a process's rows, or it has none. */
static void process_line(FILE *stream, const struct report *report,
			 const struct report_thread *first)
{
	const struct report_process *process =
		first->process < report->process_count ? &report->processes[first->process] : NULL;

	if (report->process_count < 2 || !process)
		fputs("\n  where its threads stood\n", stream);
	else
		fprintf(stream, "\n  where the threads of %s (pid %" PRId32 ") %s\n",
			text_base_name(process->exe), process->pid,
			strcmp(process->end, "running") == 0 ? "stand" : "stood");
	if (!first->first && process)
		fprintf(stream, "    thread %" PRId32 " \"main\"  in no wait that is followed\n",
			process->pid);
}

/* Who is told to end and does may have stood where it always does. */
static bool was_told_to_end(const struct report *report)
{
	const struct report_process *program = report_program(report);

	return !report->timeout_s && program && strcmp(program->end, "signal") == 0 &&
	       (program->code == SIGTERM || program->code == SIGINT || program->code == SIGHUP);
}

static void write_folds(FILE *stream, const struct report *report, const struct fold *folds,
			size_t count, const struct report_style *style)
{
	size_t most = style->full_stacks ? count : was_told_to_end(report) ? LINES_FEW : LINES_MAX;
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		struct voice voice = {.style = style, .past = true};

		if (i >= most) {
			left += folds[i].count;
			continue;
		}
		if (i == 0 || folds[i].first->process != folds[i - 1].first->process)
			process_line(stream, report, folds[i].first);
		fold_line(stream, &folds[i], &voice);
	}
	if (left)
		fprintf(stream, "    +%zu more (--full-stacks shows them)\n", left);
}

int text_stood(FILE *stream, const struct report *report, const struct report_style *style)
{
	struct fold *folds;
	size_t count = 0;

	if (report->hang_told)
		return 0;
	if (!report->thread_count) {
		if (report->timeout_s)
			fputs("\n  where its threads stood\n    in no wait that is followed\n",
			      stream);
		return 0;
	}
	folds = calloc(report->thread_count, sizeof(*folds));
	if (!folds)
		return -ENOMEM;
	for (size_t i = 0; i < report->thread_count; i++)
		count = add(folds, count, NULL, &report->threads[i]);
	write_folds(stream, report, folds, count, style);
	free(folds);
	return 0;
}
