/* SPDX-License-Identifier: Apache-2.0 */
#include "text_tree.h"

#include <base/text.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text_stack.h"

#define LINES_MAX 19 /* and one that counts the rest */
#define DEPTH_MAX 40 /* below it, processes are only counted */
#define INDENT_MAX 10
#define COMMAND_COLUMNS 60
#define RUNNING_MAX 5

/* A process: the images that followed each other in it. */
struct node {
	const struct report_process *last;	  /* image: how it ended */
	size_t parent, first_child, next_sibling; /* nodes; SIZE_MAX none */
	uint64_t findings, lost;
};

/* Equal siblings. */
struct line {
	size_t parent; /* line; SIZE_MAX none */
	size_t first;  /* into members */
	size_t count;
	unsigned depth;
	bool keep;
};

struct tree {
	const struct report *report;
	struct node *nodes;
	size_t node_count;
	size_t *members; /* nodes, each line's together */
	size_t member_count;
	struct line *lines; /* each followed by those below it */
	size_t line_count;
};

static const char *name_of(const struct report_process *process)
{
	const char *name = process->exe[0] ? process->exe : process->command;

	return name[0] ? text_base_name(name) : "?";
}

static bool is_abnormal(const struct report_process *process)
{
	return strcmp(process->end, "exit") != 0 && strcmp(process->end, "exec") != 0;
}

/* An exec's image is the same process as the image before. */
static bool follows(const struct report *report, const struct report_process *process)
{
	return process->parent != SIZE_MAX && process->image > 0 &&
	       report->processes[process->parent].pid == process->pid;
}

static size_t add_node(struct tree *tree, size_t parent)
{
	struct node *node = &tree->nodes[tree->node_count];

	*node = (struct node){.parent = parent, .first_child = SIZE_MAX, .next_sibling = SIZE_MAX};
	if (parent != SIZE_MAX) {
		node->next_sibling = tree->nodes[parent].first_child;
		tree->nodes[parent].first_child = tree->node_count;
	}
	return tree->node_count++;
}

/* of_image: scratch, the node of each image. */
static void find_nodes(struct tree *tree, size_t *of_image)
{
	const struct report *report = tree->report;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];
		size_t parent = process->parent == SIZE_MAX ? SIZE_MAX : of_image[process->parent];

		of_image[i] = follows(report, process) ? parent : add_node(tree, parent);
		tree->nodes[of_image[i]].last = process;
		tree->nodes[of_image[i]].findings += process->findings;
		tree->nodes[of_image[i]].lost += process->lost;
	}
}

/* What makes siblings equal. */
static int compare(const struct node *a, const struct node *b)
{
	int order = strcmp(name_of(a->last), name_of(b->last));

	if (order == 0)
		order = strcmp(a->last->end, b->last->end);
	if (order == 0)
		order = (a->last->code > b->last->code) - (a->last->code < b->last->code);
	if (order == 0)
		order = (a->findings > 0) - (b->findings > 0);
	return order ? order : (a->lost > 0) - (b->lost > 0);
}

static int by_likeness(const void *left, const void *right, void *ctx)
{
	const struct tree *tree = ctx;
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	int order = compare(&tree->nodes[a], &tree->nodes[b]);

	return order ? order : (a > b) - (a < b);
}

static int by_start(const void *left, const void *right, void *ctx)
{
	const struct tree *tree = ctx;
	size_t a = tree->members[((const struct line *)left)->first];
	size_t b = tree->members[((const struct line *)right)->first];

	return (a > b) - (a < b);
}

/* The children of the nodes of a line (SIZE_MAX: the roots), at the end of members. */
static size_t take_children(struct tree *tree, size_t line)
{
	size_t before = tree->member_count;

	if (line == SIZE_MAX) {
		for (size_t i = 0; i < tree->node_count; i++)
			if (tree->nodes[i].parent == SIZE_MAX)
				tree->members[tree->member_count++] = i;
		return tree->member_count - before;
	}
	for (size_t i = 0; i < tree->lines[line].count; i++) {
		size_t node = tree->members[tree->lines[line].first + i];
		size_t child = tree->nodes[node].first_child;

		for (; child != SIZE_MAX; child = tree->nodes[child].next_sibling)
			tree->members[tree->member_count++] = child;
	}
	return tree->member_count - before;
}

