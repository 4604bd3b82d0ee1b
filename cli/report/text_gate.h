/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate says, in a report for people. */
#ifndef REPORT_TEXT_GATE_H
#define REPORT_TEXT_GATE_H

#include <report/report.h>
#include <stdio.h>

/* Below a finding that is shown in full: by which line it fails, or is less grave. */
void text_gate(FILE *stream, const struct report_finding *finding);

/* Below them all: which policy was used, what became of its lines, and what is fixed. */
void text_policy(FILE *stream, const struct report *report);

#endif
