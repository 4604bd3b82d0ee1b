/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's word on where the threads of a process stand. None of them is stopped for it. */
#ifndef LOADER_STAND_KERNEL_H
#define LOADER_STAND_KERNEL_H

#include "probe_stand.h"

#include <stddef.h>

#define STANDS_MAX 65536u /* threads of a process; those above are left out */

struct stand_kernel;

/* -errno: a sentence for the user is in ret_sentence. */
int stand_kernel_create(struct stand_kernel **ret_kernel, char *ret_sentence, size_t bytes);
/* NULL is taken. */
void stand_kernel_destroy(struct stand_kernel *kernel);
/* All threads of it as they are now; the caller frees. None: it is gone. -errno. */
int stand_kernel_look(struct stand_kernel *kernel, uint32_t tgid, struct probe_stand **ret_stands,
		      size_t *ret_count);

#endif
