/* SPDX-License-Identifier: Apache-2.0 */
/* How the program ended, if not by itself; what could not be seen for how the program ended, and
 * how long its end was held back. */
#ifndef REPORT_TEXT_ENDING_H
#define REPORT_TEXT_ENDING_H

#include <report/format.h>

void text_ending(FILE *stream, const struct report *report, const struct report_style *style);

#endif
