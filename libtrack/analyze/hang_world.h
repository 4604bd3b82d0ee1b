/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes of which all threads wait for each other, and for nothing from outside: nobody is left
 * who could wake anybody.
 */
#ifndef ANALYZE_HANG_WORLD_H
#define ANALYZE_HANG_WORLD_H

#include "hang.h"

/* Fills in wait_process.has_running, is_closed and by_handler. 0 or -errno. */
int hang_worlds_judge(struct hangs *hangs);

#endif
