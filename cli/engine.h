/* SPDX-License-Identifier: Apache-2.0 */
/* Which capture engine records a program. */
#ifndef CLI_ENGINE_H
#define CLI_ENGINE_H

#include <stdbool.h>

#include "option_types.h"
#include "program.h"

enum engine { ENGINE_SHIM, ENGINE_PROBES, ENGINE_BOTH };

/*
 * Whether it must be known if probes work here, before engine_choose is asked. patterns: a pack
 * that
 * --pack names has some, which no wrapper can follow.
 */
bool engine_wants_probes(enum option_engine wish, enum program_trouble trouble, bool patterns);

/* 0, or -EOPNOTSUPP: what was wished for needs probes, and they do not work here. */
int engine_choose(enum option_engine wish, enum program_trouble trouble, bool patterns,
		  bool probes_work, enum engine *ret_engine);

/* As the trace has it. */
const char *engine_name(enum engine engine);

#endif
