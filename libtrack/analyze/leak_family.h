/* SPDX-License-Identifier: Apache-2.0 */
/* What one close left behind with several roots: one leak, told by what of it weighs most. */
#ifndef ANALYZE_LEAK_FAMILY_H
#define ANALYZE_LEAK_FAMILY_H

#include "leaks.h"

/* Once all have their parts and fates. -ENOMEM. */
int leak_family_sort(struct leaks *leaks);
/* A leak whose root is taken already, and all roots that the same forgetful close left. */
int leak_family_add_siblings(struct leaks *leaks, const struct leak *leak);
/* Closes that never went below: what each should have torn down is one leak. */
int leak_family_add_untorn(struct leaks *leaks);

#endif
