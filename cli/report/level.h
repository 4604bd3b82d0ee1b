/* SPDX-License-Identifier: Apache-2.0 */
/* How grave a finding is, in a format that has words for that. */
#ifndef REPORT_LEVEL_H
#define REPORT_LEVEL_H

#include <report/report.h>

/* As the gate says, or where none has looked, as its state says. */
enum report_level level_of(const struct report_finding *finding);

/* It fails no gate, and would fail a strict one: nobody excused it. */
bool level_warns(const struct report_finding *finding);

#endif
