/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the kernel kills for want of memory: nobody else tells a SIGKILL of its from others. */
#ifndef CLI_OOM_H
#define CLI_OOM_H

#include <stdint.h>

/* How many it killed since the machine started, anywhere on it; 0 unknown. */
uint64_t oom_kills(void);

#endif
