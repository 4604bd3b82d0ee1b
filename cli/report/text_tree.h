/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a run as people read them. */
#ifndef REPORT_TEXT_TREE_H
#define REPORT_TEXT_TREE_H

#include <report/report.h>
#include <stdio.h>

/*
 * Who started whom and how each ended, in at most some twenty lines: equal
 * siblings are folded into one, and what has findings, lost evidence or ended
 * abnormally is shown before the rest. Nothing where there was one process.
 * 0 or -ENOMEM.
 */
int text_tree(FILE *stream, const struct report *report);

/* The processes that lived on when the recording ended; nothing if there are none. */
void text_running(FILE *stream, const struct report *report);

#endif
