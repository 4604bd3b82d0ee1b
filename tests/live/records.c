/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what a program told by track.h, as its spool has it:  live_records FOLDER
 * One line per record of an annotated kind, or of an op that only annotations use:
 *   op kind#subject [text] [-> kind#other] [traits] [stack]
 * Subjects are numbered in the order in which they appear.
 */
#include <collect/collector.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../deaf.inc.c"

#define SUBJECTS 4096
#define TEXTS 256

/* clang-format off */
static const char *const ops[] = {
#define TRACK_OP(id, name, sayer, stack, turns) [TRACK_OP_##id] = name,
#include <track/ops.def>
#undef TRACK_OP
};
static const char *const kinds[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) [TRACK_KIND_##id] = #name,
#include <track/kinds.def>
#undef TRACK_KIND
};
/* clang-format on */

static uint64_t subjects[SUBJECTS];
static struct text {
	uint64_t id;
	char text[64];
} texts[TEXTS];
static int text_count;
static uint64_t stacks[4096];
static int stack_count;
static uint64_t last_ns;
static uint64_t lost;

static int number_of(uint64_t subject)
{
	for (int i = 0; i < SUBJECTS; i++) {
		if (!subjects[i])
			subjects[i] = subject;
		if (subjects[i] == subject)
			return i + 1;
	}
	abort();
}

static const char *text_of(uint64_t id)
{
	for (int i = text_count; i-- > 0;)
		if (texts[i].id == id)
			return texts[i].text;
	return "(undefined)";
}

static const char *stack_of(uint64_t hash)
{
	for (int i = 0; i < stack_count; i++)
		if (stacks[i] == hash)
			return " stack";
	return hash ? " (undefined stack)" : "";
}

static int on_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth)
{
	(void)ctx, (void)process, (void)time_ns, (void)addresses, (void)depth;
	if (stack_count < (int)(sizeof(stacks) / sizeof(*stacks)))
		stacks[stack_count++] = hash;
	return 0;
}

static int on_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	(void)ctx, (void)process;
	if (text_count < TEXTS) {
		texts[text_count].id = id;
		snprintf(texts[text_count++].text, sizeof(texts->text), "%s", text);
	}
	return 0;
}

static void print_relation(const struct track_relation *relation)
{
	if (relation->text)
		printf(" %s", text_of(relation->text));
	if (!relation->other)
		return;
	if (relation->other_kind == TRACK_KIND_FD)
		printf(" -> fd");
	else
		printf(" -> %s#%d", kinds[relation->other_kind], number_of(relation->other));
}

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	(void)ctx, (void)process;
	bool annotated = TRACK_KINDS_TOLD >> event->kind & 1;
	if (event->op >= TRACK_OP__COUNT || (!annotated && event->op < TRACK_OP_RETAIN))
		return 0;
	if (event->time_ns < last_ns)
		puts("(out of order)");
	last_ns = event->time_ns;
	printf("%s %s", ops[event->op], kinds[event->kind]);
	if (annotated && event->subject)
		printf("#%d", number_of(event->subject));
	if (event->op == TRACK_OP_NAME)
		printf(" %.*s", (int)event->data_bytes, (const char *)event->data);
	else if (event->data_bytes)
		print_relation(event->data);
	if (event->op != TRACK_OP_NAME && event->arg)
		printf(" %" PRIx64, event->arg);
	puts(stack_of(event->stack));
	return 0;
}

static int on_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	(void)ctx, (void)pid, (void)time_ns;
	printf("mark %s\n", text);
	return 0;
}

static int on_note(void *ctx, uint32_t process, enum track_note note, uint64_t count)
{
	(void)ctx, (void)process;
	if (note <= TRACK_NOTE_THREADS_UNSEEN)
		lost += count;
	return 0;
}

int main(int argc, char **argv)
{
	static const struct collect_sink sink = {
		.process = deaf_process,
		.module = deaf_module,
		.unload = deaf_unload,
		.stack = on_stack,
		.text = on_text,
		.event = on_event,
		.standings = deaf_standings,
		.mark = on_mark,
		.note = on_note,
		.flush = deaf_flush,
	};
	struct collector *collector = NULL;
	uint64_t events;
	int ret = argc == 2 ? collector_create(&sink, &collector) : -1;
	if (!ret)
		ret = collector_add(collector, argv[1]);
	if (!ret)
		ret = collector_finish(collector, &events);
	collector_destroy(collector);
	if (lost)
		printf("lost %" PRIu64 "\n", lost);
	if (ret)
		fprintf(stderr, "live_records: error %d\n", ret);
	return ret != 0;
}
