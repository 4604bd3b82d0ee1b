/* SPDX-License-Identifier: Apache-2.0 */
#include "text_kind.h"

#include <stddef.h>
#include <string.h>

const struct text_kind *text_kind(const char *kind)
{
	static const struct text_kind words[] = {
	/* clang-format off */
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) {#name, plural, begun, over},
#include <track/kinds.def>
#undef TRACK_KIND
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(kind, words[i].name) == 0)
			return &words[i];
	return NULL;
}

const char *text_begun(const char *kind)
{
	const struct text_kind *words = text_kind(kind);

	return words ? words->begun : "begun";
}

const char *text_fd_noun(const char *class_name)
{
	static const struct {
		const char *name, *text;
	} classes[] = {
	/* clang-format off */
#define TRACK_FD_CLASS(id, name_, text_, group) { name_, text_ },
#include <track/fd_classes.def>
#undef TRACK_FD_CLASS
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strcmp(class_name, classes[i].name) == 0)
			return classes[i].text;
	return "descriptor";
}
