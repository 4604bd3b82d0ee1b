/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report that may be shown to strangers. What stays: rules, counts, functions,
 * thread names, ports, lines, and the base names of programs, modules and
 * source files. Addresses, socket paths and file names become placeholders,
 * equal ones the same in all reports given; arguments and folders are gone. Of
 * the trace that a report carries the same is true, byte for byte; there marks,
 * which name anything, become placeholders too, and the host's name is gone.
 */
#ifndef REPORT_REDACT_H
#define REPORT_REDACT_H

#include <report/report.h>

/* Once, after reading and before any format. 0 or -errno: do not show them then. */
int report_redact(struct report *const *reports, size_t count);

#endif
