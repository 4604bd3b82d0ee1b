/* SPDX-License-Identifier: Apache-2.0 */
/* From traces to a report on a stream, in the format that the options name. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <limits.h>
#include <report/format.h>
#include <report/report.h>
#include <stdio.h>

#include "options.h"

/* now_ns: the recording goes on until then; 0: it is over (see source_now_ns). */
int output_read(struct trace *trace, const char *trace_path, const struct options *options,
		uint64_t now_ns, struct report **ret_report);

struct output_folders {
	char folder[PATH_MAX], root[PATH_MAX];
};

/* How reports look there. The style's folders lie in ret_folders. */
struct report_style output_style(FILE *stream, const struct options *options,
				 struct output_folders *ret_folders);

/* Redacts and merges the reports first where that is asked for. 0, or -errno if the stream fails.
 */
int output_write(FILE *stream, const struct options *options, struct report *const *reports,
		 size_t count);

/* Of a recording: may anything but errors stand on stderr? A machine reads its report there. */
bool output_speaks(const struct options *options);

#endif
