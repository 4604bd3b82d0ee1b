/* SPDX-License-Identifier: Apache-2.0 */
/* After how many more marks a process that grows has no descriptor or port left. */
#ifndef ANALYZE_FORECAST_H
#define ANALYZE_FORECAST_H

#include <base/u64map.h>

struct judgement;

/* One finding at most of each process that is no key of except. 0 or -errno. */
int forecast(struct judgement *judgement, const struct u64map *except);

#endif
