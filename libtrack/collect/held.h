/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a process that is held back until what belongs to closed scopes is over: words of its
 * spool's header.
 */
#ifndef COLLECT_HELD_H
#define COLLECT_HELD_H

#include <collect/collector.h>
#include <stdbool.h>

struct process;

/* Its spool is mapped: was it held back, or is it? */
void held_take(struct process *process);
/* It is, and all that was before was delivered. */
bool held_is_awaited(const struct process *process, struct collect_held *ret_held);
/* Then: not any more. */
void held_let_go(struct process *process);

#endif
