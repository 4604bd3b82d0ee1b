/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a recording: its report, on stderr or in a file, and the gate. Commands that take
 * SET_CONCLUDE share it. What goes wrong is said here.
 */
#ifndef CLI_CONCLUSION_H
#define CLI_CONCLUSION_H

#include <stdio.h>
#include <store/trace.h>

struct options;

struct conclusion {
	const struct options *options; /* the caller's */
	FILE *file;		       /* NULL: stderr */
};

/* Before the program starts, so that a file that cannot be written fails early. 0 or -errno. */
int conclusion_open(struct conclusion *conclusion);
void conclusion_close(struct conclusion *conclusion);

/*
 * Shows the report, and passes the program's exit code on unless the gate has another. trace NULL:
 * it could not be judged.
 */
int conclusion_draw(const struct conclusion *conclusion, struct trace *trace,
		    const char *trace_path, int exit_code);

#endif
