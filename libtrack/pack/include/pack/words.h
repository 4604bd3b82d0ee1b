/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a pack's file that stand for numbers. */
#ifndef PACK_WORDS_H
#define PACK_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct pack_word {
	const char *name;
	uint32_t number;
};

/* what: for who got it wrong: "op". */
struct pack_words {
	const char *what, *plural;
	const struct pack_word *rows;
	size_t count;
};

extern const struct pack_words pack_words_op, pack_words_kind, pack_words_class_kind,
	pack_words_trait, pack_words_returns, pack_words_success, pack_words_over, pack_words_fires,
	pack_words_inner, pack_words_bool, pack_words_key;

/* 0, or -ENOENT. */
int pack_words_find(const struct pack_words *words, const char *name, uint32_t *ret_number);

/* NULL if no word has the number. */
const char *pack_words_name(const struct pack_words *words, uint32_t number);

#endif
