/* SPDX-License-Identifier: Apache-2.0 */
#include "filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

/* What this library makes itself (tests/unit/house.sh compares), then what is made for it. */
static const uint16_t ours[] = {
	SYS_close,
	SYS_faccessat,
	SYS_fcntl,
	SYS_fstat,
	SYS_ftruncate,
	SYS_futex,
	SYS_getcwd,
	SYS_getdents64,
	SYS_geteuid,
	SYS_getgid,
	SYS_getpeername,
	SYS_getpid,
	SYS_getppid,
	SYS_getsockname,
	SYS_getsockopt,
	SYS_gettid,
	SYS_getuid,
	SYS_ioctl,
	SYS_lstat,
	SYS_madvise,
	SYS_membarrier,
	SYS_mkdir,
	SYS_mmap,
	SYS_mprotect,
	SYS_munmap,
	SYS_newfstatat,
	SYS_open,
	SYS_openat,
	SYS_pread64,
	SYS_prlimit64,
	SYS_process_vm_readv,
	SYS_read,
	SYS_readlink,
	SYS_rename,
	SYS_rt_sigprocmask,
	SYS_sched_yield,
	SYS_stat,
	SYS_statfs,
	SYS_unlink,
	SYS_clock_gettime,
	/* libunwind, the loader and pthread_getattr_np */
	SYS_mincore,
	SYS_msync,
	SYS_brk,
	SYS_getrandom,
	SYS_sched_getaffinity,
};

#define ACTION_UNKNOWN 0xffffffffu

static struct sock_filter code[BPF_MAXINSNS];
static bool busy;

/* By way of the kernel, since the pointers are the host's. */
static bool copy(void *to, const void *from, size_t size)
{
	struct iovec local = {to, size}, remote = {(void *)(uintptr_t)from, size};
	long pid = sys3(SYS_getpid, 0, 0, 0);
	return sys6(SYS_process_vm_readv, pid, (long)&local, 1, (long)&remote, 1, 0) == (long)size;
}

struct machine {
	uint32_t a, x, memory[BPF_MEMWORDS];
};

/* The first words of struct seccomp_data; false for the arguments, which are not known. */
static bool load(uint32_t offset, uint32_t number, uint32_t *ret_word)
{
	if (offset == offsetof(struct seccomp_data, nr))
		*ret_word = number;
	else if (offset == offsetof(struct seccomp_data, arch))
		*ret_word = AUDIT_ARCH_X86_64;
	else
		return false;
	return true;
}

static bool compute(struct machine *m, const struct sock_filter *i)
{
	uint32_t operand = BPF_SRC(i->code) == BPF_X ? m->x : i->k;
	switch (BPF_OP(i->code)) {
	case BPF_ADD:
		m->a += operand;
		return true;
	case BPF_SUB:
		m->a -= operand;
		return true;
	case BPF_MUL:
		m->a *= operand;
		return true;
	case BPF_OR:
		m->a |= operand;
		return true;
	case BPF_AND:
		m->a &= operand;
		return true;
	case BPF_XOR:
		m->a ^= operand;
		return true;
	case BPF_LSH:
		m->a = operand < 32 ? m->a << operand : 0;
		return true;
	case BPF_RSH:
		m->a = operand < 32 ? m->a >> operand : 0;
		return true;
	case BPF_NEG:
		m->a = -m->a;
		return true;
	}
	return false;
}

/* How many instructions a jump skips; false: no such jump. */
static bool jump(const struct machine *m, const struct sock_filter *i, size_t *ret_skip)
{
	uint32_t operand = BPF_SRC(i->code) == BPF_X ? m->x : i->k;
	bool taken;
	switch (BPF_OP(i->code)) {
	case BPF_JA:
		*ret_skip = i->k;
		return true;
	case BPF_JEQ:
		taken = m->a == operand;
		break;
	case BPF_JGT:
		taken = m->a > operand;
		break;
	case BPF_JGE:
		taken = m->a >= operand;
		break;
	case BPF_JSET:
		taken = m->a & operand;
		break;
	default:
		return false;
	}
	*ret_skip = taken ? i->jt : i->jf;
	return true;
}

static bool move(struct machine *m, const struct sock_filter *i, uint32_t number)
{
	bool memory = BPF_MODE(i->code) == BPF_MEM;
	switch (BPF_CLASS(i->code)) {
	case BPF_LD:
		if (BPF_MODE(i->code) == BPF_ABS)
			return load(i->k, number, &m->a);
		if (memory && i->k >= BPF_MEMWORDS)
			return false;
		m->a = memory ? m->memory[i->k] : i->k;
		return memory || BPF_MODE(i->code) == BPF_IMM;
	case BPF_LDX:
		if (memory && i->k >= BPF_MEMWORDS)
			return false;
		m->x = memory ? m->memory[i->k] : i->k;
		return memory || BPF_MODE(i->code) == BPF_IMM;
	case BPF_ST:
	case BPF_STX:
		if (i->k >= BPF_MEMWORDS)
			return false;
		m->memory[i->k] = BPF_CLASS(i->code) == BPF_ST ? m->a : m->x;
		return true;
	case BPF_MISC:
		if (BPF_MISCOP(i->code) == BPF_TAX)
			m->x = m->a;
		else
			m->a = m->x;
		return true;
	}
	return false;
}

/* What the filter says of a system call; ACTION_UNKNOWN: that depends on its arguments. */
static uint32_t decide(size_t length, uint32_t number)
{
	struct machine m = {0};
	for (size_t at = 0; at < length; at++) {
		const struct sock_filter *i = &code[at];
		size_t skip = 0;
		bool known;
		if (BPF_CLASS(i->code) == BPF_RET)
			return BPF_RVAL(i->code) == BPF_A ? m.a : i->k;
		if (BPF_CLASS(i->code) == BPF_ALU)
			known = compute(&m, i);
		else if (BPF_CLASS(i->code) == BPF_JMP)
			known = jump(&m, i, &skip);
		else
			known = move(&m, i, number);
		if (!known)
			return ACTION_UNKNOWN;
		at += skip;
	}
	return ACTION_UNKNOWN;
}

static bool lets(size_t length, uint32_t number)
{
	uint32_t decision = decide(length, number), action = decision & SECCOMP_RET_ACTION_FULL;
	return decision != ACTION_UNKNOWN &&
	       (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG ||
		action == SECCOMP_RET_ERRNO);
}

bool filter_lets_us(const void *program)
{
	struct sock_fprog fprog;
	if (__atomic_exchange_n(&busy, true, __ATOMIC_ACQUIRE))
		return false;
	bool all = copy(&fprog, program, sizeof(fprog)) && fprog.len <= BPF_MAXINSNS &&
		   copy(code, fprog.filter, fprog.len * sizeof(*code));
	for (size_t i = 0; all && i < sizeof(ours) / sizeof(*ours); i++)
		all = lets(fprog.len, ours[i]);
	__atomic_store_n(&busy, false, __ATOMIC_RELEASE);
	return all;
}
