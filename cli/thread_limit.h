/* SPDX-License-Identifier: Apache-2.0 */
/* How many threads a program may have that we start. */
#ifndef CLI_THREAD_LIMIT_H
#define CLI_THREAD_LIMIT_H

#include <stdint.h>

/* The least of what the kernel, the user's limit and our cgroup allow. 0: not known. */
uint64_t thread_limit(void);

#endif
