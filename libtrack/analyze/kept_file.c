/* SPDX-License-Identifier: Apache-2.0 */
#include "kept_file.h"

#include <fnmatch.h>
#include <stddef.h>

#include "word.h"

/* clang-format off */
static const char *const patterns[] = {
#define ANALYZE_LIFELONG_FILE(pattern, what) pattern,
#include "runtime.def"
};
/* clang-format on */

static const struct trace_annotation of_process = {
	.traits = WORD_TRAIT_PROCESS_LIFE,
	.refs = -1,
	.fires = -1,
	.cancelled = -1,
	.woken = -1,
};

const struct trace_annotation *kept_file(const char *path)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (fnmatch(patterns[i], path, 0) == 0)
			return &of_process;
	return NULL;
}
