/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where another choice of packs would have shown more: a library that was loaded later, so that its
 * pack was not there, and a pack that was asked for and had no library, or not all its functions.
 */
#ifndef CLI_PACK_HINTS_H
#define CLI_PACK_HINTS_H

#include <store/trace.h>

struct option_texts;
struct probes;

/*
 * Writes notes of a trace that is recorded. names: what --pack says. by_shim: packs are chosen when
 * a program starts. probes: that recorded too; NULL: there were none. 0 or -errno.
 */
int pack_hints_write(struct trace *trace, const struct option_texts *names, bool by_shim,
		     const struct probes *probes);

#endif
