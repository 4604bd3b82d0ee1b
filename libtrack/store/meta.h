/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_META_H
#define STORE_META_H

struct trace;

/* Free the texts that trace_meta gave out. */
void meta_finish(struct trace *trace);

#endif
