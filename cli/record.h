/* SPDX-License-Identifier: Apache-2.0 */
/* A program recorded from its start to its verdict: what commands that start one have in common. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "conclusion.h"
#include "options.h"
#include "recording.h"

/* What a command does with a program that has started, until its report; the exit code. */
typedef int (*record_follower)(struct recording *recording, struct conclusion *conclusion);

/* The operands of the options are the program. The exit code. */
int record_program(const struct options *options, record_follower follow);

#endif
