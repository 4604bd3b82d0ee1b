/* SPDX-License-Identifier: Apache-2.0 */
/* Of the baseline, what others of this room need. */
#ifndef POLICY_BASELINE_H
#define POLICY_BASELINE_H

#include "rows.h"

/* 16 digits as fingerprints are written. False: it is none. */
bool fingerprint_parse(const char *text, uint64_t *ret_fingerprint);

/* NULL: the baseline does not have it. */
struct known *baseline_find(const struct baseline *baseline, const char *fingerprint);

/*
 * What an update makes of a line, now that findings are judged. Growth is compared by its slope,
 * and only where somebody looked for as many sessions as when it was written; nothing is changed
 * unless all programs ran in which it was found, as often as it takes to find all of it.
 */
enum baseline_change { BASELINE_KEPT, BASELINE_LOWERED, BASELINE_GONE, BASELINE_NOT_RUN };
enum baseline_change baseline_change(const struct policy *policy, const struct known *known);

/* Before findings are judged: what the recordings may have, of what a line allows. */
uint64_t baseline_bound(const struct policy *policy, const struct known *known);

#endif
