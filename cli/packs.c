/* SPDX-License-Identifier: Apache-2.0 */
#include "packs.h"

#include <base/suggest.h>
#include <errno.h>
#include <pack/shipped.h>
#include <pack/versions.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t shipped_count(void)
{
	size_t count = 0;

	while (pack_shipped_table[count].name)
		count++;
	return count;
}

int packs_load(struct packs *ret_packs)
{
	struct schema_errors errors = {.count = 0};
	size_t count = shipped_count();
	struct packs packs = {.items = calloc(count + 1, sizeof(*packs.items))};
	int r = packs.items ? 0 : -ENOMEM;

	for (; r == 0 && packs.count < count; packs.count += r == 0) {
		const struct pack_shipped *shipped = &pack_shipped_table[packs.count];
		const char *text = (const char *)shipped->text;

		r = pack_parse(text, strlen(text), shipped->name, &packs.items[packs.count],
			       &errors);
	}
	schema_errors_clear(&errors);
	if (r < 0) {
		packs_free(&packs);
		return r;
	}
	*ret_packs = packs;
	return 0;
}

void packs_free(struct packs *packs)
{
	for (size_t i = 0; i < packs->count; i++)
		pack_free(packs->items[i]);
	free(packs->items);
	*packs = (struct packs){.count = 0};
}

const char *packs_text(const char *name)
{
	for (const struct pack_shipped *shipped = pack_shipped_table; shipped->name; shipped++)
		if (strcmp(shipped->name, name) == 0)
			return (const char *)shipped->text;
	return NULL;
}

const char *packs_suggest(const char *name)
{
	struct suggestion near = suggestion_start(name);

	for (const struct pack_shipped *shipped = pack_shipped_table; shipped->name; shipped++)
		suggestion_offer(&near, shipped->name);
	return near.name;
}

bool packs_is_path(const char *name)
{
	size_t length = strlen(name);

	return strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".yaml") == 0);
}

bool packs_are_for(const struct pack_library *library, const char *path, char ret_version[PATH_MAX])
{
	char real[PATH_MAX];
	const char *at = realpath(path, real) ? strstr(real, ".so.") : NULL;

	snprintf(ret_version, PATH_MAX, "%s", at ? at + 4 : "");
	return !library->versions.text || pack_versions_match(library->versions.text, ret_version);
}
