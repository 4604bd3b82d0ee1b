/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a report for people: what it leaves out, and what to do next. */
#ifndef REPORT_TEXT_NEXT_H
#define REPORT_TEXT_NEXT_H

#include <report/report.h>
#include <stdio.h>

void text_next(FILE *stream, const struct report *report);

#endif
