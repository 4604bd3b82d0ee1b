/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include <stdio.h>

/* clang-format off */
const struct environment_row environment_table[] = {
#define ENVIRONMENT(reader_, name_, fallback_, text_) \
	{ .reader = ENVIRONMENT_##reader_, .name = name_, .fallback = fallback_, .text = text_ },
#include "environment.def"
#undef ENVIRONMENT
	{ .name = NULL },
};

const struct preload_row preload_table[] = {
#define PRELOAD_TEXT(text_) { .example = false, .text = text_ },
#define PRELOAD_LINE(text_) { .example = true, .text = text_ },
#include "preload.def"
#undef PRELOAD_TEXT
#undef PRELOAD_LINE
	{ .text = NULL },
};
/* clang-format on */

const char *environment_text(const struct environment_row *row, char *ret_text, size_t capacity)
{
	if (row->fallback[0])
		snprintf(ret_text, capacity, "%s (default: %s)", row->text, row->fallback);
	else
		snprintf(ret_text, capacity, "%s", row->text);
	return ret_text;
}
