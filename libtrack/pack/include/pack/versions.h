/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which versions of a library a pack is for: ranges such as ">=3.0 <4", of which all must hold.
 * A version is numbers with points between them; what is not there counts as 0.
 */
#ifndef PACK_VERSIONS_H
#define PACK_VERSIONS_H

#include <stdbool.h>

bool pack_versions_are_valid(const char *ranges);

/* Of no version (""), and of what is none, nothing can be said: false. */
bool pack_versions_match(const char *ranges, const char *version);

#endif
