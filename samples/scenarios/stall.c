/* SPDX-License-Identifier: Apache-2.0 */
#include "stall.h"

static void run(struct job *job)
{
	struct stall *stall = (struct stall *)job;

	gate_open(&stall->begun);
	gate_await(&stall->ended);
}

void stall_begin(struct stall *stall, struct executor *executor)
{
	stall->job = (struct job){.run = run};
	gate_init(&stall->begun);
	gate_init(&stall->ended);
	executor_post(executor, &stall->job);
	gate_await(&stall->begun);
}

void stall_end(struct stall *stall)
{
	gate_open(&stall->ended);
}

void stall_finish(struct stall *stall)
{
	gate_finish(&stall->begun);
	gate_finish(&stall->ended);
}
