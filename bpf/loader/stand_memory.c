/* SPDX-License-Identifier: Apache-2.0 */
#include "stand_memory.h"

#include <sys/uio.h>

#define PAGE 4096u
#define PARTS_MAX 32u

bool stand_memory_read(int32_t pid, uint64_t address, void *ret_bytes, size_t size)
{
	const struct iovec here = {.iov_base = ret_bytes, .iov_len = size};
	const struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};
	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* What cannot be read ends it; the kernel gives what comes before by whole parts. */
size_t stand_memory_stack(int32_t pid, uint64_t address, void *ret_bytes, size_t size)
{
	struct iovec parts[PARTS_MAX];
	unsigned long count = 0;
	size_t used = 0;
	while (count < PARTS_MAX && used < size && address <= UINT64_MAX - size) {
		uint64_t at = address + used;
		size_t bytes = PAGE - at % PAGE;
		if (bytes > size - used)
			bytes = size - used;
		parts[count++] =
			(struct iovec){.iov_base = (void *)(uintptr_t)at, .iov_len = bytes};
		used += bytes;
	}
	const struct iovec here = {.iov_base = ret_bytes, .iov_len = used};
	ssize_t got = process_vm_readv(pid, &here, 1, parts, count, 0);
	return got > 0 ? (size_t)got : 0;
}
