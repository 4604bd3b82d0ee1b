/* SPDX-License-Identifier: Apache-2.0 */
/* What a close waits for that nobody releases. */
#ifndef ANALYZE_HANG_KEPT_H
#define ANALYZE_HANG_KEPT_H

#include "leaks.h"

/* The thing that keeps a scope, and that nobody keeps; SURVIVOR_NONE: none is known. -ENOMEM. */
int hang_kept_find(const struct leaks *leaks, int64_t scope_id, size_t *ret_kept);

#endif
