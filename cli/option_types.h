/* SPDX-License-Identifier: Apache-2.0 */
/* The types of option values. Each writes one field of struct options. */
#ifndef CLI_OPTION_TYPES_H
#define CLI_OPTION_TYPES_H

#include "options.h"

extern const struct option_type option_switch;	/* bool */
extern const struct option_type option_text;	/* const char *, not empty */
extern const struct option_type option_kind;	/* const char *, of kinds.def */
extern const struct option_type option_rule;	/* const char *, of rules.def */
extern const struct option_type option_format;	/* enum option_format */
extern const struct option_type option_color;	/* enum option_color */
extern const struct option_type option_count;	/* uint32_t, 1 and up */
extern const struct option_type option_pid;	/* uint32_t */
extern const struct option_type option_depth;	/* uint32_t */
extern const struct option_type option_cap;	/* uint64_t bytes */
extern const struct option_type option_size;	/* uint64_t bytes, 0 and up */
extern const struct option_type option_seconds; /* uint64_t nanoseconds */
extern const struct option_type option_grace;	/* uint64_t nanoseconds, 0 and up */
extern const struct option_type option_pattern; /* const char *, not empty; as option_when */
extern const struct option_type option_when;
extern const struct option_type option_age;   /* uint64_t nanoseconds */
extern const struct option_type option_shell; /* const char *, "bash" or "zsh" */

/* The words that a type takes, NULL terminated; NULL: they cannot be listed. */
const char *const *option_words(const struct option_type *type);

#endif
