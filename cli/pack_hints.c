/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_hints.h"

#include <errno.h>
#include <fnmatch.h>
#include <probes/probes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_types.h"
#include "pack_choice.h"
#include "packs.h"

#define TEXT_BYTES 1024
#define NAMELESS_MAX 16
#define FUNCTIONS_MAX 16384 /* of all packs; the kernel has no more rows */

static const char modules_sql[] = "SELECT DISTINCT m.path, coalesce(p.packs, '') FROM module m"
				  " JOIN process p ON p.id = m.process_id";

/* A library is known once a stack led into it: what is told of its things shows that it is there.
 */
static const char classes_sql[] =
	"SELECT class, '' FROM resource WHERE kind NOT IN ('fd', 'thread')"
	" UNION SELECT class, '' FROM lifetime_statistics WHERE kind NOT IN ('fd', 'thread')";

struct hint {
	const struct pack *pack;
	bool is_named;
	bool is_seen;	/* a library of it was, or a thing of its classes */
	bool is_missed; /* one was, where the pack was not */
};

struct hints {
	struct packs shipped;
	struct packs files; /* those of --pack */
	struct hint *items;
	size_t count;
	bool any_module;
};

static void read_file(struct hints *hints, const char *path)
{
	struct schema_errors errors = {.count = 0};

	if (pack_read(path, &hints->files.items[hints->files.count], &errors) == 0)
		hints->files.count++;
	schema_errors_clear(&errors);
}

/* The packs that come with us, and those that --pack names by a file. */
static int load(struct hints *hints, const struct option_texts *names)
{
	struct packs shipped;
	int r = packs_load(&shipped);

	if (r < 0)
		return r;
	*hints = (struct hints){.shipped = shipped};
	hints->files.items = calloc(names->count + 1, sizeof(*hints->files.items));
	hints->items = calloc(hints->shipped.count + names->count + 1, sizeof(*hints->items));
	if (!hints->files.items || !hints->items)
		return -ENOMEM;
	for (size_t i = 0; i < names->count; i++)
		if (pack_choice_is_yaml(names->items[i]))
			read_file(hints, names->items[i]);
	for (size_t i = 0; i < hints->shipped.count; i++)
		hints->items[hints->count++] = (struct hint){
			.pack = hints->shipped.items[i],
			.is_named = option_texts_have(names, hints->shipped.items[i]->name.text),
		};
	for (size_t i = 0; i < hints->files.count; i++)
		hints->items[hints->count++] =
			(struct hint){.pack = hints->files.items[i], .is_named = true};
	return 0;
}

/* One of the words that spaces separate. */
static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	while (*words) {
		size_t found = strcspn(words, " ");

		if (found == length && memcmp(words, word, length) == 0)
			return true;
		words += found + (words[found] != 0);
	}
	return false;
}

/* A module of a process in which these packs were. */
static void look_at_module(struct hints *hints, const char *path, const char *packs)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	char version[PATH_MAX];

	hints->any_module = true;
	for (size_t i = 0; i < hints->count; i++) {
		struct hint *hint = &hints->items[i];

		for (size_t j = 0; j < hint->pack->library_count; j++) {
			const struct pack_library *library = &hint->pack->libraries[j];

			if (fnmatch(library->soname.text, file, 0) != 0)
				continue;
			hint->is_seen = true;
			if (!has_word(packs, hint->pack->name.text) &&
			    packs_are_for(library, path, version))
				hint->is_missed = true;
		}
	}
}

/* A class that the library names itself may have any name. */
static bool has_class(const struct pack *pack, const char *name)
{
	for (size_t i = 0; i < pack->class_count; i++)
		if (pack->classes[i].named_by.text || strcmp(pack->classes[i].name.text, name) == 0)
			return true;
	return false;
}

static void look_at_class(struct hints *hints, const char *name, const char *unused)
{
	(void)unused;
	for (size_t i = 0; i < hints->count; i++)
		if (has_class(hints->items[i].pack, name))
			hints->items[i].is_seen = true;
}

static int look_at_all(struct hints *hints, struct trace *trace, const char *sql,
		       void (*look)(struct hints *, const char *, const char *))
{
	struct trace_query *query;
	int r = trace_query(trace, sql, &query);

	if (r < 0)
		return r;
	while ((r = trace_query_step(query)) > 0) {
		const char *first = trace_query_text(query, 0),
			   *second = trace_query_text(query, 1);

		if (first && second)
			look(hints, first, second);
	}
	trace_query_destroy(query);
	return r;
}

static int note_missed(const struct hints *hints, struct trace *trace)
{
	char names[TEXT_BYTES / 2] = "", text[TEXT_BYTES];
	size_t length = 0, count = 0;

	for (size_t i = 0; i < hints->count && length < sizeof(names); i++) {
		const struct hint *hint = &hints->items[i];

		if (!hint->is_missed || hint->is_named)
			continue;
		length += (size_t)snprintf(names + length, sizeof(names) - length, "%s--pack %s",
					   count++ ? " " : "", hint->pack->name.text);
	}
	if (!count)
		return 0;
	snprintf(text, sizeof(text),
		 "libraries loaded later whose pack was not there; '%s' follows them", names);
	return trace_put_note(trace, 0, "pack-missed", "INFO", count, text);
}

