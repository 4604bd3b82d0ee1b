/* SPDX-License-Identifier: Apache-2.0 */
/* What a soak says, in a JSON document. */
#ifndef REPORT_JSON_SOAK_H
#define REPORT_JSON_SOAK_H

#include <report/report.h>

#include "json_build.h"

/* NULL: it was none. */
struct json_object *json_soak(struct json_build *build, const struct report *report);

#endif
