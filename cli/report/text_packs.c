/* SPDX-License-Identifier: Apache-2.0 */
#include "text_packs.h"

#include <stdbool.h>
#include <string.h>

enum { NAMES_MAX = 64 }; /* of more the rest is left out */

struct names {
	size_t count;
	struct name {
		const char *text;
		size_t length;
	} items[NAMES_MAX];
};

static bool is_known(const struct names *names, const struct name *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->items[i].length == name->length &&
		    memcmp(names->items[i].text, name->text, name->length) == 0)
			return true;
	return names->count == NAMES_MAX;
}

static void collect(struct names *names, const char *packs)
{
	while (packs && *packs) {
		struct name name = {packs, strcspn(packs, " ")};

		if (name.length && !is_known(names, &name))
			names->items[names->count++] = name;
		packs += name.length + (packs[name.length] != 0);
	}
}

void text_packs(FILE *stream, const struct report *report)
{
	struct names names = {.count = 0};

	for (size_t i = 0; i < report->process_count; i++)
		collect(&names, report->processes[i].packs);
	for (size_t i = 0; i < names.count; i++)
		fprintf(stream, "%s%.*s", i ? ", " : "  packs        ", (int)names.items[i].length,
			names.items[i].text);
	if (names.count)
		fputc('\n', stream);
}
