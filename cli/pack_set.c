/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "pack_choice.h"
#include "say.h"

static bool add_shipped(struct pack_set *set, const char *name)
{
	for (size_t i = 0; i < set->shipped.count; i++)
		if (!name || strcmp(set->shipped.items[i]->name.text, name) == 0) {
			set->items[set->count++] = set->shipped.items[i];
			if (name)
				return true;
		}
	return !name;
}

static int add_file(struct pack_set *set, const char *path)
{
	struct schema_errors errors = {.count = 0};
	int r = pack_read(path, &set->files[set->file_count], &errors);

	for (size_t i = 0; r < 0 && i < errors.count; i++)
		pack_choice_tell_error(path, &errors.items[i]);
	if (r < 0 && !errors.count)
		say(NULL, "%s: %s", path, strerror(-r));
	schema_errors_clear(&errors);
	if (r == 0)
		set->items[set->count++] = set->files[set->file_count++];
	return r;
}

static int add_named(struct pack_set *set, const char *name, bool with_shim)
{
	if (pack_choice_is_yaml(name))
		return add_file(set, name);
	if (pack_choice_is_object(name) && with_shim)
		return 0;
	if (pack_choice_is_object(name)) {
		say("give the pack's YAML file",
		    "'%s' is an object of wrappers: probes cannot go by it", name);
		return -EINVAL;
	}
	if (add_shipped(set, name))
		return 0;
	pack_choice_tell_unknown(name);
	return -ENOENT;
}

/* Those that come with us are all in it already, unless only what is named is wanted. */
static int add_all(struct pack_set *set, const struct option_texts *names, bool with_shim)
{
	bool only_named = option_texts_have(names, PACK_CHOICE_NONE);
	int r = 0;

	if (!only_named)
		add_shipped(set, NULL);
	for (size_t i = 0; r == 0 && i < names->count; i++) {
		const char *name = names->items[i];

		if (strcmp(name, PACK_CHOICE_NONE) != 0 && (only_named || !packs_text(name)))
			r = add_named(set, name, with_shim);
	}
	return r;
}

int pack_set_load(const struct options *options, bool with_shim, struct pack_set *ret_set)
{
	const struct option_texts *names = &options->packs;
	struct pack_set set = {.count = 0};
	int r = packs_load(&set.shipped);

	if (r == 0) {
		set.items = calloc(set.shipped.count + names->count + 1, sizeof(*set.items));
		set.files = calloc(names->count + 1, sizeof(*set.files));
		r = set.items && set.files ? 0 : -ENOMEM;
	}
	if (r < 0)
		say(NULL, "cannot read the packs: %s", strerror(-r));
	else
		r = add_all(&set, names, with_shim);
	if (r < 0)
		pack_set_free(&set);
	else
		*ret_set = set;
	return r;
}

static bool has_patterns(const struct pack *pack)
{
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].pattern.text)
			return true;
	return false;
}

bool pack_set_has_patterns(const struct options *options, char ret_name[PACK_SET_NAME_BYTES])
{
	const struct option_texts *names = &options->packs;
	bool found = false;

	ret_name[0] = '\0';
	for (size_t i = 0; !found && i < names->count; i++) {
		struct schema_errors errors = {.count = 0};
		const char *name = names->items[i], *text = packs_text(name);
		struct pack *pack = NULL;

		if (text)
			(void)pack_parse(text, strlen(text), name, &pack, &errors);
		else if (pack_choice_is_yaml(name))
			(void)pack_read(name, &pack, &errors);
		schema_errors_clear(&errors);
		found = pack && has_patterns(pack);
		if (found)
			snprintf(ret_name, PACK_SET_NAME_BYTES, "%s", pack->name.text);
		pack_free(pack);
	}
	return found;
}

void pack_set_free(struct pack_set *set)
{
	for (size_t i = 0; i < set->file_count; i++)
		pack_free(set->files[i]);
	free(set->files);
	free(set->items);
	packs_free(&set->shipped);
	*set = (struct pack_set){.count = 0};
}
