/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sample for the symbolizer: prints, for places in itself, their ELF virtual
 * addresses. A return address minus one lies in the call.
 */
#define _GNU_SOURCE /* cc is called without our flags */
#include <link.h>
#include <stdint.h>
#include <stdio.h>

static int first_bias(struct dl_phdr_info *info, size_t size, void *ret_bias)
{
	(void)size;
	*(uintptr_t *)ret_bias = info->dlpi_addr;
	return 1;
}

static void print(const char *place, uintptr_t address)
{
	uintptr_t bias = 0;

	dl_iterate_phdr(first_bias, &bias);
	printf("%s %lx\n", place, (unsigned long)(address - bias));
}

__attribute__((noinline)) void *here(void)
{
	return (char *)__builtin_return_address(0) - 1;
}

static inline __attribute__((always_inline)) void *innermost(void)
{
	return here(); /* LINE innermost */
}

static inline __attribute__((always_inline)) void *middle(void)
{
	void *place = innermost(); /* LINE middle */

	__asm__ volatile("" ::: "memory");
	return place;
}

__attribute__((noinline)) void *outer(void)
{
	void *place = middle(); /* LINE outer */

	__asm__ volatile("" ::: "memory");
	return place;
}

static __attribute__((noinline)) void *hidden(void)
{
	void *place = here(); /* LINE hidden */

	__asm__ volatile("" ::: "memory");
	return place;
}

int main(void)
{
	print("inlined", (uintptr_t)outer());
	print("hidden", (uintptr_t)hidden());
	return 0;
}
