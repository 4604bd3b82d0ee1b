/* SPDX-License-Identifier: Apache-2.0 */
#include "leak_family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"
#include "leak_cause.h"
#include "word.h"

static bool is_socket(const struct leaks *leaks, const struct survivor *survivor)
{
	(void)leaks;
	return word_is_socket_name(survivor->class_name);
}

/* A library's object tells of what it has for itself: a loop of the descriptors that it waits by.
 */
static bool is_told(const struct leaks *leaks, const struct survivor *survivor)
{
	const struct survivor *owner =
		survivor->owner != SURVIVOR_NONE ? leaks_at(leaks, survivor->owner) : survivor;

	return kind_of(survivor->kind)->is_told &&
	       !(owner->kind == TRACK_KIND_OBJECT && survivor_is_alive(owner) &&
		 (owner->traits & TRACK_FROM_PACK) != 0);
}

/* A handler that nobody took back when its owner went. */
static bool is_handler(const struct leaks *leaks, const struct survivor *survivor)
{
	return survivor_is_persistent(survivor) && survivor->fate == FATE_LEAKED &&
	       !survivor_is_alive(leaks_at(leaks, survivor->outlived));
}

/* Of what a root holds, what weighs most is told. */
static const struct weight {
	enum track_kind kind;
	enum rule rule;
	bool (*which)(const struct leaks *leaks, const struct survivor *survivor); /* NULL: all */
	bool only_first; /* objects keep others alive: those that none of them keeps are told */
} weights[] = {
	/* clang-format off */
	{TRACK_KIND_FD, RULE_FD_LEAK, is_socket, false},
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) {TRACK_KIND_##id, RULE_##rule, is_told, false},
#include <track/kinds.def>
#undef TRACK_KIND
	{TRACK_KIND_OBJECT, RULE_REF_LEAK, NULL, true},
	{TRACK_KIND_OBJECT, RULE_REF_LEAK, NULL, false},
	{TRACK_KIND_CALLBACK, RULE_CALLBACK_UNFIRED, is_handler, false},
	/* clang-format on */
};

static bool weighs(const struct leaks *leaks, const struct weight *weight,
		   const struct survivor *survivor)
{
	return survivor->kind == weight->kind &&
	       (weight->which == NULL || weight->which(leaks, survivor));
}

/* Itself, or through scopes that are an object's. */
static bool is_kept_by_object(const struct leaks *leaks, size_t index, unsigned depth)
{
	for (size_t i = leaks->links.first_up[index]; i < leaks->links.first_up[index + 1]; i++) {
		size_t keeper = leaks->links.up[i].keeper;

		if (!leak_graph_joins(&leaks->survivors, &leaks->links.up[i]))
			continue;
		if (leaks_at(leaks, keeper)->kind == TRACK_KIND_OBJECT)
			return true;
		if (leaks_at(leaks, keeper)->kind == TRACK_KIND_SCOPE &&
		    depth < SURVIVOR_OWNERS_MAX && is_kept_by_object(leaks, keeper, depth + 1))
			return true;
	}
	return false;
}

/* Of what lies between begin and end in held. */
static int add_weighing(struct leaks *leaks, const struct leak *about, const struct weight *weight,
			size_t begin, size_t end)
{
	size_t before = leaks->count;
	int error = 0;

	for (size_t i = begin; i < end && error == 0; i++) {
		struct leak leak = *about;

		leak.head = leaks->held[i];
		leak.rule = weight->rule;
		if (weighs(leaks, weight, leaks_at(leaks, leak.head)) &&
		    !(weight->only_first && is_kept_by_object(leaks, leak.head, 0)))
			error = leaks_add(leaks, &leak);
	}
	return error != 0 ? error : leaks->count > before;
}

/* Whether references for the same purpose keep both. */
static bool share_tag(const struct leaks *leaks, const struct survivor *one,
		      const struct survivor *other)
{
	const struct survivor_reference *references = leaks->survivors.references;

	for (size_t i = 0; i < one->reference_count; i++)
		for (size_t j = 0; j < other->reference_count; j++) {
			const char *tag = references[one->first_reference + i].tag;
			const char *same = references[other->first_reference + j].tag;

			if (tag != NULL && same != NULL && strcmp(tag, same) == 0)
				return true;
		}
	return false;
}

