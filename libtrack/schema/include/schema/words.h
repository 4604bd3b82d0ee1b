/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a file that stand for numbers. */
#ifndef SCHEMA_WORDS_H
#define SCHEMA_WORDS_H

#include <schema/errors.h>
#include <stddef.h>
#include <stdint.h>

struct schema_word {
	const char *name;
	uint32_t number;
};

/* what: for who got it wrong: "op". */
struct schema_words {
	const char *what, *plural;
	const struct schema_word *rows;
	size_t count;
};

/* true, false */
extern const struct schema_words schema_words_bool;

/* 0, or -ENOENT. */
int schema_words_find(const struct schema_words *words, const char *name, uint32_t *ret_number);

/* NULL if no word has the number. */
const char *schema_words_name(const struct schema_words *words, uint32_t number);

/* Adds "WHAT 'NAME' is unknown; did you mean 'near'? PLURAL are: a, b". */
void schema_words_complain(const struct schema_words *words, const char *name, unsigned line,
			   struct schema_errors *errors);

#endif
