/* SPDX-License-Identifier: Apache-2.0 */
/* What a soak says of each place where something is born, as a table. */
#ifndef REPORT_TEXT_SOAK_H
#define REPORT_TEXT_SOAK_H

#include <report/format.h>
#include <report/report.h>
#include <stdio.h>

/* Nothing of a recording that was none; of a merged report, the tables of its recordings. */
void text_soak(FILE *stream, const struct report *report, const struct report_style *style);

#endif
