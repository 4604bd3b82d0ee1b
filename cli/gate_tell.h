/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print of a gate that has judged. */
#ifndef CLI_GATE_TELL_H
#define CLI_GATE_TELL_H

#include <stdio.h>

#include "gate.h"

/* Of each finding, which line of which file let it pass or failed it. */
void gate_explain(FILE *stream, const struct gate *gate);

/* On stderr: a policy that nobody named, what each suppression came to, and what is fixed. */
void gate_tell_lines(const struct gate *gate);

/* On stderr: how many lines of the baseline are about what did not run, if there are any. */
void gate_tell_not_run(const struct gate *gate);

/* On stderr: suppressions that matched nothing. */
void gate_warn(const struct gate *gate);

#endif
