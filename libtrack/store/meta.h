/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace says of itself by key and value: trace_meta and trace_set_meta. */
#ifndef STORE_META_H
#define STORE_META_H

struct trace;

/* Free the texts that trace_meta gave out. */
void meta_finish(struct trace *trace);

#endif
