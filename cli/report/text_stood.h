/* SPDX-License-Identifier: Apache-2.0 */
/* Where the threads of a program stood that was ended, and did not end by itself. */
#ifndef REPORT_TEXT_STOOD_H
#define REPORT_TEXT_STOOD_H

#include <report/format.h>

/* Nothing where a finding tells it. Few lines; all with full stacks. 0 or -ENOMEM. */
int text_stood(FILE *stream, const struct report *report, const struct report_style *style);

#endif
