/* SPDX-License-Identifier: Apache-2.0 */
/* What the running kernel has, by its own types, and what we may do. */
#ifndef PROBES_KERNEL_H
#define PROBES_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;

/* Attach type of a link for many functions, which older headers do not have. */
#define KERNEL_UPROBE_MULTI 48

/* The kernel's types; NULL: it tells none. To be freed with btf__free. */
struct btf *kernel_types_load(void);

bool kernel_has_tracepoint(const struct btf *types, const char *name);
bool kernel_has_value(const struct btf *types, const char *enumeration, const char *value);

/* The inode of our pid namespace; 0: it is the first one. */
uint32_t kernel_pid_namespace(void);

/* The first thing without which the engine cannot work: 0, or -errno and a sentence. */
int kernel_check(const struct btf *types, char *sentence, size_t bytes);
/* And without which nobody can look where threads stand. */
int kernel_check_look(const struct btf *types, char *sentence, size_t bytes);

#endif
