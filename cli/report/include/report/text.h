/* SPDX-License-Identifier: Apache-2.0 */
/* A report for people. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <report/report.h>
#include <stdio.h>

struct report_style {
	bool color;
	bool full_stacks;
	size_t width;	    /* columns that lines are fitted to; 0: as long as they are */
	const char *folder; /* file names below it are shown relative to it; NULL: none */
};

/* 0, or -errno if stream fails. */
int report_text(FILE *stream, const struct report *report, const struct report_style *style);

#endif
