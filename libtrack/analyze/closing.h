/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closes that began, and did not return by the end of a process that exited by itself. A close that
 * waits for what another finding tells is no finding of its own. One that began within the grace
 * time, that waits for what is undecided, or whose thread ended the process, as if content, is
 * undecided.
 */
#ifndef ANALYZE_CLOSING_H
#define ANALYZE_CLOSING_H

#include "links.h"
#include "survivors.h"

/*
 * After fates_judge: excuses such a scope if somebody who himself keeps what belongs to it is told,
 * and says whether it is undecided. -ENOMEM.
 */
int closings_judge(struct survivors *survivors, const struct links *links, uint64_t grace_ns);

/* A scope whose close began, and did not return; however its process ended. */
bool survivor_is_closing(const struct survivor *survivor);

#endif
