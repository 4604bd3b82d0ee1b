/* SPDX-License-Identifier: Apache-2.0 */
/* An executor that is busy for a while: what lives on it does nothing, hears nothing. */
#ifndef STALL_H
#define STALL_H

#include <run/executor.h>
#include <semaphore.h>

/* Belongs to the caller until the executor has done something else again. */
struct stall {
	struct job job;
	sem_t begun, ended;
};

/* Returns once it is busy. Not on the executor. */
void stall_begin(struct stall *stall, struct executor *executor);
void stall_end(struct stall *stall);

#endif
