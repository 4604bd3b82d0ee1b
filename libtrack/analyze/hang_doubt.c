/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_doubt.h"

/* In a close; or at the program's end, where nobody runs who may have been asked to finish. */
static bool has_hung(const struct hangs *hangs, size_t thread)
{
	return hang_closing(hangs, thread) != NULL ||
	       (hang_is_exit(hangs, thread) &&
		!wait_process_of(&hangs->graph, thread)->has_running);
}

static bool is_certain(const struct hangs *hangs, const struct hang *hang)
{
	bool certain = hang->closer != WAIT_NOBODY && has_hung(hangs, hang->closer);

	for (size_t i = 0; i < hang->count; i++)
		certain |= has_hung(hangs, hang->chain[i]);
	return certain;
}

bool hang_is_doubtful(const struct hangs *hangs, const struct hang *hang,
		      const struct hang_verdict *verdict)
{
	const struct wait_process *process = wait_process_of(&hangs->graph, hang->chain[0]);
	const struct wait_thread *end = hang_thread(hangs, hang->chain[hang->count - 1]);

	if (hang->shape == HANG_HOLDER_RUNS)
		return true;
	if (hang->shape != HANG_OPEN || verdict->pool > 0 || end->closed_id != 0 ||
	    is_certain(hangs, hang))
		return false;
	if (process->is_closed)
		return process->by_handler;
	return process->has_running || !hang_thread(hangs, hang->chain[0])->is_first ||
	       wait_is_from_outside(end->wait);
}
