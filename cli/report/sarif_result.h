/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as results of SARIF 2.1.0; in comments, the sections of that standard. */
#ifndef REPORT_SARIF_RESULT_H
#define REPORT_SARIF_RESULT_H

#include <report/report.h>

#include "json_build.h"

#define SARIF_ROOT_ID "SRCROOT" /* what relative URIs are relative to */

/* A message (3.11): names that a program chose stay text. */
struct json_object *sarif_message(struct json_build *build, const char *text);

/* All rules (3.49), the order that a result's ruleIndex is of. */
struct json_object *sarif_rules(struct json_build *build);

/* One for each finding (3.27), with a place. root: of files. */
struct json_object *sarif_results(struct json_build *build, const struct report *report,
				  const char *root);

#endif
