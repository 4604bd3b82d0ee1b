/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_doubt.h"

static bool is_in_close(const struct hangs *hangs, const struct hang *hang)
{
	bool closing = hang->closer != WAIT_NOBODY;

	for (size_t i = 0; i < hang->count; i++)
		closing |= hang_is_closing(hangs, hang->chain[i]);
	return closing;
}

bool hang_is_doubtful(const struct hangs *hangs, const struct hang *hang,
		      const struct hang_verdict *verdict)
{
	const struct wait_process *process = wait_process_of(&hangs->graph, hang->chain[0]);
	const struct wait_thread *end = hang_thread(hangs, hang->chain[hang->count - 1]);

	if (hang->shape == HANG_HOLDER_RUNS)
		return true;
	if (hang->shape != HANG_OPEN || verdict->pool > 0 || end->closed_id != 0 ||
	    is_in_close(hangs, hang))
		return false;
	if (process->is_closed)
		return process->by_handler;
	return process->has_running || !hang_thread(hangs, hang->chain[0])->is_first ||
	       wait_is_from_outside(end->wait);
}
