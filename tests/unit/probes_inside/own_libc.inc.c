/* SPDX-License-Identifier: Apache-2.0 */
/* The C library that the test itself runs with. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>

/* Its own function, also where a sanitizer has another one of that name. */
static inline uint64_t own_libc_function(const char *name)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	void *function = libc ? dlsym(libc, name) : NULL;
	cr_assert(function != NULL, "libc has no %s", name);
	return (uintptr_t)function;
}

static inline const char *own_libc_path(void)
{
	static Dl_info info;
	cr_assert(dladdr((void *)(uintptr_t)own_libc_function("write"), &info) != 0);
	return info.dli_fname;
}

/* In the file, whose code is mapped as it lies there. */
static inline uint64_t own_libc_offset(const char *name)
{
	Dl_info info;
	uint64_t function = own_libc_function(name);
	cr_assert(dladdr((void *)(uintptr_t)function, &info) != 0);
	return function - (uintptr_t)info.dli_fbase;
}
