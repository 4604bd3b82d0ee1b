/* SPDX-License-Identifier: Apache-2.0 */
/* The host's functions behind our wrappers, one pointer per row of calls.def. */
#ifndef SHIM_REAL_H
#define SHIM_REAL_H

#include "shim.h"

extern void *real_functions[TRACK_CALL__COUNT];

/* Look all up, once, at start-up: allocators deadlock on wrappers that resolve late. */
void real_resolve_all(void);

/* For wrappers that run before our start-up (preinit code of the host): look one up now. */
void *real_resolve(enum track_call call);

static inline void *real_get(enum track_call call)
{
	void *function = real_functions[call];
	return likely(function != NULL) ? function : real_resolve(call);
}

/* The real function, with the type of the wrapper of that name. */
#define REAL(function) ((__typeof__(&function))real_get(TRACK_CALL_##function))

/* clang-format off */
enum libc_function {
#define LIBC_FUNCTION(name) LIBC_##name,
#include "libc.def"
#undef LIBC_FUNCTION
	LIBC__COUNT
};
/* clang-format on */

extern void *libc_functions[LIBC__COUNT];

/* The C library's function of that name, with its type: see libc.def. After real_resolve_all. */
#define LIBC(name) ((__typeof__(&name))libc_functions[LIBC_##name])

#endif
