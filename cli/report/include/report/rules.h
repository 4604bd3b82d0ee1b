/* SPDX-License-Identifier: Apache-2.0 */
/* The rules as reports and options know them, in the order of rules.def. */
#ifndef REPORT_RULES_H
#define REPORT_RULES_H

/* Both end with NULL. */
extern const char *const report_rule_names[];
extern const char *const report_rule_texts[]; /* what each says */

#endif
