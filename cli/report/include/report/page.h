/* SPDX-License-Identifier: Apache-2.0 */
/* What the page is told beside its traces, whether it is a file or comes from a server. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <report/format.h>

struct report_page_trace {
	const char *path;	     /* as given; the page calls it by its last part */
	uint64_t revision;	     /* of what the page is given; 0 where there is one only */
	uint64_t size;		     /* of the image, in bytes */
	bool live;		     /* somebody still records into it */
	bool gone;		     /* it can be read no more: what there is, is the last of it */
	const struct report *report; /* what a gate says of it; NULL: there was none */
};

struct report_page_session {
	bool served; /* the traces are asked for; else they lie in the page */
	const struct report_style *style;
	const struct report_page_trace *traces;
	size_t trace_count;
};

/*
 * One JSON object, and a newline. It may stand in an element of a page: no '<' is in it. 0,
 * -ENOMEM, or -EIO if the stream fails.
 */
int report_page_session(FILE *stream, const struct report_page_session *session);

#endif
