/* SPDX-License-Identifier: Apache-2.0 */
/* An executor that is busy for a while: what lives on it does nothing, hears nothing. */
#ifndef STALL_H
#define STALL_H

#include "gate.h"

#include <run/executor.h>

/* The caller's again once the executor has done something else: stall_finish may follow then. */
struct stall {
	struct job job;
	struct gate begun, ended;
};

/* Returns once it is busy. Not on the executor. */
void stall_begin(struct stall *stall, struct executor *executor);
void stall_end(struct stall *stall);
void stall_finish(struct stall *stall);

#endif
