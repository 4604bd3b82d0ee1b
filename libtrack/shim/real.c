/* SPDX-License-Identifier: Apache-2.0 */
#include "real.h"

#include <dlfcn.h>
#include <errno.h>

void *real_functions[TRACK_CALL__COUNT];

static const char *const names[TRACK_CALL__COUNT] = {
#define TRACK_CALL(function, group) [TRACK_CALL_##function] = #function,
#include <track/calls.def>
#undef TRACK_CALL
};

/* What an older C library does not have: we export it, so a weak reference finds our wrapper. */
static long absent(void)
{
	errno = ENOSYS;
	return -1;
}

void *real_resolve(enum track_call call)
{
	void *function = dlsym(RTLD_NEXT, names[call]);
	if (!function)
		function = (void *)(uintptr_t)absent;
	real_functions[call] = function;
	return function;
}

static const char *const libc_names[LIBC__COUNT] = {
#define LIBC_FUNCTION(name) [LIBC_##name] = #name,
#include "libc.def"
#undef LIBC_FUNCTION
};

void *libc_functions[LIBC__COUNT];

void real_resolve_all(void)
{
	for (int i = 0; i < LIBC__COUNT; i++)
		libc_functions[i] = dlsym(RTLD_NEXT, libc_names[i]);
	for (int call = TRACK_CALL_none + 1; call < TRACK_CALL__COUNT; call++)
		real_resolve((enum track_call)call);
}
