/* SPDX-License-Identifier: Apache-2.0 */
#include "leak_chain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "leak_places.h"
#include "word.h"

#define AT_ONCE_NS 1000000 /* a call that took no longer is not worth its time */

/* What is told of one step, and of a reference's tags in a sentence. */
enum { HOLDERS_MAX = 6, TAGS_MAX = 3, TEXT_BYTES = 256 };

void leak_noun(const struct survivor *survivor, char *ret_noun)
{
	char noun[FINDING_NOUN_BYTES];

	class_noun(word_kind(survivor->kind), survivor->class_name, false, noun);
	/* "a UDP socket": its letters are spelled out. */
	snprintf(ret_noun, LEAK_NOUN_BYTES, "%s %s",
		 noun[0] != '\0' && strchr("AEIOaeio", noun[0]) != NULL ? "an" : "a", noun);
}

/* The noun, and what the program calls this one. */
static const char *call(struct finding *finding, const struct survivor *survivor)
{
	char noun[FINDING_NOUN_BYTES];

	class_noun(word_kind(survivor->kind), survivor->class_name, false, noun);
	if (survivor->name == NULL || survivor->name[0] == '\0')
		return finding_text(finding, "%s", noun);
	return finding_text(finding, "%s '%s'", noun, survivor->name);
}

struct walk {
	size_t *from; /* the link that led there, and one; 0: not seen */
	size_t *queue;
	size_t count;
};

/* Backwards from the last, and then turned. Of a long one the end stays, and the beginning. */
static void write_path(const struct leaks *leaks, const struct walk *walk, const struct leak *leak,
		       size_t last, struct leak_path *ret_path)
{
	const struct link *links = leaks->links.up;
	size_t length = 0;

	ret_path->count = 0;
	for (size_t i = last; i != leak->head; i = links[walk->from[i] - 1].kept)
		walk->queue[length++] = i;
	walk->queue[length++] = leak->head;
	while (length-- > 0) {
		size_t place =
			ret_path->count < LEAK_PATH_MAX ? ret_path->count++ : LEAK_PATH_MAX - 1;

		ret_path->steps[place] = walk->queue[length];
		ret_path->owned[place] =
			length > 0 && links[walk->from[walk->queue[length - 1]] - 1].owns;
	}
}

/* Breadth first, so that the shortest way is told. */
static void search(const struct leaks *leaks, const struct leak *leak, struct walk *walk,
		   struct leak_path *ret_path)
{
	const struct links *links = &leaks->links;

	*ret_path = (struct leak_path){.steps = {leak->head}, .count = 1};
	walk->queue[walk->count++] = leak->head;
	for (size_t done = 0; done < walk->count; done++) {
		size_t from = walk->queue[done];

		for (size_t i = links->first_up[from]; i < links->first_up[from + 1]; i++) {
			size_t keeper = links->up[i].keeper;

			if (!leak_graph_joins(&leaks->survivors, &links->up[i]))
				continue;
			if (leak->circle && keeper == leak->head) {
				write_path(leaks, walk, leak, from, ret_path);
				ret_path->owned[ret_path->count - 1] = links->up[i].owns;
				return;
			}
			if (walk->from[keeper] != 0 || keeper == leak->head)
				continue;
			walk->from[keeper] = i + 1;
			walk->queue[walk->count++] = keeper;
			if (!leak->circle && keeper == leak->root) {
				write_path(leaks, walk, leak, keeper, ret_path);
				return;
			}
		}
	}
}

int leak_path_find(const struct leaks *leaks, const struct leak *leak, struct leak_path *ret_path)
{
	struct walk walk = {
		.from = calloc(leaks->survivors.count, sizeof(size_t)),
		.queue = calloc(leaks->survivors.count, sizeof(size_t)),
	};
	int error = walk.from != NULL && walk.queue != NULL ? 0 : -ENOMEM;

	if (error == 0)
		search(leaks, leak, &walk, ret_path);
	free(walk.from);
	free(walk.queue);
	return error;
}

static int add(struct finding *finding, const struct survivor *about, int64_t stack_id,
	       const char *role)
{
	struct finding_evidence evidence = {
		.resource_id = about->id,
		.stack_id = stack_id,
		.role = role,
	};

	return role != NULL ? finding_add_evidence(finding, &evidence) : -ENOMEM;
}

