/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a pack's file that stand for numbers. */
#ifndef PACK_WORDS_H
#define PACK_WORDS_H

#include <schema/words.h>

extern const struct schema_words pack_words_op, pack_words_kind, pack_words_class_kind,
	pack_words_trait, pack_words_returns, pack_words_success, pack_words_over, pack_words_fires,
	pack_words_inner, pack_words_key;

#endif
