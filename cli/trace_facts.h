/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace says of its recording, written when that begins. */
#ifndef CLI_TRACE_FACTS_H
#define CLI_TRACE_FACTS_H

#include <store/trace.h>

struct options;

/* command: what was run, or attached to; engine: who records. 0 or -errno. */
int trace_facts_write(struct trace *trace, const struct options *options, const char *command,
		      const char *engine);

#endif
