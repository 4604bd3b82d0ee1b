/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "shim.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>

typedef int clock_fn(clockid_t, struct timespec *);

static int clock_by_syscall(clockid_t clock, struct timespec *ts)
{
	return (int)sys3(SYS_clock_gettime, clock, (long)ts, 0);
}

static clock_fn *read_clock = clock_by_syscall;

struct vdso {
	const Elf64_Sym *symbols;
	const char *strings;
	uint32_t symbol_count;
};

static void vdso_dynamic(struct vdso *vdso, uintptr_t bias, const Elf64_Dyn *dynamic)
{
	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		uintptr_t at = bias + dynamic->d_un.d_ptr;
		if (dynamic->d_tag == DT_SYMTAB)
			vdso->symbols = (const void *)at;
		else if (dynamic->d_tag == DT_STRTAB)
			vdso->strings = (const void *)at;
		else if (dynamic->d_tag == DT_HASH)
			vdso->symbol_count = ((const uint32_t *)at)[1];
	}
}

void clock_init(void)
{
	const Elf64_Ehdr *elf = (const void *)getauxval(AT_SYSINFO_EHDR);
	if (!elf)
		return;
	const Elf64_Phdr *segments = (const void *)((const char *)elf + elf->e_phoff);
	const Elf64_Dyn *dynamic = NULL;
	uintptr_t bias = 0;
	for (int i = 0; i < elf->e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD)
			bias = (uintptr_t)elf + segments[i].p_offset - segments[i].p_vaddr;
		else if (segments[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)((const char *)elf + segments[i].p_offset);
	}
	struct vdso vdso = {0};
	if (dynamic)
		vdso_dynamic(&vdso, bias, dynamic);
	for (uint32_t i = 0; vdso.symbols && vdso.strings && i < vdso.symbol_count; i++)
		if (!strcmp(vdso.strings + vdso.symbols[i].st_name, "__vdso_clock_gettime"))
			read_clock = (clock_fn *)(bias + vdso.symbols[i].st_value);
}

static inline uint64_t read_ns(clockid_t clock)
{
	struct timespec ts;
	read_clock(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t clock_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_coarse_ns(void)
{
	return read_ns(CLOCK_MONOTONIC_COARSE);
}

uint64_t clock_realtime_ns(void)
{
	return read_ns(CLOCK_REALTIME);
}
