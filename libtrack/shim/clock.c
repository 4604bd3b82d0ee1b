/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "shim.h"
#include "ticks.h"
#include "writer.h"

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

static clock_fn *vdso_clock = clock_by_syscall;
static clock_fn *read_clock = clock_by_syscall;

/* The vDSO's exact clocks read the counter too; its coarse ones do not. */
static int clock_without_counter(clockid_t clock, struct timespec *ts)
{
	if (!writers_confined())
		return clock_by_syscall(clock, ts);
	return vdso_clock(clock == CLOCK_REALTIME ? CLOCK_REALTIME_COARSE : CLOCK_MONOTONIC_COARSE,
			  ts);
}

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

static void find_vdso(void)
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
			vdso_clock = (clock_fn *)(bias + vdso.symbols[i].st_value);
}

void clock_init(void)
{
	find_vdso();
	read_clock = vdso_clock;
	ticks_init();
}

void clock_lose_counter(void)
{
	ticks_forbid();
	__atomic_store_n(&read_clock, clock_without_counter, __ATOMIC_RELEASE);
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
