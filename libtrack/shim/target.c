/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"
#include "preload.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HEAD_BYTES 256 /* as the kernel looks at */
#define ENTRIES 8      /* of a table, looked at together: this may run on a small stack */
#define TABLES_MAX 64  /* entries of a table looked at, at most */
#define SONAME_BYTES 64
#define SCRIPT_LEVELS 4 /* as the kernel's */
#define KNOWN 128	/* files remembered; a power of two */

/*
 * A file is opened once at most: closing it drops the host's record locks on it
 * (fcntl), so it matters that this is rare, and never our own program's.
 */
static struct known {
	uint64_t key; /* of device, inode and time of change; 0: free */
	struct target target;
	char interpreter[64]; /* of a script, "" none */
} known[KNOWN];

static uint64_t own_key;
static struct target own_target;

static long read_at(long fd, void *data, size_t size, uint64_t offset)
{
	return sys4(SYS_pread64, fd, (long)data, (long)size, (long)offset);
}

static uint64_t key_of(const struct stat *st)
{
	uint64_t key = (uint64_t)st->st_ino * 0x9e3779b97f4a7c15u;
	key = (key ^ (uint64_t)st->st_dev) * 0xff51afd7ed558ccdu;
	key = (key ^ (uint64_t)st->st_ctim.tv_sec) * 0xff51afd7ed558ccdu;
	key ^= (uint64_t)st->st_ctim.tv_nsec;
	return key ? key : 1;
}

static bool raises_privilege(const struct stat *st)
{
	return ((st->st_mode & S_ISUID) && st->st_uid != (uid_t)sys3(SYS_getuid, 0, 0, 0)) ||
	       ((st->st_mode & S_ISGID) && (st->st_mode & S_IXGRP) &&
		st->st_gid != (gid_t)sys3(SYS_getgid, 0, 0, 0));
}

struct segments {
	long fd;
	uint64_t offset;
	size_t count;
};

/* The first program header of a type that holds an address, if one is asked for. */
static bool find_segment(const struct segments *all, uint32_t type, uint64_t address,
			 Elf64_Phdr *ret_segment)
{
	Elf64_Phdr some[ENTRIES];
	for (size_t at = 0; at < all->count && at < TABLES_MAX; at += ENTRIES) {
		long size = read_at(all->fd, some, sizeof(some), all->offset + at * sizeof(*some));
		for (size_t i = 0; i < ENTRIES && at + i < all->count; i++) {
			if ((long)((i + 1) * sizeof(*some)) > size)
				return false;
			if (some[i].p_type != type ||
			    (type == PT_LOAD && (address < some[i].p_vaddr ||
						 address - some[i].p_vaddr >= some[i].p_filesz)))
				continue;
			*ret_segment = some[i];
			return true;
		}
	}
	return false;
}

/* Where the names are that a dynamic section refers to. */
static bool find_strings(const struct segments *all, uint64_t dynamic, uint64_t *ret_offset)
{
	Elf64_Dyn some[ENTRIES];
	Elf64_Phdr segment;
	for (size_t at = 0; at < TABLES_MAX; at += ENTRIES) {
		long size = read_at(all->fd, some, sizeof(some), dynamic + at * sizeof(*some));
		for (long i = 0; i < size / (long)sizeof(*some); i++) {
			if (some[i].d_tag != DT_STRTAB ||
			    !find_segment(all, PT_LOAD, some[i].d_un.d_ptr, &segment))
				continue;
			*ret_offset = segment.p_offset + (some[i].d_un.d_ptr - segment.p_vaddr);
			return true;
		}
	}
	return false;
}

/* GCC's runtime is the first library that a program built with it needs. */
static void judge_needed(const char *name, bool is_first, struct target *target)
{
	if (is_first && !strncmp(name, "libasan.so", 10) && strlen(name) < sizeof(target->asan))
		memcpy(target->asan, name, strlen(name) + 1);
	target->packs |= preload_for(name);
}

static void look_at_needed(const struct segments *all, uint64_t dynamic, struct target *target)
{
	Elf64_Dyn some[ENTRIES];
	uint64_t strings;
	bool is_first = true;
	if (!find_strings(all, dynamic, &strings))
		return;
	for (size_t at = 0; at < TABLES_MAX; at += ENTRIES) {
		long size = read_at(all->fd, some, sizeof(some), dynamic + at * sizeof(*some));
		for (long i = 0; i < size / (long)sizeof(*some); i++) {
			char name[SONAME_BYTES];
			if (some[i].d_tag == DT_NULL)
				return;
			if (some[i].d_tag != DT_NEEDED)
				continue;
			long length = read_at(all->fd, name, sizeof(name) - 1,
					      strings + some[i].d_un.d_val);
			name[length > 0 ? length : 0] = '\0';
			judge_needed(name, is_first, target);
			is_first = false;
		}
	}
}

