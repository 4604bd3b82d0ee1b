/* SPDX-License-Identifier: Apache-2.0 */
#include "libc_function.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const char *const calls[] = {
#define TRACK_CALL(function, group) #function,
#include <track/calls.def>
#undef TRACK_CALL
};
/* clang-format on */

static const char *const prefixes[] = {"__libc_", "__GI_", "__new_",   "__old_",
				       "__",	  "___",   "_IO_new_", "_IO_"};
static const char *const suffixes[] = {"", "64", "_nocancel", "64_nocancel", "_2_1", "_internal"};

/* Where its calls wait, by the beginnings of names. */
static const char *const waits[] = {
	"__lll_lock_wait",	 "__futex_abstimed_wait", "__pthread_clockjoin_ex",
	"__pthread_mutex_lock_", "__pthread_mutex_cond_", "__pthread_rwlock_",
	"__new_sem_wait_slow",	 "__syscall_cancel",	  "__internal_syscall_cancel",
};

static bool is_call(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strlen(calls[i]) == length && strncmp(calls[i], name, length) == 0)
			return true;
	return false;
}

/* With none of the suffixes, or without one that it has. */
static bool is_inner_call(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t end = strlen(suffixes[i]);

		if (length > end && strcmp(name + length - end, suffixes[i]) == 0 &&
		    is_call(name, length - end))
			return true;
	}
	return false;
}

bool libc_function_is(const char *function)
{
	if (function == NULL)
		return false;
	if (is_inner_call(function))
		return true;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		if (strncmp(function, waits[i], strlen(waits[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(function, prefixes[i], strlen(prefixes[i])) == 0 &&
		    is_inner_call(function + strlen(prefixes[i])))
			return true;
	return false;
}
