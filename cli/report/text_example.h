/* SPDX-License-Identifier: Apache-2.0 */
/* Some of the resources that a finding is about, a line each. */
#ifndef REPORT_TEXT_EXAMPLE_H
#define REPORT_TEXT_EXAMPLE_H

#include <report/report.h>
#include <stdio.h>

void text_examples(FILE *stream, const struct report *report, const struct report_finding *finding);

#endif
