/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"
#include "path.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define HEAD_BYTES 4096
#define DYNAMIC_MAX 64	/* entries looked at for the first DT_NEEDED and the strings */
#define SCRIPT_LEVELS 4 /* as the kernel's */

static long read_at(long fd, void *data, size_t size, uint64_t offset)
{
	return sys4(SYS_pread64, fd, (long)data, (long)size, (long)offset);
}

static bool raises_privilege(long fd)
{
	struct stat st;
	if (sys3(SYS_fstat, fd, (long)&st, 0))
		return false;
	return ((st.st_mode & S_ISUID) && st.st_uid != (uid_t)sys3(SYS_getuid, 0, 0, 0)) ||
	       ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) &&
		st.st_gid != (gid_t)sys3(SYS_getgid, 0, 0, 0));
}

/* File offset of a virtual address; UINT64_MAX: in no segment. */
static uint64_t file_offset(const Elf64_Phdr *segments, size_t count, uint64_t address)
{
	for (size_t i = 0; i < count; i++)
		if (segments[i].p_type == PT_LOAD && address >= segments[i].p_vaddr &&
		    address - segments[i].p_vaddr < segments[i].p_filesz)
			return segments[i].p_offset + (address - segments[i].p_vaddr);
	return UINT64_MAX;
}

/* GCC's runtime is the first library that a program built with it needs. */
static void find_asan(long fd, const Elf64_Phdr *segments, size_t count, const Elf64_Phdr *dynamic,
		      struct target *target)
{
	Elf64_Dyn entries[DYNAMIC_MAX];
	uint64_t name = UINT64_MAX, strings = UINT64_MAX;
	long size = read_at(fd, entries, sizeof(entries), dynamic->p_offset);
	for (long i = 0; i < size / (long)sizeof(*entries) && entries[i].d_tag != DT_NULL; i++) {
		if (entries[i].d_tag == DT_NEEDED && name == UINT64_MAX)
			name = entries[i].d_un.d_val;
		else if (entries[i].d_tag == DT_STRTAB)
			strings = file_offset(segments, count, entries[i].d_un.d_ptr);
	}
	if (name == UINT64_MAX || strings == UINT64_MAX)
		return;
	size = read_at(fd, target->asan, sizeof(target->asan) - 1, strings + name);
	target->asan[size > 0 ? size : 0] = '\0';
	if (strncmp(target->asan, "libasan.so", 10))
		target->asan[0] = '\0';
}

static void inspect_elf(long fd, const char *head, size_t size, struct target *target)
{
	const Elf64_Ehdr *elf = (const void *)head;
	const Elf64_Phdr *segments = (const void *)(head + elf->e_phoff);
	const Elf64_Phdr *interpreter = NULL, *dynamic = NULL;
	if (elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != EM_X86_64) {
		target->kind = TARGET_STUMBLES;
		return;
	}
	if (elf->e_phentsize != sizeof(*segments) || elf->e_phoff % 8 || elf->e_phoff > size ||
	    (size - elf->e_phoff) / sizeof(*segments) < elf->e_phnum)
		return;
	for (size_t i = 0; i < elf->e_phnum; i++) {
		if (segments[i].p_type == PT_INTERP)
			interpreter = &segments[i];
		else if (segments[i].p_type == PT_DYNAMIC)
			dynamic = &segments[i];
	}
	char path[256] = "";
	if (interpreter)
		read_at(fd, path, sizeof(path) - 1, interpreter->p_offset);
	/* A loader that is run as a program has a dynamic section and asks for none. */
	if ((!interpreter && !dynamic) || raises_privilege(fd))
		target->kind = TARGET_BLIND;
	else if (interpreter && !strstr(path, "/ld-linux"))
		target->kind = TARGET_STUMBLES;
	else if (dynamic)
		find_asan(fd, segments, elf->e_phnum, dynamic, target);
}

/* Cut a script's first line down to its interpreter; NULL if there is none. */
static char *script_interpreter(char *head, size_t size)
{
	head[size] = '\0';
	char *at = head + 2 + strspn(head + 2, " \t");
	at[strcspn(at, " \t\r\n")] = '\0';
	return *at ? at : NULL;
}

void target_inspect(int folder, const char *path, struct target *ret_target)
{
	char head[HEAD_BYTES + 1] __attribute__((aligned(8)));
	*ret_target = (struct target){0};
	for (int level = 0; level < SCRIPT_LEVELS && path; level++) {
		long fd = *path ? sys4(SYS_openat, folder, (long)path,
				       O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
				: folder;
		if (fd < 0)
			return;
		long size = read_at(fd, head, HEAD_BYTES, 0);
		bool script = size > 2 && !memcmp(head, "#!", 2);
		if (size >= (long)sizeof(Elf64_Ehdr) && !memcmp(head, ELFMAG, SELFMAG))
			inspect_elf(fd, head, (size_t)size, ret_target);
		if (*path)
			sys3(SYS_close, fd, 0, 0);
		path = script ? script_interpreter(head, (size_t)size) : NULL;
		folder = AT_FDCWD;
	}
}

void target_inspect_named(const char *name, const char *path_list, struct target *ret_target)
{
	char candidate[PATH_MAX];
	*ret_target = (struct target){0};
	if (strchr(name, '/')) {
		target_inspect(AT_FDCWD, name, ret_target);
		return;
	}
	for (const char *part = path_list ? path_list : "/bin:/usr/bin";;) {
		size_t length = strcspn(part, ":");
		char folder[PATH_MAX] = ".";
		if (length && length < sizeof(folder)) {
			memcpy(folder, part, length);
			folder[length] = '\0';
		}
		if (path_join(candidate, sizeof(candidate), folder, name) &&
		    !sys4(SYS_faccessat, AT_FDCWD, (long)candidate, 1, 0)) {
			target_inspect(AT_FDCWD, candidate, ret_target);
			return;
		}
		part += length;
		if (!*part++)
			return;
	}
}
