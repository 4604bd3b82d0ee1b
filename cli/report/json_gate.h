/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate says, for programs. Both are NULL where none has looked. */
#ifndef REPORT_JSON_GATE_H
#define REPORT_JSON_GATE_H

#include <report/report.h>

#include "json_build.h"

struct json_object *json_gate_of(struct json_build *build, const struct report_finding *finding);
/* The same for the page, which has words for it from report_gate_says. */
struct json_object *json_gate_said(struct json_build *build, const struct report_finding *finding);

/* Of all reports of a document. */
struct json_object *json_gate(struct json_build *build, struct report *const *reports,
			      size_t count);

#endif
