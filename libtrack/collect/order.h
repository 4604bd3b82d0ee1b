/* SPDX-License-Identifier: Apache-2.0 */
/* The events and marks of all threads of a process, by time. */
#ifndef COLLECT_ORDER_H
#define COLLECT_ORDER_H

#include "process.h"

/*
 * Give the sink all that lies before the horizon and was not given yet, once it was scanned.
 * *ret_events is added to. 0, the sink's error or -errno.
 */
int order_deliver(struct process *process, const struct process_look *look, uint64_t horizon_ns,
		  uint64_t *ret_events);

#endif
