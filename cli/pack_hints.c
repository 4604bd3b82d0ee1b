/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_hints.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_types.h"
#include "pack_choice.h"
#include "packs.h"

#define TEXT_BYTES 1024

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
	struct pack_errors errors = {.count = 0};

	if (pack_read(path, &hints->files.items[hints->files.count], &errors) == 0)
		hints->files.count++;
	pack_errors_clear(&errors);
}

/* The packs that come with us, and those that --pack names by a file. */
static int load(struct hints *hints, const struct option_texts *names)
{
	int r = packs_load(&hints->shipped);

	if (r < 0)
		return r;
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

int pack_hints_write(struct trace *trace, const struct option_texts *names)
{
	struct hints hints = {.count = 0};
	int r = load(&hints, names);

	if (r == 0)
		r = look_at_all(&hints, trace, modules_sql, look_at_module);
	if (r == 0)
		r = look_at_all(&hints, trace, classes_sql, look_at_class);
	if (r == 0 && !option_texts_have(names, PACK_CHOICE_NONE))
		r = note_missed(&hints, trace);
	if (r == 0)
		r = note_unused(&hints, trace);
	free(hints.items);
	packs_free(&hints.files);
	packs_free(&hints.shipped);
	return r;
}
