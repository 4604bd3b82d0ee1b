/* SPDX-License-Identifier: Apache-2.0 */
/* The types of option values, made from option_types.def. */
#ifndef CLI_OPTION_TYPES_H
#define CLI_OPTION_TYPES_H

#include <report/diff.h>
#include <report/format.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the words of their types. */
enum option_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum option_engine {
	OPTION_ENGINE_AUTO,
	OPTION_ENGINE_SHIM,
	OPTION_ENGINE_PROBES,
	OPTION_ENGINE_BOTH
};

/* What a shell offers for a value. */
enum option_completion {
	COMPLETION_NOTHING,
	COMPLETION_FILES,
	COMPLETION_FOLDERS,
	COMPLETION_WORDS
};

/* Of an option that was given several times. */
struct option_texts {
	size_t count;
	const char *items[16];
};

bool option_texts_have(const struct option_texts *texts, const char *text);

struct option_type {
	/* 0 and the member, or -EINVAL. */
	int (*parse)(const struct option_type *type, const char *text, void *member);
	enum option_completion completion;
	const char *expects;	  /* NULL: one of the words, or nothing */
	const char *const *words; /* NULL terminated; NULL: they cannot be listed */
};

/* clang-format off */
#define OPTION_TYPE(name, member_type, ...) \
	typedef member_type option_##name##_value; \
	extern const struct option_type option_##name;
#include "option_types.def"
#undef OPTION_TYPE
/* clang-format on */

enum { OPTION_TEXT_SIZE = 1024 };

/* What completes "X is not ...": "text or json". Returns ret_text, as does the next. */
const char *option_expects(const struct option_type *type, char *ret_text, size_t capacity);

/* The words, of which the first is the default: "text (default) or json". */
const char *option_choices(const struct option_type *type, char *ret_text, size_t capacity);

#endif
