/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of several reports as one, all but their findings. */
#ifndef REPORT_MERGE_LISTS_H
#define REPORT_MERGE_LISTS_H

#include <report/report.h>

/*
 * Processes one after the other, as their reports are; of the rest equal ones added up. Threads
 * only where no finding tells why they stand. 0 or -ENOMEM.
 */
int merge_lists(struct report *merged, struct report *const *reports, size_t count);

#endif
