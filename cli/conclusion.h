/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a recording: its report, on stderr or in a file, and the gate. Commands that take
 * SET_CONCLUDE share it. What goes wrong is said here.
 */
#ifndef CLI_CONCLUSION_H
#define CLI_CONCLUSION_H

#include <stdio.h>
#include <store/trace.h>

#include "options.h"

struct gate;

struct conclusion {
	struct options options; /* of the recording, completed by the policy */
	struct gate *gate;
	FILE *file; /* NULL: stderr */
};

/*
 * Before anything is recorded: reads the files that the gate judges by. 0 or -errno; to be closed
 * however it ends.
 */
int conclusion_prepare(struct conclusion *conclusion, const struct options *options);

/* Before the program starts, so that a file that cannot be written fails early. 0 or -errno. */
int conclusion_open(struct conclusion *conclusion);
void conclusion_close(struct conclusion *conclusion);

/*
 * Shows the report, and passes the program's exit code on unless the gate has another. trace NULL:
 * it could not be judged.
 */
int conclusion_draw(struct conclusion *conclusion, struct trace *trace, const char *trace_path,
		    int exit_code);

#endif
