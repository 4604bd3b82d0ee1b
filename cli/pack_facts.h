/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a trace has to know of packs when it is judged: whose frames are not to blame, and
 * what lasts as long as the process. It is the trace's own, so that it is judged alike wherever it
 * is read.
 */
#ifndef CLI_PACK_FACTS_H
#define CLI_PACK_FACTS_H

#include <pack/pack.h>
#include <store/trace.h>

int pack_facts_write(struct trace *trace, const struct pack *pack);
/* Of the packs that come with this command, used or not: they are true of the libraries. */
int pack_facts_write_shipped(struct trace *trace);

#endif