static void inspect_elf(long fd, const Elf64_Ehdr *elf, struct target *target)
{
	const struct segments all = {fd, elf->e_phoff, elf->e_phnum};
	Elf64_Phdr segment;
	char path[64] = "";
	if (elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != EM_X86_64) {
		target->kind = TARGET_STUMBLES;
		return;
	}
	if (elf->e_phentsize != sizeof(segment))
		return;
	bool asks = find_segment(&all, PT_INTERP, 0, &segment);
	if (asks)
		read_at(fd, path, sizeof(path) - 1, segment.p_offset);
	bool dynamic = find_segment(&all, PT_DYNAMIC, 0, &segment);
	/* A loader that is run as a program has a dynamic section and asks for none. */
	if (!asks && !dynamic)
		target->kind = TARGET_BLIND;
	else if (asks && !strstr(path, "/ld-linux"))
		target->kind = TARGET_STUMBLES;
	else if (dynamic)
		look_at_needed(&all, segment.p_offset, target);
}

/* Copy a script's interpreter out of its first line. */
static void read_interpreter(const char *head, char *ret_path, size_t capacity)
{
	const char *at = head + 2 + strspn(head + 2, " \t");
	size_t length = strcspn(at, " \t\r\n");
	if (length >= capacity)
		return;
	memcpy(ret_path, at, length);
	ret_path[length] = '\0';
}

/* path "" is the descriptor itself. */
static void look_into(int folder, const char *path, struct known *found)
{
	char head[HEAD_BYTES + 1] __attribute__((aligned(8)));
	long fd = *path ? sys4(SYS_openat, folder, (long)path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
			: folder;
	if (fd < 0)
		return;
	long size = read_at(fd, head, HEAD_BYTES, 0);
	head[size > 0 ? size : 0] = '\0';
	if (size > 2 && !memcmp(head, "#!", 2))
		read_interpreter(head, found->interpreter, sizeof(found->interpreter));
	else if (size >= (long)sizeof(Elf64_Ehdr) && !memcmp(head, ELFMAG, SELFMAG))
		inspect_elf(fd, (const void *)head, &found->target);
	if (*path)
		sys3(SYS_close, fd, 0, 0);
}

/* A slot is written once: its key comes last, so that a signal or thread never sees half. */
static void remember(uint64_t key, const struct known *found)
{
	struct known *slot = &known[key % KNOWN];
	uint64_t nobody = 0;
	if (!__atomic_compare_exchange_n(&slot->key, &nobody, UINT64_MAX, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return;
	slot->target = found->target;
	memcpy(slot->interpreter, found->interpreter, sizeof(slot->interpreter));
	__atomic_store_n(&slot->key, key, __ATOMIC_RELEASE);
}

static void find(int folder, const char *path, const struct stat *st, struct known *found)
{
	uint64_t key = key_of(st);
	const struct known *slot = &known[key % KNOWN];
	if (key == own_key) {
		found->target = own_target;
	} else if (__atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) == key) {
		found->target = slot->target;
		memcpy(found->interpreter, slot->interpreter, sizeof(found->interpreter));
	} else if (S_ISREG(st->st_mode)) { /* others act when they are opened, and do not execute */
		look_into(folder, path, found);
		remember(key, found);
	}
	if (raises_privilege(st) && found->target.kind == TARGET_TAKES)
		found->target.kind = TARGET_BLIND;
}

void target_init(const char *asan, uint32_t packs)
{
	struct stat st;
	own_target.packs = packs;
	if (sys3(SYS_stat, (long)"/proc/self/exe", (long)&st, 0))
		return;
	size_t length = strcspn(asan, ":");
	if (length < sizeof(own_target.asan)) {
		memcpy(own_target.asan, asan, length);
		own_target.asan[length] = '\0';
	}
	own_key = key_of(&st);
}

void target_inspect(int folder, const char *path, struct target *ret_target)
{
	struct known found = {0};
	char next[sizeof(found.interpreter)];
	*ret_target = (struct target){0};
	for (int level = 0; level < SCRIPT_LEVELS; level++) {
		struct stat st;
		if (sys4(SYS_newfstatat, folder, (long)path, (long)&st, *path ? 0 : AT_EMPTY_PATH))
			return;
		found = (struct known){0};
		find(folder, path, &st, &found);
		*ret_target = found.target;
		if (!found.interpreter[0])
			return;
		memcpy(next, found.interpreter, sizeof(next));
		path = next;
		folder = AT_FDCWD;
	}
}

/* One folder of PATH; true: the name is there. */
static bool inspect_in(const char *folder, size_t length, const char *name,
		       struct target *ret_target)
{
	size_t name_bytes = strlen(name) + 1;
	char path[length + name_bytes + 2];
	memcpy(path, folder, length);
	path[length] = '/';
	memcpy(path + length + (length ? 1 : 0), name, name_bytes);
	if (sys4(SYS_faccessat, AT_FDCWD, (long)path, X_OK, 0))
		return false;
	target_inspect(AT_FDCWD, path, ret_target);
	return true;
}

void target_inspect_named(const char *name, const char *path_list, struct target *ret_target)
{
	*ret_target = (struct target){0};
	if (strchr(name, '/')) {
		target_inspect(AT_FDCWD, name, ret_target);
		return;
	}
	for (const char *part = path_list ? path_list : "/bin:/usr/bin"; strlen(name) < NAME_MAX;) {
		size_t length = strcspn(part, ":");
		if (length < PATH_MAX && inspect_in(part, length, name, ret_target))
			return;
		part += length;
		if (!*part++)
			return;
	}
}
