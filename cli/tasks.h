/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of a process, as the kernel lists them. */
#ifndef CLI_TASKS_H
#define CLI_TASKS_H

#include <report/format.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of their ids; the caller frees them. 0 or -errno. */
int tasks_list(int32_t pid, struct report_task **ret_tasks, size_t *ret_count);

/* The processes that it forked, and those that they did, and so on; children first. At most max. */
size_t tasks_descendants(int32_t pid, struct report_task *ret_tasks, size_t max);

#endif