/* Another root that one and the same forgetful close left behind. */
static bool is_sibling(const struct leaks *leaks, size_t root, size_t part)
{
	size_t other = leaks->graph.members[leaks->graph.first[part]];
	const struct survivor *one = leaks_at(leaks, root), *two = leaks_at(leaks, other);

	return one->kind == TRACK_KIND_OBJECT && two->kind == TRACK_KIND_OBJECT &&
	       one->outlived != SURVIVOR_NONE && one->fate == two->fate &&
	       one->outlived == two->outlived && !leaks->taken[other] &&
	       leak_graph_is_root(&leaks->graph, part) && leak_cause(leaks, part) == CAUSE_OTHER &&
	       share_tag(leaks, one, two);
}

/* The scope that it is in, that was not closed though what it belongs to was. */
static size_t untorn_scope(const struct leaks *leaks, size_t index)
{
	size_t outlived = leaks_at(leaks, index)->outlived, scope = SURVIVOR_NONE,
	       steps = SURVIVOR_OWNERS_MAX;

	for (size_t i = index; i != SURVIVOR_NONE && i != outlived && steps-- > 0;
	     i = leaks_at(leaks, i)->owner) {
		const struct survivor *one = leaks_at(leaks, i);

		if (one->kind == TRACK_KIND_SCOPE && survivor_is_alive(one) && one->close_ns == 0)
			scope = i;
		/* That it should have been closed is told of the scope itself. */
		if (survivor_is_unclosed(one))
			return SURVIVOR_NONE;
	}
	return scope;
}

/* Whether the scope is one of its owners, through others too. */
static bool is_below(const struct leaks *leaks, size_t index, size_t scope)
{
	for (size_t i = 0; i < SURVIVOR_OWNERS_MAX && index != SURVIVOR_NONE && index != scope; i++)
		index = leaks_at(leaks, index)->owner;
	return index == scope;
}

/* Another root that the close did not come to, or that ended with no more than a word. */
static bool is_untorn(const struct leaks *leaks, size_t root, size_t part)
{
	size_t other = leaks->graph.members[leaks->graph.first[part]];
	const struct survivor *one = leaks_at(leaks, root), *two = leaks_at(leaks, other);

	return two->fate == FATE_LEAKED && !leaks->taken[other] &&
	       leak_graph_is_root(&leaks->graph, part) && is_below(leaks, other, one->outlived) &&
	       ((one != two && two->kind == TRACK_KIND_OBJECT) ||
		untorn_scope(leaks, other) != SURVIVOR_NONE);
}

static int by_outlived(const void *left, const void *right)
{
	const struct leak_part *a = left, *b = right;

	if (a->outlived != b->outlived)
		return a->outlived < b->outlived ? -1 : 1;
	return (a->part > b->part) - (a->part < b->part);
}

int leak_family_sort(struct leaks *leaks)
{
	size_t count = leaks->graph.part_count;

	leaks->by_outlived = calloc(count + 1, sizeof(*leaks->by_outlived));
	leaks->with = calloc(leaks->survivors.count + 1, sizeof(*leaks->with));
	if (leaks->by_outlived == NULL || leaks->with == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < leaks->survivors.count; i++)
		leaks->with[i] = (struct leak_with){.first = SURVIVOR_NONE, .next = SURVIVOR_NONE};
	for (size_t part = 0; part < count; part++)
		leaks->by_outlived[part] = (struct leak_part){
			.outlived = leaks_at(leaks, leaks->graph.members[leaks->graph.first[part]])
					    ->outlived,
			.part = part,
		};
	qsort(leaks->by_outlived, count, sizeof(*leaks->by_outlived), by_outlived);
	return 0;
}

/* Roots that may be of a family: some of by_outlived, and which of them are. */
struct kin {
	size_t first, end;
	bool (*belongs)(const struct leaks *leaks, size_t root, size_t part);
};

