/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_patterns.h"

#include <errno.h>
#include <stdlib.h>
#include <symbol/functions.h>

/* While they are looked through: who of the pack's functions was found, and if all have names. */
struct looking {
	const struct pack *pack;
	bool *found;
	bool whole;
};

static int look_into(struct looking *looking, const char *path)
{
	struct symbol_functions *functions;
	int r = symbol_functions_open(path, NULL, &functions);

	/* What cannot be read was complained of with its symbols. */
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	looking->whole = looking->whole && symbol_functions_whole(functions);
	for (size_t i = 0; r == 0 && i < looking->pack->function_count; i++) {
		const struct schema_text *pattern = &looking->pack->functions[i].pattern;
		const struct symbol_function **found = NULL;
		size_t count = 0;

		if (!pattern->text || looking->found[i])
			continue;
		r = symbol_functions_like(functions, pattern->text, &found, &count);
		looking->found[i] = count > 0;
		free(found);
	}
	symbol_functions_close(functions);
	return r;
}

int pack_patterns_check(const struct pack *pack, const struct dependencies *libraries,
			struct schema_errors *errors)
{
	struct looking looking = {.pack = pack, .whole = true};
	int r = 0;

	looking.found = calloc(pack->function_count + 1, sizeof(*looking.found));
	if (!looking.found)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < libraries->count; i++)
		r = look_into(&looking, libraries->items[i].path);
	for (size_t i = 0; r == 0 && i < pack->function_count; i++) {
		const struct schema_text *pattern = &pack->functions[i].pattern;

		if (pattern->text && !looking.found[i])
			schema_errors_add(errors, pattern->line, "no function is as '%s' says%s",
					  pattern->text,
					  looking.whole ? "" : ", in files stripped of names");
	}
	free(looking.found);
	return r;
}
