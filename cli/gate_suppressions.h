/* SPDX-License-Identifier: Apache-2.0 */
/* Suppressions of what fails a gate, to be put into a file. */
#ifndef CLI_GATE_SUPPRESSIONS_H
#define CLI_GATE_SUPPRESSIONS_H

#include <stdio.h>

#include "gate.h"

/*
 * Of a gate that has judged: a line for each function that is to blame, below a comment, for as
 * many as there are. 0, -ENOMEM, or -EINVAL: there would be more of them than such a file may have.
 */
int gate_write_suppressions(FILE *stream, const struct gate *gate);

#endif
