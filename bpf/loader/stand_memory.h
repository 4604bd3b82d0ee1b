/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of another process, which runs on meanwhile. */
#ifndef LOADER_STAND_MEMORY_H
#define LOADER_STAND_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All of it, or false. */
bool stand_memory_read(int32_t pid, uint64_t address, void *ret_bytes, size_t size);
/* From address on, as far as it is mapped, and fits. How many bytes. */
size_t stand_memory_stack(int32_t pid, uint64_t address, void *ret_bytes, size_t size);
/* A thread that is nowhere, or one whose memory is other than that of which the address is. */
bool stand_memory_is_not_of(int32_t pid, int32_t tid, uint64_t address);

#endif
