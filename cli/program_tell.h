/* SPDX-License-Identifier: Apache-2.0 */
/* Says what of a program is not recorded, or by what it is. */
#ifndef CLI_PROGRAM_TELL_H
#define CLI_PROGRAM_TELL_H

#include "engine.h"

struct options;

/* probes_error: they were tried for want of the shim, and do not work; NULL else. */
void program_tell(const struct options *options, const struct program *program, enum engine engine,
		  const char *probes_error);

#endif