static int note_unused(const struct hints *hints, struct trace *trace)
{
	char names[TEXT_BYTES / 2] = "", text[TEXT_BYTES];
	size_t length = 0, count = 0;

	for (size_t i = 0; i < hints->count && length < sizeof(names); i++) {
		const struct hint *hint = &hints->items[i];

		if (!hint->is_named || hint->is_seen)
			continue;
		length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
					   count++ ? ", " : "", hint->pack->name.text);
	}
	if (!count || !hints->any_module)
		return 0;
	snprintf(text, sizeof(text),
		 "packs that --pack names and of which nothing was seen, no library and nothing of "
		 "their classes (%s)",
		 names);
	return trace_put_note(trace, 0, "pack-unused", "INFO", count, text);
}

static bool is_of_named(const struct hints *hints, const struct pack *pack)
{
	for (size_t i = 0; i < hints->count; i++)
		if (hints->items[i].is_named &&
		    strcmp(hints->items[i].pack->name.text, pack->name.text) == 0)
			return true;
	return false;
}

/* Names, with a comma between. */
struct list {
	char names[TEXT_BYTES / 2];
	size_t length, count;
};

static void list_add(struct list *list, const char *name)
{
	if (list->length < sizeof(list->names))
		list->length += (size_t)snprintf(list->names + list->length,
						 sizeof(list->names) - list->length, "%s%s",
						 list->count ? ", " : "", name);
	list->count++;
}

static int put_list(struct trace *trace, const char *note, const char *what,
		    const struct list *list)
{
	bool is_cut = list->length >= sizeof(list->names);
	char text[TEXT_BYTES];

	if (!list->count)
		return 0;
	snprintf(text, sizeof(text), "%s (%s%s)", what, list->names, is_cut ? "..." : "");
	return trace_put_note(trace, 0, note, "INFO", list->count, text);
}

/* Wrappers replace a symbol: a pattern is nothing to them. */
static int note_patterns(const struct hints *hints, struct trace *trace)
{
	struct list list = {.count = 0};

	for (size_t i = 0; i < hints->count; i++) {
		const struct pack *pack = hints->items[i].pack;

		for (size_t j = 0; hints->items[i].is_named && j < pack->function_count; j++)
			if (pack->functions[j].pattern.text)
				list_add(&list, pack->functions[j].pattern.text);
	}
	return put_list(trace, "pack-patterns",
			"patterns of packs that --pack names, which only probes follow: add "
			"--engine both",
			&list);
}

static int note_nameless(struct trace *trace, const struct probes *probes)
{
	const char *files[NAMELESS_MAX];
	size_t count = probes_nameless(probes, files, NAMELESS_MAX);
	struct list list = {.count = 0};

	for (size_t i = 0; i < count; i++)
		list_add(&list, files[i]);
	return put_list(trace, "functions-nameless",
			"files that were stripped, so that patterns of packs fit no more than what "
			"they export",
			&list);
}

/* What of the packs that --pack names is nowhere; and of all what is there and cannot be probed. */
static int note_functions(const struct hints *hints, struct trace *trace,
			  const struct probes *probes)
{
	struct probes_function *functions = calloc(FUNCTIONS_MAX, sizeof(*functions));
	struct list missing = {.count = 0}, unseen = {.count = 0};
	size_t count = functions ? probes_functions(probes, functions, FUNCTIONS_MAX) : 0;
	int r = functions ? 0 : -ENOMEM;

	for (size_t i = 0; i < count; i++) {
		const struct probes_function *function = &functions[i];
		bool is_named = is_of_named(hints, function->pack);

		if (function->is_there && !function->is_probed)
			list_add(&unseen, function->name);
		else if (!function->is_there && is_named)
			list_add(&missing, function->name);
	}
	free(functions);
	if (r == 0)
		r = put_list(trace, "functions-missing",
			     "functions of packs that --pack names, and that no file has",
			     &missing);
	if (r == 0)
		r = put_list(trace, "functions-unseen",
			     "functions of packs that are there, and that probes cannot follow",
			     &unseen);
	if (r == 0 && missing.count)
		r = note_nameless(trace, probes);
	return r;
}

int pack_hints_write(struct trace *trace, const struct option_texts *names, bool by_shim,
		     const struct probes *probes)
{
	struct hints hints = {.count = 0};
	int r = load(&hints, names);

	if (r == 0)
		r = look_at_all(&hints, trace, modules_sql, look_at_module);
	if (r == 0)
		r = look_at_all(&hints, trace, classes_sql, look_at_class);
	if (r == 0 && by_shim && !option_texts_have(names, PACK_CHOICE_NONE))
		r = note_missed(&hints, trace);
	if (r == 0)
		r = note_unused(&hints, trace);
	if (r == 0 && !probes)
		r = note_patterns(&hints, trace);
	if (r == 0 && probes)
		r = note_functions(&hints, trace, probes);
	free(hints.items);
	packs_free(&hints.files);
	packs_free(&hints.shipped);
	return r;
}
