/* SPDX-License-Identifier: Apache-2.0 */
#include "topics.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
#define TOPIC_TEXT(text_) { .example = false, .text = text_ },
#define TOPIC_LINE(text_) { .example = true, .text = text_ },
static const struct topic_row preload_rows[] = {
#include "topic_preload.def"
	{ .text = NULL },
};

static const struct topic_row policy_rows[] = {
#include "topic_policy.def"
	{ .text = NULL },
};
#undef TOPIC_TEXT
#undef TOPIC_LINE

const struct topic topic_table[] = {
#define TOPIC(name_, heading_, has_environment_, about_) \
	{ .name = #name_, .heading = heading_, .about = about_, .rows = name_##_rows, \
	  .has_environment = has_environment_ },
#include "topics.def"
#undef TOPIC
	{ .name = NULL },
};
/* clang-format on */

const struct topic *topic_find(const char *name)
{
	for (const struct topic *topic = topic_table; topic->name; topic++)
		if (strcmp(topic->name, name) == 0)
			return topic;
	return NULL;
}
