/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a log, made clean, each kept once as a rule. */
#ifndef IMPORT_WORDS_H
#define IMPORT_WORDS_H

#include <base/u64map.h>
#include <stddef.h>
#include <stdint.h>

struct words {
	char **items;
	size_t count, capacity;
	struct u64map by_hash;
};

/* A zeroed struct is empty. */
void words_finish(struct words *words);
/* The id of a text: 0 of an empty one. What is longer than a name can be is cut. -ENOMEM, -EFBIG.
 */
int words_add(struct words *words, const char *bytes, size_t size, uint32_t *ret_id);
/* NULL for 0. Lives as long as words. */
const char *words_get(const struct words *words, uint32_t id);

#endif
