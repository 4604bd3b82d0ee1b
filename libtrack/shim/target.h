/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file is that the host is about to execute: whether the shim gets into
 * it, and whether its loader would stumble over LD_PRELOAD. Reads the file's
 * head by system calls of its own; allocates nothing.
 */
#ifndef SHIM_TARGET_H
#define SHIM_TARGET_H

#include "shim.h"

enum target_kind {
	TARGET_TAKES,	 /* dynamic, glibc, x86-64 (or not readable: the kernel will say) */
	TARGET_BLIND,	 /* static, or its privilege makes the loader ignore us: runs unseen */
	TARGET_STUMBLES, /* another libc or architecture: LD_PRELOAD would break or disturb it */
};

struct target {
	enum target_kind kind;
	char asan[32];	/* file name of GCC's AddressSanitizer, which must come first; "" none */
	uint32_t packs; /* preload.h: those that fit what it needs itself */
};

/*
 * Remember our own program, of which all is known. asan: the sanitizer that it
 * was given, "libasan.so.N:..." or ""; packs: the packs.
 */
void target_init(const char *asan, uint32_t packs);

/* folder: descriptor that a relative path starts from, or AT_FDCWD; path "": folder itself. */
void target_inspect(int folder, const char *path, struct target *ret_target);
/* The same for a name that is looked for in PATH, as execvp does. */
void target_inspect_named(const char *name, const char *path_list, struct target *ret_target);

#endif
