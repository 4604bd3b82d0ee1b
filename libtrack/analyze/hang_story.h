/* SPDX-License-Identifier: Apache-2.0 */
/* A hang as a story: one sentence, and the evidence in the order of the chain. */
#ifndef ANALYZE_HANG_STORY_H
#define ANALYZE_HANG_STORY_H

#include "finding.h"
#include "hang_ending.h"

/* Message and evidence of its finding. 0 or -errno. */
int hang_tell(struct finding *finding, const struct hangs *hangs, const struct hang *hang,
	      const struct hang_verdict *verdict, const struct leaks *leaks);
/* The evidence of one more that hangs, beside what is told. */
int hang_tell_beside(struct finding *finding, const struct hangs *hangs, const struct hang *hang);

#endif
