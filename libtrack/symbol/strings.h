/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of texts: equal texts are kept once, for as long as the pool. */
#ifndef SYMBOL_STRINGS_H
#define SYMBOL_STRINGS_H

#include <base/u64map.h>

/* Zeroed: empty. */
struct strings {
	struct u64map heads; /* hash -> chain of struct string */
};

void strings_finish(struct strings *strings);
/* Copies text. NULL without memory. */
const char *strings_keep(struct strings *strings, const char *text);

#endif
