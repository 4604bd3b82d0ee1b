/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_story.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leak_chain.h"

enum { WHAT_BYTES = 160, POOL_SHOWN = 4, SENTENCE_BYTES = 4096 };

struct story {
	struct finding *finding;
	const struct hangs *hangs;
	const struct hang *hang;
	const struct hang_verdict *verdict;
	const struct leaks *leaks;
	size_t first; /* place in the chain from which it is told */
};

static size_t at(const struct story *story, size_t step)
{
	return (story->first + step) % story->hang->count;
}

static const struct wait_thread *thread_of(const struct story *story, size_t thread)
{
	return hang_thread(story->hangs, thread);
}

static const char *name(const struct story *story, size_t thread)
{
	char text[HANG_NAME_BYTES];

	hang_name(story->hangs, thread, text);
	return finding_text(story->finding, "%s", text);
}

static int add(const struct story *story, int64_t resource_id, int64_t stack_id, const char *role)
{
	struct finding_evidence evidence = {
		.resource_id = resource_id, .stack_id = stack_id, .role = role};

	return role != NULL ? finding_add_evidence(story->finding, &evidence) : -ENOMEM;
}

/* What it says that it waits for: "timer 'question'". */
static void write_told(const struct wait_thread *thread, char *ret_what)
{
	const char *class_name = thread->told_class != NULL ? thread->told_class : "";
	char noun[FINDING_NOUN_BYTES];

	class_noun(thread->told_kind, class_name, false, noun);
	snprintf(ret_what, WHAT_BYTES, "the %s%s%.60s%s", noun,
		 thread->told_text != NULL ? " (" : "",
		 thread->told_text != NULL ? thread->told_text : "",
		 thread->told_text != NULL ? ")" : "");
}

/* "the mutex 0x7f1200001010", "something to come on descriptor 12 (10.0.0.1:3478)" */
static void write_what(const struct story *story, size_t thread, char *ret_what)
{
	const struct wait_thread *waiter = thread_of(story, thread);
	char others[32] = "";

	if (waiter->told_kind != NULL && !wait_is_for_lock(waiter->wait)) {
		write_told(waiter, ret_what);
		return;
	}
	switch (waiter->wait) {
	case TRACK_WAIT_DESCRIPTOR:
		if (waiter->other > 1)
			snprintf(others, sizeof(others), " or %llu more",
				 (unsigned long long)(waiter->other - 1));
		snprintf(ret_what, WHAT_BYTES, "%s descriptor %llu%s%s%.60s%s",
			 wait_text(waiter->wait), (unsigned long long)waiter->subject, others,
			 waiter->target_address != NULL ? " (" : "",
			 waiter->target_address != NULL ? waiter->target_address : "",
			 waiter->target_address != NULL ? ")" : "");
		return;
	case TRACK_WAIT_CHILD:
	case TRACK_WAIT_SIGNAL:
		snprintf(ret_what, WHAT_BYTES, "%s", wait_text(waiter->wait));
		return;
	case TRACK_WAIT_THREAD:
		snprintf(ret_what, WHAT_BYTES, "%s a thread", wait_text(waiter->wait));
		return;
	case TRACK_WAIT_NONE:
	case TRACK_WAIT_MUTEX:
	case TRACK_WAIT_READ:
	case TRACK_WAIT_WRITE:
	case TRACK_WAIT_CONDITION:
	case TRACK_WAIT_SEMAPHORE:
	case TRACK_WAIT_BARRIER:
	case TRACK_WAIT_FUTEX:
	case TRACK_WAIT__COUNT:
		break;
	}
	/* "the lock, to read," has its address in the middle. */
	snprintf(ret_what, WHAT_BYTES, "%.*s 0x%llx%s", (int)strcspn(wait_text(waiter->wait), ","),
		 wait_text(waiter->wait), (unsigned long long)waiter->subject,
		 strchrnul(wait_text(waiter->wait), ','));
}

/* What stands between a thread and its next. */
static const struct wait_edge *edge_of(const struct story *story, size_t place)
{
	bool last = place + 1 == story->hang->count;

	if (last && story->hang->shape != HANG_CIRCLE && story->hang->shape != HANG_HOLDER_GONE &&
	    story->hang->shape != HANG_HOLDER_RUNS)
		return NULL;
	return &story->hangs->graph.edges[story->hang->edges[place]];
}

