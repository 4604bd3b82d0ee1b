/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map of loaded modules. dlopen cannot be wrapped (its result depends on
 * its caller), so a new module is noticed when a stack first leads into it.
 */
#ifndef SHIM_MODULE_H
#define SHIM_MODULE_H

#include "shim.h"

struct writer;

/* Record all that are loaded. In a forked child: what the parent knew, without a lock. */
void modules_record_all(struct writer *writer, bool forked);

/* Whether an address is in one that was noticed: its code, or its data. */
bool modules_have(uint64_t address);

/* Before a new stack is recorded: look again if an address is in no known module. */
void modules_check(struct writer *writer, const uint64_t *addresses, size_t count);

/* After a dlclose: wrappers of packs look again for what modules that may be others now call. */
void modules_count_unloads(void);

/* After a dlclose: record what is gone. */
void modules_after_unload(struct writer *writer);

/* Grows whenever a module went: remembered stacks may mean another function now. */
extern uint32_t modules_version_now SHIM_HIDDEN;

static inline uint32_t modules_version(void)
{
	return __atomic_load_n(&modules_version_now, __ATOMIC_RELAXED);
}

#endif
