/* SPDX-License-Identifier: Apache-2.0 */
#include "stall.h"

static void run(struct job *job)
{
	struct stall *stall = (struct stall *)job;

	sem_post(&stall->begun);
	while (sem_wait(&stall->ended))
		;
}

void stall_begin(struct stall *stall, struct executor *executor)
{
	stall->job = (struct job){.run = run};
	sem_init(&stall->begun, 0, 0);
	sem_init(&stall->ended, 0, 0);
	executor_post(executor, &stall->job);
	while (sem_wait(&stall->begun))
		;
}

void stall_end(struct stall *stall)
{
	sem_post(&stall->ended);
}
