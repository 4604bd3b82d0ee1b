/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The class names of JUnit's cases: what readers that know no suites group them by, and what with
 * the rule's name tells a case from all others of a document.
 */
#ifndef REPORT_JUNIT_CLASS_H
#define REPORT_JUNIT_CLASS_H

#include <report/report.h>

/*
 * One for each report: "rtctrack.PROGRAM", and where there are several "rtctrack.PROGRAM.TRACE"; no
 * two are equal. For junit_classes_free. 0 or -ENOMEM.
 */
int junit_classes(struct report *const *reports, size_t count, char ***ret_classes);
void junit_classes_free(char **classes, size_t count);

#endif