/* "waits for the mutex 0x10 that thread 74 'worker' holds" */
static int say_step(const struct story *story, size_t place, FILE *sentence)
{
	size_t thread = story->hang->chain[place];
	const struct wait_edge *edge = edge_of(story, place);
	const struct wait_thread *waiter = thread_of(story, thread);
	char what[WHAT_BYTES], other[HANG_NAME_BYTES] = "";
	bool myself = edge != NULL && edge->to == thread;

	write_what(story, thread, what);
	if (edge == NULL)
		return fprintf(sentence, "waits for %s", what);
	hang_name(story->hangs, edge->to, other);
	switch (edge->reason) {
	case WAIT_HOLDS:
		if (waiter->wait == TRACK_WAIT_CONDITION)
			snprintf(what, sizeof(what), "the mutex 0x%llx of its condition",
				 (unsigned long long)waiter->other);
		return fprintf(sentence, "waits for %s that %s", what,
			       myself ? "it holds itself" : other) +
		       (myself ? 0 : fprintf(sentence, " holds"));
	case WAIT_IS_NEXT:
		return fprintf(sentence, "waits for %s after %s, who is to write", what, other);
	case WAIT_ENDS:
		return fprintf(sentence, "waits for the end of %s", myself ? "itself" : other);
	case WAIT_RUNS:
		return fprintf(sentence, "waits for %s, which %s%s", what,
			       myself ? "it is inside of itself" : "runs on ", myself ? "" : other);
	}
	return 0;
}

/* "close of library hangs: " */
static void say_closing(const struct story *story, FILE *sentence)
{
	size_t closer = story->hang->closer;
	const struct wait_call *closing;

	for (size_t i = 0; closer == WAIT_NOBODY && i < story->hang->count; i++)
		if (hang_closing(story->hangs, story->hang->chain[i]) != NULL ||
		    hang_is_exit(story->hangs, story->hang->chain[i]))
			closer = story->hang->chain[i];
	if (closer == WAIT_NOBODY)
		return;
	closing = hang_closing(story->hangs, closer);
	if (closing != NULL)
		fprintf(sentence, "close of %.60s hangs: ",
			closing->class_name != NULL ? closing->class_name : "a scope");
	else
		fputs("the program's end hangs: ", sentence);
}

static void say_chain(const struct story *story, FILE *sentence)
{
	size_t count = story->hang->count;
	char first[HANG_NAME_BYTES];

	hang_name(story->hangs, story->hang->chain[at(story, 0)], first);
	fprintf(sentence, "%s ", first);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fputs(", which ", sentence);
		say_step(story, at(story, i), sentence);
	}
}