/* Nobody there could still let it go. */
static const char *holder_state(const struct survivor *holder)
{
	if (!survivor_is_alive(holder))
		return ", which is gone";
	return holder->kind == TRACK_KIND_SCOPE && holder->closed_ns != 0 ? ", which is closed"
									  : "";
}

/* held by "checklist" of an IceAgent: 2 of 5 released, taken at */
static const char *reference_role(struct finding *finding, const struct leaks *leaks,
				  const struct survivor_reference *reference)
{
	char tag[TEXT_BYTES] = "", holder[LEAK_NOUN_BYTES + 16] = "";
	bool held = reference->holder != SURVIVOR_NONE;
	const char *verb = reference->waker ? "can be woken by" : "held by";

	if (held)
		leak_noun(leaks_at(leaks, reference->holder), holder);
	else if (!reference->by_nobody)
		snprintf(holder, sizeof(holder), "somebody unknown");
	if (reference->tag != NULL)
		snprintf(tag, sizeof(tag), "\"%.200s\"%s", reference->tag,
			 holder[0] != '\0' ? " of " : "");
	else if (holder[0] == '\0')
		snprintf(tag, sizeof(tag), "nobody in particular");
	return finding_text(finding, "%s %s%s%s: %llu of %llu released, taken at", verb, tag,
			    holder, held ? holder_state(leaks_at(leaks, reference->holder)) : "",
			    (unsigned long long)reference->released,
			    (unsigned long long)reference->retained);
}

/* All that is left of what a pack tells of is what its maker got: "created at" says so. */
static bool is_birth_alone(const struct leaks *leaks, const struct survivor *survivor)
{
	const struct survivor_reference *reference;

	if ((survivor->traits & TRACK_FROM_PACK) == 0 || survivor->reference_count != 1)
		return false;
	reference = &leaks->survivors.references[survivor->first_reference];
	return reference->stack_id == survivor->birth_stack && reference->retained == 1 &&
	       reference->by_nobody && !reference->waker;
}

/* Which of several is left, is not known: all places, but where it was made, which was told. */
static int add_places(struct finding *finding, const struct survivor *survivor,
		      const struct leak_places *places)
{
	size_t shown = 0, count = 0;
	int error = add(finding, survivor, 0,
			finding_text(finding, "%llu of %llu references left; which is not certain",
				     (unsigned long long)places->left,
				     (unsigned long long)places->taken));

	for (size_t i = 0; i < places->count && error == 0; i++) {
		if (places->items[i].stack == survivor->birth_stack)
			continue;
		count++;
		if (shown == HOLDERS_MAX)
			continue;
		shown++;
		error = add(finding, survivor, places->items[i].stack, "a reference was taken at");
	}
	if (error == 0 && count > shown)
		error = add(finding, survivor, 0,
			    finding_text(finding, "and references were taken at %zu more places",
					 count - shown));
	return error;
}

static int add_references(struct finding *finding, const struct leaks *leaks, size_t index)
{
	const struct survivor *survivor = leaks_at(leaks, index);
	size_t shown =
		survivor->reference_count < HOLDERS_MAX ? survivor->reference_count : HOLDERS_MAX;
	struct leak_places places;
	int error = leak_places_find(leaks, index, &places);

	if (error != 0)
		return error;
	if (places.count > 0)
		return add_places(finding, survivor, &places);
	if (is_birth_alone(leaks, survivor))
		return 0;
	for (size_t i = 0; i < shown && error == 0; i++) {
		const struct survivor_reference *reference =
			&leaks->survivors.references[survivor->first_reference + i];

		error = add(finding, survivor, reference->stack_id,
			    reference_role(finding, leaks, reference));
	}
	if (error == 0 && survivor->reference_count > shown)
		error = add(finding, survivor, 0,
			    finding_text(finding, "and held from %zu more places",
					 survivor->reference_count - shown));
	return error;
}

/* All are given back: who did so last was to destroy it. */
static int add_unheld(struct finding *finding, const struct survivor *object)
{
	if (object->released_stack == 0)
		return add(finding, object, 0,
			   "no reference to it is left, and nobody destroyed it");
	return add(finding, object, object->released_stack,
		   "no reference to it is left, and nobody destroyed it; one was released at");
}

