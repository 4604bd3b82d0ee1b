/* SPDX-License-Identifier: Apache-2.0 */
/* What an exec mapped, of a process that was over before /proc was asked. */
#ifndef LOADER_EXEC_FILE_H
#define LOADER_EXEC_FILE_H

#include "probe_event.h"

#include <stdbool.h>

struct traced;

/* The program and its loader, by what the kernel told. false: which file it was is not known. */
bool exec_file_map(struct traced *traced, const struct probe_exec *event);

#endif
