/* SPDX-License-Identifier: Apache-2.0 */
#include "stand_memory.h"
#include "process_files.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

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

/* No other process has what is written there. */
static bool is_private(int32_t pid, uint64_t address)
{
	char *text;
	size_t bytes;
	bool found = false;
	if (process_load_file(pid, "maps", &text, &bytes) < 0)
		return false;
	for (const char *line = text; line && *line && !found;) {
		uint64_t start, end;
		char rights[5] = "";
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &start, &end, rights) == 3)
			found = address >= start && address < end && rights[3] == 'p';
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	free(text);
	return found;
}

bool stand_memory_is_not_of(int32_t pid, int32_t tid, uint64_t address)
{
	struct process_stat stat;
	if (process_read_stat(tid, &stat) == -ENOENT)
		return true;
	return is_private(pid, address) && syscall(SYS_kcmp, pid, tid, KCMP_VM, 0, 0) > 0;
}