/*
 * Fold the children of a line, and theirs. Every node becomes a member once, so
 * there are never more lines than nodes. groups: room for as many lines.
 */
static void fold(struct tree *tree, size_t parent, unsigned depth, struct line *groups)
{
	size_t first = tree->member_count, count = take_children(tree, parent), group_count = 0;

	qsort_r(tree->members + first, count, sizeof(size_t), by_likeness, tree);
	for (size_t i = first; i < first + count; i++) {
		struct line *group = groups + group_count - 1;

		if (i > first && compare(&tree->nodes[tree->members[group->first]],
					 &tree->nodes[tree->members[i]]) == 0)
			group->count++;
		else
			groups[group_count++] = (struct line){
				.parent = parent, .first = i, .count = 1, .depth = depth};
	}
	qsort_r(groups, group_count, sizeof(*groups), by_start, tree);
	for (size_t i = 0; i < group_count; i++) {
		size_t line = tree->line_count++;

		tree->lines[line] = groups[i];
		if (depth < DEPTH_MAX)
			fold(tree, line, depth + 1, groups + group_count);
	}
}

static bool is_notable(const struct tree *tree, const struct line *line)
{
	const struct node *node = &tree->nodes[tree->members[line->first]];

	return node->findings || node->lost || is_abnormal(node->last);
}

/* A line with those above it, as far as there is room. */
static void keep(struct tree *tree, size_t line, size_t *room)
{
	size_t missing = 0;

	for (size_t at = line; at != SIZE_MAX; at = tree->lines[at].parent)
		missing += !tree->lines[at].keep;
	if (missing > *room)
		return;
	for (size_t at = line; at != SIZE_MAX; at = tree->lines[at].parent)
		tree->lines[at].keep = true;
	*room -= missing;
}

static void choose_lines(struct tree *tree)
{
	size_t room = LINES_MAX;

	for (size_t i = 0; i < tree->line_count; i++)
		if (is_notable(tree, &tree->lines[i]))
			keep(tree, i, &room);
	for (unsigned depth = 0; depth <= DEPTH_MAX && room; depth++)
		for (size_t i = 0; i < tree->line_count && room; i++)
			if (tree->lines[i].depth == depth && !tree->lines[i].keep)
				keep(tree, i, &room);
}

/* 9998 as "9,998". */
static void write_count(FILE *stream, uint64_t count)
{
	if (count >= 1000) {
		write_count(stream, count / 1000);
		fprintf(stream, ",%03" PRIu64, count % 1000);
	} else {
		fprintf(stream, "%" PRIu64, count);
	}
}

/* Bytes of text that fill at most so many columns. */
static size_t fitting(const char *text, size_t columns)
{
	size_t bytes = 0;

	while (text[bytes] && columns--) {
		bytes++;
		while (((unsigned char)text[bytes] & 0xc0) == 0x80)
			bytes++;
	}
	return bytes;
}

static const char *command_of(const struct tree *tree, const struct line *line, size_t index)
{
	return tree->nodes[tree->members[line->first + index]].last->command;
}

/* Bytes of the words that both begin with; a ends after length bytes. */
static size_t shared_words(const char *a, size_t length, const char *b)
{
	size_t shared = 0;

	for (size_t i = 0;; i++) {
		bool ends = i == length || a[i] == ' ';

		if (ends && (!b[i] || b[i] == ' '))
			shared = i;
		if (i == length || a[i] != b[i])
			return shared;
	}
}

/* The words that all have in common, "..." for the rest. */
static void write_command(FILE *stream, const struct tree *tree, const struct line *line)
{
	const char *text = command_of(tree, line, 0);
	size_t shown = fitting(text, COMMAND_COLUMNS);
	bool more = false;

	for (size_t i = 1; i < line->count; i++)
		shown = shared_words(text, shown, command_of(tree, line, i));
	for (size_t i = 0; i < line->count; i++)
		more |= command_of(tree, line, i)[shown] != 0;
	if (shown)
		fprintf(stream, "%.*s", (int)shown, text);
	else
		fputs(name_of(tree->nodes[tree->members[line->first]].last), stream);
	fputs(more ? " ..." : "", stream);
}

