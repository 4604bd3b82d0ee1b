/* SPDX-License-Identifier: Apache-2.0 */
#include "merge_lists.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

/* Adds other to known, if both are about the same. */
typedef bool (*joiner)(void *known, const void *other);

struct list {
	void **items;
	size_t *count;
	size_t offset, count_offset; /* of both in struct report */
	size_t size;
	joiner join; /* NULL: each stands for itself */
};

static bool join_note(void *known, const void *other)
{
	struct report_note *note = known;
	const struct report_note *more = other;

	if (note->lost != more->lost || strcmp(note->name, more->name) != 0 ||
	    strcmp(note->text, more->text) != 0)
		return false;
	note->count += more->count;
	return true;
}

static bool join_stray(void *known, const void *other)
{
	struct report_stray *stray = known;
	const struct report_stray *more = other;

	if (strcmp(stray->op, more->op) != 0 || strcmp(stray->kind, more->kind) != 0)
		return false;
	stray->count += more->count;
	return true;
}

static bool join_tally(void *known, const void *other)
{
	struct report_tally *tally = known;
	const struct report_tally *more = other;

	if (strcmp(tally->kind, more->kind) != 0)
		return false;
	tally->begun += more->begun;
	tally->ended += more->ended;
	tally->alive += more->alive;
	return true;
}

static bool join_rule(void *known, const void *other)
{
	struct report_rule *rule = known;
	const struct report_rule *more = other;

	if (strcmp(rule->name, more->name) != 0)
		return false;
	rule->count += more->count;
	return true;
}

static bool join_scope(void *known, const void *other)
{
	return strcmp(*(const char **)known, *(const char *const *)other) == 0;
}

static void add_item(const struct list *list, const char *item)
{
	char *items = *list->items;

	for (size_t i = 0; list->join && i < *list->count; i++)
		if (list->join(items + i * list->size, item))
			return;
	memcpy(items + (*list->count)++ * list->size, item, list->size);
}

static size_t count_of(const struct list *list, const struct report *report)
{
	return *(const size_t *)((const char *)report + list->count_offset);
}

/* Room for as many as all have together, then those of each. */
static int merge_list(const struct list *list, struct arena *arena, struct report *const *reports,
		      size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++)
		most += count_of(list, reports[i]);
	*list->items = arena_allocate(arena, most, list->size);
	if (!*list->items)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const char *items = *(char *const *)((const char *)reports[i] + list->offset);

		for (size_t j = 0; j < count_of(list, reports[i]); j++)
			add_item(list, items + j * list->size);
	}
	return 0;
}

/* LOST ones first. */
static int by_loss(const void *left, const void *right)
{
	const struct report_note *a = left, *b = right;

	if (a->lost != b->lost)
		return a->lost ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void shift(size_t *process, size_t before)
{
	if (*process != SIZE_MAX)
		*process += before;
}

/* Indices are of the list that they are in now. Threads whose standing is told are left out. */
static void shift_processes(struct report *merged, struct report *const *reports, size_t count)
{
	size_t before = 0, thread = 0, kept = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < reports[i]->process_count; j++)
			shift(&merged->processes[before + j].parent, before);
		for (size_t j = 0; j < reports[i]->thread_count; j++, thread++) {
			shift(&merged->threads[thread].process, before);
			if (!reports[i]->hang_told)
				merged->threads[kept++] = merged->threads[thread];
		}
		before += reports[i]->process_count;
	}
	merged->thread_count = kept;
	merged->hang_told = kept == 0;
}

/* What a filter names and no recording has; what one has is there. */
static void merge_absent(struct report *merged, struct report *const *reports, size_t count)
{
	merged->absent_rule = reports[0]->absent_rule;
	merged->absent_scope = reports[0]->absent_scope;
	merged->absent_mine = reports[0]->absent_mine;
	for (size_t i = 1; i < count; i++) {
		if (!reports[i]->absent_rule)
			merged->absent_rule = NULL;
		if (!reports[i]->absent_scope)
			merged->absent_scope = NULL;
		if (!reports[i]->absent_mine)
			merged->absent_mine = NULL;
	}
}

int merge_lists(struct report *merged, struct report *const *reports, size_t count)
{
	const struct list lists[] = {
	/* clang-format off */
#define LIST(list, number, join) \
		{ (void **)&merged->list, &merged->number, offsetof(struct report, list), \
		  offsetof(struct report, number), sizeof(*merged->list), join }
		LIST(processes, process_count, NULL),
		LIST(threads, thread_count, NULL),
		LIST(notes, note_count, join_note),
		LIST(strays, stray_count, join_stray),
		LIST(tallies, tally_count, join_tally),
		LIST(rules, rule_count, join_rule),
		LIST(scopes, scope_count, join_scope),
#undef LIST
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		int r = merge_list(&lists[i], merged->arena, reports, count);

		if (r < 0)
			return r;
	}
	shift_processes(merged, reports, count);
	merge_absent(merged, reports, count);
	if (merged->note_count)
		qsort(merged->notes, merged->note_count, sizeof(*merged->notes), by_loss);
	return 0;
}
