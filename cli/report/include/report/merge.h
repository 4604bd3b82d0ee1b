/* SPDX-License-Identifier: Apache-2.0 */
/* Several recordings as one: the same defect in each of them is one finding. */
#ifndef REPORT_MERGE_H
#define REPORT_MERGE_H

#include <report/report.h>

/*
 * Findings of equal fingerprints become one: counts are added, the worst state holds, and the rest
 * is as in the first recording where it was so. The evidence is complete if that of all is. What it
 * points to stays the reports', which must live as long. top: so many findings at most; 0: all. 0
 * or -ENOMEM.
 */
int report_merge(struct report *const *reports, size_t count, uint32_t top,
		 struct report **ret_report);

/* For a document that has one list: the only report itself, else one of their own. 0 or -ENOMEM. */
struct report_whole {
	const struct report *report;
	struct report *own; /* NULL: it is the only one */
	/* Of which it is: the reports, or what the only one was merged of. */
	struct report *const *recordings;
	size_t recording_count;
};
int report_whole_init(struct report_whole *whole, struct report *const *reports, size_t count);
void report_whole_finish(struct report_whole *whole);

#endif
