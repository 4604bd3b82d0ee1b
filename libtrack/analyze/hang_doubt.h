/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what hangs may still go on. */
#ifndef ANALYZE_HANG_DOUBT_H
#define ANALYZE_HANG_DOUBT_H

#include "hang_ending.h"

/*
 * What is inferred is not known where a thread that runs, a peer, or a signal's handler may still
 * act. A close that stood still for so long did hang; so did the program's end, and the first
 * thread, if all others wait too.
 */
bool hang_is_doubtful(const struct hangs *hangs, const struct hang *hang,
		      const struct hang_verdict *verdict);

#endif
