/* SPDX-License-Identifier: Apache-2.0 */
/* Which probe packs were in the processes of a run. */
#ifndef REPORT_TEXT_PACKS_H
#define REPORT_TEXT_PACKS_H

#include <report/report.h>
#include <stdio.h>

/* A line, or nothing where there were none. */
void text_packs(FILE *stream, const struct report *report);

#endif
