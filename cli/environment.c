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
/* clang-format on */

const char *environment_text(const struct environment_row *row, char *ret_text, size_t capacity)
{
	if (row->fallback[0])
		snprintf(ret_text, capacity, "%s (default: %s)", row->text, row->fallback);
	else
		snprintf(ret_text, capacity, "%s", row->text);
	return ret_text;
}