static bool is_unheld(const struct survivor *survivor)
{
	return survivor->kind == TRACK_KIND_OBJECT && survivor->refs == 0 &&
	       survivor->reference_count == 0;
}

int leak_chain_add_holders(struct finding *finding, const struct leaks *leaks, size_t index)
{
	const struct survivor *survivor = leaks_at(leaks, index);

	return is_unheld(survivor) ? add_unheld(finding, survivor)
				   : add_references(finding, leaks, index);
}

/* What waits at the end of the chain. */
static int add_end(struct finding *finding, const struct leaks *leaks, const struct leak *leak)
{
	const struct survivor *root = leaks_at(leaks, leak->root);

	if (leak->rule == RULE_TASK_LOST_WAKER)
		return add(finding, root, 0,
			   "it is pending, and nothing is left that could wake it");
	if (root->kind == TRACK_KIND_TASK)
		return add(finding, root, 0,
			   root->woken > 0 ? "it is to be polled, and was not" : "it is pending");
	if (root->kind == TRACK_KIND_TIMER)
		return add(finding, root, 0, "it is armed");
	return is_unheld(root) ? add_unheld(finding, root) : 0;
}

static double seconds(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 : 0.0;
}

/* How long a close took, as it is said. */
static const char *took(struct finding *finding, const struct survivor *scope)
{
	if (scope->closed_ns < scope->close_ns + AT_ONCE_NS)
		return "at once";
	return finding_text(finding, "after %.3f s", seconds(scope->close_ns, scope->closed_ns));
}

static int add_refused(struct finding *finding, const struct survivor *scope, const char *whose,
		       const char *name)
{
	return add(finding, scope, scope->close_stack,
		   finding_text(finding,
				"%s %s refused %.2f s before the end to be closed by thread %u, at",
				whose, name, seconds(scope->close_ns, scope->end_ns),
				scope->close_tid));
}

/* Its scope's close, or the end of what it belonged to. */
static int add_outlived(struct finding *finding, const struct leaks *leaks, const struct leak *leak)
{
	const struct survivor *head = leaks_at(leaks, leak->head), *outlived;
	const char *name, *whose = head->fate == FATE_SUSPECT ? "made inside a call of the" : "its";
	const char *which = head->fate == FATE_SUSPECT ? ", which" : "";

	if (head->outlived == SURVIVOR_NONE)
		return 0;
	outlived = leaks_at(leaks, head->outlived);
	name = call(finding, outlived);
	if (name == NULL)
		return -ENOMEM;
	if (survivor_is_alive(outlived) && (outlived->traits & SURVIVOR_REFUSED) != 0)
		return add_refused(finding, outlived, whose, name);
	if (outlived->kind == TRACK_KIND_SCOPE && outlived->closed_ns != 0) {
		const char *duration = took(finding, outlived);

		if (duration == NULL)
			return -ENOMEM;
		return add(finding, outlived, outlived->close_stack,
			   finding_text(finding,
					"%s %s%s was closed %.2f s before the end by thread %u "
					"(the call returned %s), at",
					whose, name, which,
					seconds(outlived->close_ns, outlived->end_ns),
					outlived->close_tid, duration));
	}
	return add(finding, outlived, outlived->death_stack,
		   finding_text(finding, "%s %s%s ended %.2f s before the end, at", whose, name,
				which, seconds(outlived->over_ns, outlived->end_ns)));
}

/* The step that keeps the one before. */
static int add_keeper(struct finding *finding, const struct survivor *keeper, bool owns)
{
	const char *name = call(finding, keeper);

	if (name == NULL)
		return -ENOMEM;
	return add(finding, keeper, keeper->birth_stack,
		   finding_text(finding,
				owns ? "it belongs to the %s, created at"
				     : "it is held by the %s, created at",
				name));
}

