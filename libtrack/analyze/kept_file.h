/* SPDX-License-Identifier: Apache-2.0 */
/* Files that a runtime keeps open as long as the process lasts, by design: its own perf map. */
#ifndef ANALYZE_KEPT_FILE_H
#define ANALYZE_KEPT_FILE_H

#include <store/trace.h>

/* What its row says then, as if the program had said it; NULL: it is none of them. */
const struct trace_annotation *kept_file(const char *path);

#endif
