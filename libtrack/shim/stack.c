/* SPDX-License-Identifier: Apache-2.0 */
#include "stack.h"
#include "module.h"
#include "process.h"
#include "spool.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define OWN_FRAMES 8 /* ours at the top of a stack, at most */
#define FORK_WAIT_ROUNDS 20000

typedef int unwind_fn(void **, int);

static unwind_fn *unwind;
static bool load_tried;
static uint32_t depth_max;
static bool forking;

static SHIM_TLS bool tls_inside;

extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));

void stack_init(uint32_t depth)
{
	depth_max = depth < TRACK_STACK_DEPTH_MAX ? depth : TRACK_STACK_DEPTH_MAX;
}

void stack_load(void)
{
	/* Not before libc is set up, see stack.h. */
	if (!depth_max || !environ || __atomic_exchange_n(&load_tried, true, __ATOMIC_ACQ_REL))
		return;
	sys3(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
	void *library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	void *found = library ? dlsym(library, "unw_backtrace") : NULL;
	if (!found)
		spool_note(TRACK_NOTE_NO_UNWINDER, 1);
	__atomic_store_n(&unwind, (unwind_fn *)found, __ATOMIC_RELEASE);
}

bool stack_is_unwinding(void)
{
	return tls_inside;
}

long stack_probe_write(const void *address)
{
	char byte;
	struct iovec local = {&byte, 1};
	struct iovec remote = {(void *)(uintptr_t)address, 1};
	long ret = sys6(SYS_process_vm_readv, process_pid(), (long)&local, 1, (long)&remote, 1, 0);
	errno = ret == 1 ? 0 : EFAULT;
	return ret == 1 ? 1 : -1;
}

long stack_probe_read(void)
{
	errno = 0;
	return 1;
}

void stack_before_fork(void)
{
	if (!unwind)
		return;
	__atomic_store_n(&forking, true, __ATOMIC_SEQ_CST);
	/* Makes the flag visible to threads that enter without a barrier of their own. */
	sys3(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	for (int i = 0; i < FORK_WAIT_ROUNDS && writers_unwinding(); i++)
		sys3(SYS_sched_yield, 0, 0, 0);
}

void stack_after_fork(void)
{
	tls_inside = false;
	__atomic_store_n(&forking, false, __ATOMIC_SEQ_CST);
}

static bool enter(struct writer *writer)
{
	for (int i = 0; i < FORK_WAIT_ROUNDS; i++) {
		__atomic_store_n(&writer->unwinding, 1, __ATOMIC_RELAXED);
		__asm__ volatile("" ::: "memory"); /* paired with membarrier */
		if (likely(!__atomic_load_n(&forking, __ATOMIC_RELAXED)))
			return true;
		__atomic_store_n(&writer->unwinding, 0, __ATOMIC_RELEASE);
		sys3(SYS_sched_yield, 0, 0, 0);
	}
	return false;
}

static uint64_t hash_addresses(const uint64_t *addresses, size_t count)
{
	uint64_t hash = 0x9e3779b97f4a7c15u ^ count;
	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ addresses[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return hash ? hash : 1;
}

static bool is_own(uint64_t address)
{
	return address >= (uintptr_t)__ehdr_start && address < (uintptr_t)etext;
}

/* The thread meets this stack for the first time (or forgot it). */
static void record_new(struct writer *writer, uint64_t hash, const uint64_t *addresses,
		       size_t count)
{
	modules_check(writer, addresses, count);
	uint16_t size = (uint16_t)(sizeof(struct track_record) + count * sizeof(*addresses));
	struct track_record *record =
		writer_begin(writer, size, TRACK_META_STACK, 0, TRACK_CALL_none);
	if (!record)
		return;
	record->subject = hash;
	record->stack = 0;
	record->arg = count;
	memcpy(record + 1, addresses, count * sizeof(*addresses));
	writer_commit(record);
	writer->stacks[hash % WRITER_STACKS] = hash;
}

static __attribute__((noinline)) void forget_stacks(struct writer *writer, uint32_t version)
{
	memset(writer->stacks, 0, sizeof(writer->stacks));
	writer->stacks_version = version;
}

uint64_t stack_record(struct writer *writer)
{
	uint64_t addresses[TRACK_STACK_DEPTH_MAX + OWN_FRAMES];
	if (unlikely(!unwind))
		return 0;
	if (unlikely(tls_inside || writer->shallow || !enter(writer))) {
		spool_note(TRACK_NOTE_STACKS_SKIPPED, 1);
		return 0;
	}
	tls_inside = true;
	int found = unwind((void **)addresses, (int)depth_max + OWN_FRAMES);
	tls_inside = false;
	__atomic_store_n(&writer->unwinding, 0, __ATOMIC_RELEASE);

	size_t count = found > 0 ? (size_t)found : 0;
	const uint64_t *first = addresses;
	while (count && is_own(*first)) {
		first++;
		count--;
	}
	if (count > depth_max)
		count = depth_max;
	if (!count)
		return 0;
	uint32_t version = modules_version();
	if (unlikely(writer->stacks_version != version))
		forget_stacks(writer, version);
	uint64_t hash = hash_addresses(first, count);
	if (unlikely(writer->stacks[hash % WRITER_STACKS] != hash))
		record_new(writer, hash, first, count);
	return hash;
}