/* The first of by_outlived that outlived this, or a later one. */
static size_t find_outlived(const struct leaks *leaks, size_t outlived)
{
	size_t first = 0, end = leaks->graph.part_count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (leaks->by_outlived[middle].outlived < outlived)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

/* Through its owners; SURVIVOR_NONE: none of them is one. */
static size_t head_above(const struct leaks *leaks, size_t index)
{
	for (size_t i = 0; i < SURVIVOR_OWNERS_MAX && index != SURVIVOR_NONE; i++) {
		if (leaks->with[index].is_head)
			return index;
		index = leaks_at(leaks, index)->owner;
	}
	return SURVIVOR_NONE;
}

/* Of a family: a root, the end of what it keeps in held, and the end of its leaks. */
struct relative {
	size_t root, end, leaks_end;
};

static void add_with(struct leaks *leaks, size_t head, size_t kept)
{
	struct leak_with *with = &leaks->with[head];

	if (with->first == SURVIVOR_NONE)
		with->first = kept;
	else
		leaks->with[with->last].next = kept;
	with->last = kept;
}

/*
 * Each of the rest of a family stays with one head: that it belongs to, or else the first of its
 * root's, or else the first of all.
 */
static void give_rest(struct leaks *leaks, const struct relative *family, size_t count,
		      size_t first_leak, size_t first_held)
{
	size_t leak = first_leak, held = first_held;

	for (size_t i = first_leak; i < leaks->count; i++)
		leaks->with[leaks->items[i].head].is_head = true;
	for (size_t j = 0; j < count && first_leak < leaks->count; leak = family[j++].leaks_end) {
		size_t of_root = leak < family[j].leaks_end ? leak : first_leak;

		for (; held < family[j].end; held++) {
			size_t kept = leaks->held[held], head = head_above(leaks, kept);

			if (head == kept)
				continue;
			if (head == SURVIVOR_NONE)
				head = leaks->items[of_root].head;
			add_with(leaks, head, kept);
		}
	}
}

/* What weighs most of all that one close left behind, each with the root that keeps it. */
static int add_family(struct leaks *leaks, struct leak leak, const struct kin *kin)
{
	struct relative *family = calloc(kin->end - kin->first + 1, sizeof(*family));
	size_t count = 0, first_leak = leaks->count;
	int added = 0;

	if (family == NULL)
		return -ENOMEM;
	family[count++] = (struct relative){leak.root, leaks->held_count, 0};
	for (size_t i = kin->first; i < kin->end; i++) {
		size_t part = leaks->by_outlived[i].part;

		if (!kin->belongs(leaks, leak.root, part))
			continue;
		leaks_take(leaks, part);
		family[count++] = (struct relative){leaks->graph.members[leaks->graph.first[part]],
						    leaks->held_count, 0};
	}
	leak.held_count = leaks->held_count - leak.first_held;
	for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]) && added == 0; i++) {
		size_t begin = leak.first_held;

		for (size_t j = 0; j < count && added >= 0; begin = family[j++].end) {
			int more;

			leak.root = family[j].root;
			more = add_weighing(leaks, &leak, &weights[i], begin, family[j].end);
			added = more < 0 ? more : added | more;
			family[j].leaks_end = leaks->count;
		}
	}
	if (added > 0)
		give_rest(leaks, family, count, first_leak, leak.first_held);
	free(family);
	return added < 0 ? added : 0;
}

int leak_family_add_siblings(struct leaks *leaks, const struct leak *leak)
{
	const struct survivor *root = leaks_at(leaks, leak->root);
	struct kin kin = {.belongs = is_sibling};

	if (root->kind == TRACK_KIND_OBJECT && root->reference_count > 0) {
		kin.first = find_outlived(leaks, root->outlived);
		kin.end = kin.first;
		while (kin.end < leaks->graph.part_count &&
		       leaks->by_outlived[kin.end].outlived == root->outlived)
			kin.end++;
	}
	return add_family(leaks, *leak, &kin);
}

int leak_family_add_untorn(struct leaks *leaks)
{
	const struct kin kin = {.end = leaks->graph.part_count, .belongs = is_untorn};
	int error = 0;

	for (size_t part = 0; part < leaks->graph.part_count && error == 0; part++) {
		size_t root = leaks->graph.members[leaks->graph.first[part]];
		struct leak leak = {.root = root, .head = root, .first_held = leaks->held_count};

		/* A connection that was to be closed is told as that, where it is all there is. */
		if (leak_cause(leaks, part) == CAUSE_SCOPE || !is_untorn(leaks, root, part))
			continue;
		leaks_take(leaks, part);
		error = add_family(leaks, leak, &kin);
	}
	return error;
}