static int add_circle(struct finding *finding, const struct leaks *leaks,
		      const struct leak_path *path)
{
	int error = 0;

	for (size_t i = 0; i < path->count && error == 0; i++) {
		const struct survivor *kept = leaks_at(leaks, path->steps[i]);
		size_t next = path->steps[(i + 1) % path->count];
		const char *name = call(finding, kept), *by = call(finding, leaks_at(leaks, next));
		int64_t stack = leaks_at(leaks, next)->birth_stack;

		for (size_t j = 0; j < kept->reference_count && !path->owned[i]; j++) {
			const struct survivor_reference *reference =
				&leaks->survivors.references[kept->first_reference + j];

			if (reference->holder == next)
				stack = reference->stack_id;
		}
		if (name == NULL || by == NULL)
			return -ENOMEM;
		/* A scope and the object that it is made of say nothing of each other. */
		if (path->count > 2 && path->owned[i] && strcmp(name, by) == 0)
			continue;
		error = add(finding, kept, stack,
			    finding_text(finding,
					 path->owned[i] ? "the %s belongs to the %s, created at"
							: "the %s is held by the %s, taken at",
					 name, by));
	}
	return error;
}

int leak_chain_add(struct finding *finding, const struct leaks *leaks, const struct leak *leak)
{
	struct leak_path path;
	const struct survivor *last;
	int error = leak_path_find(leaks, leak, &path);

	if (error == 0 && leak->circle)
		error = add_circle(finding, leaks, &path);
	for (size_t i = 0; i < path.count && error == 0 && !leak->circle; i++) {
		if (i > 0)
			error = add_keeper(finding, leaks_at(leaks, path.steps[i]),
					   path.owned[i - 1]);
		if (error == 0)
			error = add_references(finding, leaks, path.steps[i]);
	}
	if (error != 0)
		return error;
	/* What keeps the last one is no leak itself. */
	last = leaks_at(leaks, path.steps[path.count - 1]);
	if (!leak->circle && last->owner != SURVIVOR_NONE && last->owner != last->outlived &&
	    survivor_is_alive(leaks_at(leaks, last->owner)))
		error = add_keeper(finding, leaks_at(leaks, last->owner), true);
	if (error == 0)
		error = add_end(finding, leaks, leak);
	return error != 0 ? error : add_outlived(finding, leaks, leak);
}

struct tag_sum {
	const char *tag;
	uint64_t count;
};

static uint64_t sum_tags(const struct leaks *leaks, const struct survivor *survivor,
			 struct tag_sum *sums, size_t *ret_count)
{
	uint64_t total = 0;
	size_t count = 0;

	for (size_t i = 0; i < survivor->reference_count; i++) {
		const struct survivor_reference *reference =
			&leaks->survivors.references[survivor->first_reference + i];
		const char *tag = reference->tag != NULL ? reference->tag : "without a name";
		size_t j = 0;

		if (reference->waker)
			continue;
		total += reference->retained - reference->released;
		while (j < count && strcmp(sums[j].tag, tag) != 0)
			j++;
		if (j == count && count < TAGS_MAX)
			sums[count++] = (struct tag_sum){.tag = tag};
		if (j < count)
			sums[j].count += reference->retained - reference->released;
	}
	*ret_count = count;
	return total;
}

static void write_tags(const struct leaks *leaks, size_t survivor, char *ret_text)
{
	struct tag_sum sums[TAGS_MAX];
	size_t count, length;
	uint64_t total = sum_tags(leaks, leaks_at(leaks, survivor), sums, &count), told = 0;

	if (total == 0)
		return;
	length = (size_t)snprintf(ret_text, LEAK_REFERENCES_BYTES,
				  "%llu reference%s never released (", (unsigned long long)total,
				  total == 1 ? "" : "s");
	for (size_t i = 0; i < count; i++) {
		length += (size_t)snprintf(ret_text + length, LEAK_REFERENCES_BYTES - length,
					   "%s%.40s %llu", i > 0 ? ", " : "", sums[i].tag,
					   (unsigned long long)sums[i].count);
		told += sums[i].count;
	}
	snprintf(ret_text + length, LEAK_REFERENCES_BYTES - length, "%s)",
		 told < total ? ", ..." : "");
}

int leak_references(const struct leaks *leaks, size_t survivor, char *ret_text)
{
	struct leak_places places;
	int error = leak_places_find(leaks, survivor, &places);

	ret_text[0] = '\0';
	if (error != 0)
		return error;
	if (places.count > 0)
		snprintf(ret_text, LEAK_REFERENCES_BYTES,
			 "%llu of %llu references never released (which is not certain)",
			 (unsigned long long)places.left, (unsigned long long)places.taken);
	else if (!is_birth_alone(leaks, leaks_at(leaks, survivor)))
		write_tags(leaks, survivor, ret_text);
	return 0;
}
