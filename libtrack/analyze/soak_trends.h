/* SPDX-License-Identifier: Apache-2.0 */
/* A soak, judged: a trend of each place where something is born, and whether there is a verdict. */
#ifndef ANALYZE_SOAK_TRENDS_H
#define ANALYZE_SOAK_TRENDS_H

#include "analyze/soak.h"
#include "rule.h"

struct mark_series;
struct marks;

/* The marks after sessions of what is counted by that. NULL: there are none. */
const struct mark_series *soak_series(const struct marks *marks, enum soak_by by);

/* Writes the trends of a soak, in place of those before; of another recording, none. */
int soak_judge(struct judgement *judgement);

#endif