static void write_end(FILE *stream, const struct report_process *process)
{
	if (strcmp(process->end, "exit") == 0 && process->code != INT32_MIN)
		fprintf(stream, ", exit %d", process->code);
	else if (strcmp(process->end, "exit") == 0)
		fprintf(stream, ", ended");
	else if (strcmp(process->end, "signal") == 0)
		fprintf(stream, ", killed by signal %d (%s)", process->code,
			strsignal(process->code));
	else if (strcmp(process->end, "exec") == 0)
		fprintf(stream, ", became a program that is not recorded");
	else if (strcmp(process->end, "running") == 0)
		fprintf(stream, ", still running");
	else
		fprintf(stream, ", killed or crashed");
}

static void write_line(FILE *stream, const struct tree *tree, const struct line *line)
{
	const struct node *node = &tree->nodes[tree->members[line->first]];
	uint64_t findings = 0, lost = 0;
	unsigned depth = line->depth < INDENT_MAX ? line->depth : INDENT_MAX;

	for (size_t i = 0; i < line->count; i++) {
		findings += tree->nodes[tree->members[line->first + i]].findings;
		lost += tree->nodes[tree->members[line->first + i]].lost;
	}
	fprintf(stream, "%*s", (int)(2 * depth), "");
	if (line->count > 1) {
		write_count(stream, line->count);
		fputs(" x ", stream);
	}
	write_command(stream, tree, line);
	if (line->count == 1)
		fprintf(stream, " (pid %d)", node->last->pid);
	write_end(stream, node->last);
	if (findings)
		fprintf(stream, ", %" PRIu64 " finding%s", findings, text_plural(findings));
	if (lost)
		fprintf(stream, ", evidence lost: %" PRIu64, lost);
	fputc('\n', stream);
}

static void write_tree(FILE *stream, const struct tree *tree)
{
	size_t shown = 0;
	bool first = true;

	for (size_t i = 0; i < tree->line_count; i++) {
		if (!tree->lines[i].keep)
			continue;
		fprintf(stream, "  %-12s ", first ? "processes" : "");
		write_line(stream, tree, &tree->lines[i]);
		shown += tree->lines[i].count;
		first = false;
	}
	if (shown == tree->node_count)
		return;
	fprintf(stream, "  %-12s +", "");
	write_count(stream, tree->node_count - shown);
	fputs(" more (--format json lists them all)\n", stream);
}

int text_tree(FILE *stream, const struct report *report)
{
	struct tree tree = {.report = report};
	size_t count = report->process_count;
	struct line *groups = calloc(count, sizeof(*groups));
	size_t *of_image = calloc(count, sizeof(*of_image));
	int r = -ENOMEM;

	tree.nodes = calloc(count, sizeof(*tree.nodes));
	tree.members = calloc(count, sizeof(*tree.members));
	tree.lines = calloc(count, sizeof(*tree.lines));
	if (count && !(groups && of_image && tree.nodes && tree.members && tree.lines))
		goto out;
	r = 0;
	if (count)
		find_nodes(&tree, of_image);
	if (tree.node_count < 2)
		goto out;
	fold(&tree, SIZE_MAX, 0, groups);
	choose_lines(&tree);
	write_tree(stream, &tree);
out:
	free(tree.lines);
	free(tree.members);
	free(tree.nodes);
	free(of_image);
	free(groups);
	return r;
}

void text_running(FILE *stream, const struct report *report)
{
	size_t running = 0;

	/* Of a recording that was cut off, nobody knows. */
	if (!report->finished)
		return;
	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (strcmp(process->end, "running") != 0 || running++ >= RUNNING_MAX)
			continue;
		fprintf(stream, "%spid %d %s",
			running == 1 ? "  still running when the recording ended: " : ", ",
			process->pid, name_of(process));
	}
	if (running > RUNNING_MAX)
		fprintf(stream, ", +%zu more", running - RUNNING_MAX);
	if (running)
		fputc('\n', stream);
}
