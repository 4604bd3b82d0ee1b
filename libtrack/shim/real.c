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

/*
 * Conditions have an old form, of a version that no program asks for any more; which of both a
 * look-up without a version finds is the loader's affair.
 */
static const struct {
	enum track_call call;
	const char *old, *wanted;
} versions[] = {
#define CONDITION(function) {TRACK_CALL_##function, "GLIBC_2.2.5", "GLIBC_2.3.2"},
	CONDITION(pthread_cond_wait) CONDITION(pthread_cond_timedwait)
		CONDITION(pthread_cond_signal) CONDITION(pthread_cond_broadcast)
			CONDITION(pthread_cond_init) CONDITION(pthread_cond_destroy)
#undef CONDITION
};

/* Not by the version at once: what another library puts in between (a sanitizer's) has none. */
static void *renewed(enum track_call call, void *function)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (versions[i].call == call &&
		    dlvsym(RTLD_NEXT, names[call], versions[i].old) == function)
			return dlvsym(RTLD_NEXT, names[call], versions[i].wanted);
	return function;
}

/* What an older C library does not have: we export it, so a weak reference finds our wrapper. */
static long absent(void)
{
	errno = ENOSYS;
	return -1;
}

void *real_resolve(enum track_call call)
{
	void *function = renewed(call, dlsym(RTLD_NEXT, names[call]));
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
