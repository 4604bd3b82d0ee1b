/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of a report, as one table made from formats.def. */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include <report/report.h>
#include <stdio.h>

/* A page without its traces, which go where the marker is. */
struct report_template {
	const unsigned char *html; /* not terminated */
	size_t size;		   /* 0: there is none */
	const char *marker;
};

/* How a report looks. */
struct report_style {
	bool color;
	bool full_stacks;
	size_t width;	    /* columns that lines are fitted to; 0: as long as they are */
	const char *folder; /* file names below it are shown relative to it; NULL: none */
	/* For machines, that read the document elsewhere. */
	const char *root; /* as folder; the top of its repository, if it lies in one; NULL: none */
	const char *version; /* of rtctrack; NULL: not told */
	/* For the page. */
	struct report_filter filter; /* what it shows first */
	const char *source_url;	     /* where sources are shown ({file}, {line}); NULL: nowhere */
	struct report_template page;
};

/* All reports into one document. 0, or -errno if stream fails or memory runs out. */
typedef int (*report_writer)(FILE *stream, struct report *const *reports, size_t count,
			     const struct report_style *style);

/* Of the text, the findings alone. Errors as above. */
int report_text_findings(FILE *stream, const struct report *report,
			 const struct report_style *style);

/* The block of one of them. */
int report_text_finding(FILE *stream, const struct report *report, size_t index,
			const struct report_style *style);

/*
 * The summary of a step of GitHub Actions, in Markdown: at most so many bytes, and what is left out
 * is counted. Errors as above.
 */
int report_github_summary(FILE *stream, struct report *const *reports, size_t count,
			  const struct report_style *style, size_t capacity);

/* What a line of a policy came to, and what a baseline knows that is gone: a line each. */
void report_text_use(FILE *stream, const struct report_use *use);
void report_text_fixed(FILE *stream, const struct report_fixed *fixed);

/* A thread as the kernel lists it. */
struct report_task {
	uint32_t tid;
	char name[32];
	char state;	   /* as in /proc/PID/stat */
	bool is_held_back; /* by us, at the end of the program (--settle) */
};

/* A line for each: what it waits for, and where it stands, as far as the report's threads say. */
int report_text_threads(FILE *stream, const struct report *report, const struct report_task *tasks,
			size_t task_count, const struct report_style *style);

/* clang-format off */
#define REPORT_FORMAT(name, reader, scope, text) \
	int report_##name(FILE *stream, struct report *const *reports, size_t count, \
			  const struct report_style *style);
#include <report/formats.def>
#undef REPORT_FORMAT
/* clang-format on */

enum report_reader { REPORT_FOR_PEOPLE, REPORT_FOR_MACHINE, REPORT_FOR_BROWSER };
enum report_scope { REPORT_OF_ANY, REPORT_OF_RECORDINGS };

struct report_format {
	const char *name;
	enum report_reader reader;
	enum report_scope scope;
	const char *text; /* what it is, for the manual */
	report_writer write;
};

/* The default first; ends with a row without a name. */
extern const struct report_format report_formats[];

#endif
