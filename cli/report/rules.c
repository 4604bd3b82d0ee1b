/* SPDX-License-Identifier: Apache-2.0 */
#include <report/rules.h>
#include <stddef.h>

/* clang-format off */
const char *const report_rule_names[] = {
#define TRACK_RULE(id, name, text, judge, ...) name,
#include <track/rules.def>
#undef TRACK_RULE
	NULL
};

const char *const report_rule_texts[] = {
#define TRACK_RULE(id, name, text, judge, ...) text,
#include <track/rules.def>
#undef TRACK_RULE
	NULL
};
/* clang-format on */
