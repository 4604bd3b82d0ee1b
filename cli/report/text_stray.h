/* SPDX-License-Identifier: Apache-2.0 */
/* What is annotated by halves is judged by halves: which half is missing, in one line. */
#ifndef REPORT_TEXT_STRAY_H
#define REPORT_TEXT_STRAY_H

#include <report/format.h>
#include <report/report.h>
#include <stdio.h>

/* Nothing, if every annotation is about what was created. */
void text_strays(FILE *stream, const struct report *report, const struct report_style *style);

#endif
