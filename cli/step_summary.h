/* SPDX-License-Identifier: Apache-2.0 */
/* The summary of a step of GitHub Actions: what stands above its log. */
#ifndef CLI_STEP_SUMMARY_H
#define CLI_STEP_SUMMARY_H

#include <report/format.h>

/*
 * Adds one to the file that GITHUB_STEP_SUMMARY names; without it nothing. GitHub takes 1 MiB of a
 * step, and nothing of a file that is larger: what others wrote counts too. What goes wrong is
 * said, and is no error: the report stands in the log.
 */
void step_summary_add(struct report *const *reports, size_t count,
		      const struct report_style *style);

#endif