static int say(const struct story *story)
{
	char *text = NULL;
	size_t bytes;
	FILE *sentence = open_memstream(&text, &bytes);
	int error = 0;

	if (sentence == NULL)
		return -ENOMEM;
	say_closing(story, sentence);
	say_chain(story, sentence);
	/* A constant of the table. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(sentence, story->verdict->ending->sentence, story->verdict->detail);
#pragma GCC diagnostic pop
	if (fclose(sentence) != 0)
		error = -ENOMEM;
	if (error == 0)
		error = finding_say(story->finding, "%s", text);
	free(text);
	return error;
}

/* Of a process that runs on there is no end yet. */
static const char *ago(const struct story *story, size_t thread)
{
	return wait_process_of(&story->hangs->graph, thread)->runs ? "ago" : "before the end";
}

static double seconds(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 : 0.0;
}

/* ", inside of the callback on_message," */
static const char *whereabouts(const struct story *story, size_t thread)
{
	const struct wait_call *callback = wait_callback(&story->hangs->graph, thread);
	char noun[FINDING_NOUN_BYTES];

	if (callback == NULL || callback->kind == NULL)
		return "";
	class_noun(callback->kind, callback->class_name != NULL ? callback->class_name : "", false,
		   noun);
	return finding_text(story->finding, ", inside of the %s,", noun);
}

static int add_wait(const struct story *story, size_t thread)
{
	const struct wait_thread *waiter = thread_of(story, thread);
	const char *who = name(story, thread), *inside = whereabouts(story, thread);
	const char *since = "waits";
	char what[WHAT_BYTES];

	if (waiter->since_ns != 0)
		since = finding_text(story->finding, "has waited %.2f s",
				     seconds(waiter->since_ns, waiter->now_ns));
	if (who == NULL || inside == NULL || since == NULL)
		return -ENOMEM;
	write_what(story, thread, what);
	return add(story, waiter->thread_id, waiter->stack_id,
		   finding_text(story->finding, "%s%s %s for %s at", who, inside, since, what));
}

/* Where the one that it waits for took the lock. */
static int add_taking(const struct story *story, const struct wait_edge *edge)
{
	const struct wait_held *held = &story->hangs->graph.held[edge->held];
	const struct wait_thread *holder = thread_of(story, edge->to);
	const char *who = name(story, edge->to);

	if (who == NULL)
		return -ENOMEM;
	if (held->stack_id == 0)
		return add(story, holder->thread_id, 0,
			   finding_text(story->finding, "which %s holds", who));
	if (held->since_ns == 0)
		return add(story, holder->thread_id, held->stack_id,
			   finding_text(story->finding, "which %s took at", who));
	return add(story, holder->thread_id, held->stack_id,
		   finding_text(story->finding, "which %s took %.2f s %s at", who,
				seconds(held->since_ns, holder->now_ns), ago(story, edge->to)));
}

static int add_close(const struct story *story, size_t thread)
{
	const struct wait_call *closing = hang_closing(story->hangs, thread);
	const struct wait_thread *closer = thread_of(story, thread);
	const char *who = name(story, thread);

	if (who == NULL)
		return -ENOMEM;
	if (closing != NULL)
		return add(story, closing->resource_id, closing->close_stack,
			   finding_text(
				   story->finding, "the close of %.60s began %.2f s %s, on %s, at",
				   closing->class_name != NULL ? closing->class_name : "a scope",
				   seconds(closing->close_ns, closer->now_ns), ago(story, thread),
				   who));
	if (!hang_is_exit(story->hangs, thread))
		return 0;
	return add(story, closer->thread_id, 0,
		   finding_text(story->finding, "the program began to end %.2f s %s, on %s",
				seconds(closer->exit_begun_ns, closer->now_ns), ago(story, thread),
				who));
}

static int add_chain(const struct story *story)
{
	int error = 0;

	for (size_t i = 0; i < story->hang->count && error == 0; i++) {
		const struct wait_edge *edge = edge_of(story, at(story, i));

		error = add_wait(story, story->hang->chain[at(story, i)]);
		if (error == 0 && edge != NULL && edge->reason == WAIT_HOLDS)
			error = add_taking(story, edge);
	}
	return error;
}

/* The others of the pool, which stand alike. */
static int add_pool(const struct story *story)
{
	size_t last = story->hang->chain[story->hang->count - 1], shown = 0;
	const struct wait_process *process = wait_process_of(&story->hangs->graph, last);
	int error = 0;

	for (size_t i = process->first; i < process->first + process->count && error == 0; i++)
		if (i != last && wait_is_alike(&story->hangs->graph, i, last) &&
		    shown++ < POOL_SHOWN)
			error = add_wait(story, i);
	return error;
}

/* What the program keeps, and who has it. */
static int add_kept(const struct story *story)
{
	const struct survivor *kept = leaks_at(story->leaks, story->verdict->kept);
	char noun[LEAK_NOUN_BYTES];
	int error;

	leak_noun(kept, noun);
	error = add(story, kept->id, kept->birth_stack,
		    finding_text(story->finding, "it is kept by %s, created at", noun));
	return error != 0
		       ? error
		       : leak_chain_add_holders(story->finding, story->leaks, story->verdict->kept);
}

/* The others of a process that nobody is left in, as they stand. */
static int add_others(const struct story *story)
{
	const struct wait_process *process =
		wait_process_of(&story->hangs->graph, story->hang->chain[0]);
	size_t shown = 0;
	int error = 0;

	for (size_t i = process->first; i < process->first + process->count && error == 0; i++) {
		bool told = thread_of(story, i)->is_ended;

		for (size_t j = 0; j < story->hang->count; j++)
			told |= story->hang->chain[j] == i;
		if (!told && shown++ < POOL_SHOWN)
			error = add_wait(story, i);
	}
	return error;
}

/* Where its descriptor was closed. */
static int add_closed_under(const struct story *story)
{
	const struct wait_thread *waiter =
		thread_of(story, story->hang->chain[story->hang->count - 1]);

	return add(story, waiter->closed_id, waiter->closed_stack,
		   finding_text(story->finding, "descriptor %llu was closed at",
				(unsigned long long)waiter->subject));
}

static int add_rest(const struct story *story)
{
	const struct hang_verdict *verdict = story->verdict;
	int error = 0;

	if (verdict->pool > 1)
		error = add_pool(story);
	if (error == 0 && strcmp(verdict->ending->name, "own-join") == 0)
		error = add_wait(story, verdict->other);
	if (error == 0 && strcmp(verdict->ending->name, "closed-under") == 0)
		error = add_closed_under(story);
	if (error == 0 && strcmp(verdict->ending->name, "nobody-left") == 0)
		error = add_others(story);
	if (error == 0 && verdict->kept != SURVIVOR_NONE)
		error = add_kept(story);
	for (size_t i = 0; i < story->hang->count && error == 0; i++)
		error = add_close(story, story->hang->chain[at(story, i)]);
	if (error == 0 && story->hang->closer != WAIT_NOBODY)
		error = add_wait(story, story->hang->closer);
	if (error == 0 && story->hang->closer != WAIT_NOBODY)
		error = add_close(story, story->hang->closer);
	if (error == 0 && story->hang->waiting > 1)
		error = add(story, 0, 0,
			    finding_text(story->finding, "%zu threads in all wait for these",
					 story->hang->waiting));
	return error;
}

int hang_tell(struct finding *finding, const struct hangs *hangs, const struct hang *hang,
	      const struct hang_verdict *verdict, const struct leaks *leaks)
{
	struct story story = {finding, hangs, hang, verdict, leaks, 0};
	int error;

	for (size_t i = 0; hang->shape == HANG_CIRCLE && i < hang->count; i++)
		if (hang->chain[i] == verdict->teller)
			story.first = i;
	error = say(&story);
	if (error == 0)
		error = add_chain(&story);
	return error != 0 ? error : add_rest(&story);
}

int hang_tell_beside(struct finding *finding, const struct hangs *hangs, const struct hang *hang)
{
	struct story story = {.finding = finding, .hangs = hangs, .hang = hang};
	int error = add_chain(&story);

	return error != 0 ? error : add_close(&story, hang->chain[0]);
}
