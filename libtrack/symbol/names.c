/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include "demangle.h"
#include "path.h"

#include <stdlib.h>

static const char *keep(struct strings *strings, struct u64map *known, const char *raw,
			char *readable)
{
	const char *kept = readable == NULL ? NULL : strings_keep(strings, readable);

	free(readable);
	/* Without memory to remember it, it is made again next time. */
	(void)u64map_put(known, (uintptr_t)raw, (uintptr_t)kept);
	return kept;
}

void names_finish(struct names *names)
{
	u64map_finish(&names->functions);
	u64map_finish(&names->files);
}

const char *names_function(struct names *names, const char *symbol)
{
	uint64_t *found = u64map_get(&names->functions, (uintptr_t)symbol);

	if (symbol == NULL)
		return NULL;
	if (found != NULL)
		return (const char *)(uintptr_t)*found;
	return keep(names->strings, &names->functions, symbol, demangle_symbol(symbol));
}

const char *names_file(struct names *names, const char *folder, const char *path)
{
	uint64_t *found = u64map_get(&names->files, (uintptr_t)path);

	if (path == NULL)
		return NULL;
	if (found != NULL)
		return (const char *)(uintptr_t)*found;
	return keep(names->strings, &names->files, path, path_tidy(folder, path));
}
