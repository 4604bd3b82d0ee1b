/* SPDX-License-Identifier: Apache-2.0 */
#include "module.h"
#include "clock.h"
#include "lock_birth.h"
#include "real.h"
#include "spool.h"
#include "writer.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <track/pack.h>

#define MODULES 4096u
#define PATHS_BYTES (512u * 1024)
#define GO_BUILD_ID 4 /* note type of the Go linker */

/* Written under the scan flag; count is stored last, so that readers need no lock. */
static struct module {
	uint64_t bias;
	uint64_t start;
	uint64_t end; /* 0: gone */
	uint32_t path_at;
	uint32_t path_bytes;
	uint8_t build_id[20];
	uint8_t build_id_bytes;
	bool seen;
} modules[MODULES];

static uint32_t module_count;
static char paths[PATHS_BYTES];
static uint32_t paths_used;
static unsigned long long adds_seen;
static unsigned long long subs_seen;
static bool scanning;

uint32_t modules_version_now;

static void emit_module(struct writer *writer, const struct module *module)
{
	static struct { /* one scan at a time */
		struct track_module head;
		char path[TRACK_NAME_BYTES_MAX - sizeof(struct track_module)];
	} data;
	size_t path_bytes =
		module->path_bytes < sizeof(data.path) ? module->path_bytes : sizeof(data.path);
	data.head = (struct track_module){.start = module->start,
					  .end = module->end,
					  .build_id_bytes = module->build_id_bytes,
					  .path_bytes = (uint16_t)path_bytes};
	memcpy(data.head.build_id, module->build_id, sizeof(data.head.build_id));
	memcpy(data.path, paths + module->path_at, path_bytes);
	writer_emit_data(writer, TRACK_META_MODULE, 0, TRACK_CALL_none, module->bias, 0, 0, &data,
			 sizeof(data.head) + path_bytes);
}

static uint32_t keep_path(const char *path, size_t size)
{
	if (size > PATHS_BYTES - paths_used)
		return 0;
	memcpy(paths + paths_used, path, size);
	paths_used += (uint32_t)size;
	return (uint32_t)size;
}

/* The loader gives the main program no name, and what was opened by a relative path a relative one.
 */
static void name_module(struct module *module, const char *name)
{
	static char path[4096];
	module->path_at = paths_used;
	if (!*name) {
		long size = sys3(SYS_readlink, (long)"/proc/self/exe", (long)path, sizeof(path));
		module->path_bytes = size > 0 ? keep_path(path, (size_t)size) : 0;
		return;
	}
	if (*name != '/' && strchr(name, '/')) {
		long size = sys3(SYS_getcwd, (long)path, sizeof(path), 0);
		if (size > 1) {
			module->path_bytes += keep_path(path, (size_t)size - 1);
			module->path_bytes += keep_path("/", 1);
		}
	}
	module->path_bytes += keep_path(name, strlen(name));
}

/* Notes of the build id; Go's own says that its code makes system calls itself. */
static void read_notes(struct module *module, const char *note, size_t size)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *head = (const void *)note;
		size_t name = (head->n_namesz + 3u) & ~3u;
		size_t whole = sizeof(*head) + name + ((head->n_descsz + 3u) & ~3u);
		if (whole > size)
			return;
		if (head->n_type == GO_BUILD_ID && head->n_namesz == 4 &&
		    !memcmp(head + 1, "Go", 3))
			spool_note(TRACK_NOTE_RAW_CALLS, 1);
		if (head->n_type == NT_GNU_BUILD_ID && head->n_namesz == 4 &&
		    !memcmp(head + 1, "GNU", 4) && head->n_descsz <= sizeof(module->build_id)) {
			memcpy(module->build_id, note + sizeof(*head) + name, head->n_descsz);
			module->build_id_bytes = (uint8_t)head->n_descsz;
		}
		note += whole;
		size -= whole;
	}
}

static void measure(struct module *module, const struct dl_phdr_info *info)
{
	module->bias = info->dlpi_addr;
	module->start = UINT64_MAX;
	module->end = 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		if (p->p_type != PT_LOAD)
			continue;
		uint64_t start = info->dlpi_addr + p->p_vaddr;
		if (start < module->start)
			module->start = start;
		if (start + p->p_memsz > module->end)
			module->end = start + p->p_memsz;
	}
}

static void describe(struct module *module, const struct dl_phdr_info *info)
{
	name_module(module, info->dlpi_name ? info->dlpi_name : "");
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		if (p->p_type == PT_NOTE)
			read_notes(module, (const char *)(info->dlpi_addr + p->p_vaddr),
				   p->p_memsz);
	}
}

static int visit(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	struct writer *writer = ctx;
	struct module found = {0};
	measure(&found, info);
	if (!found.end)
		return 0;
	for (uint32_t i = 0; i < module_count; i++) {
		struct module *m = &modules[i];
		if (m->end && m->bias == found.bias && m->start == found.start &&
		    m->end == found.end) {
			m->seen = true;
			return 0;
		}
	}
	if (module_count == MODULES)
		return 1;
	describe(&found, info);
	found.seen = true;
	modules[module_count] = found;
	__atomic_store_n(&module_count, module_count + 1, __ATOMIC_RELEASE);
	emit_module(writer, &found);
	lock_birth_forget_between(found.start, found.end);
	return 0;
}

static int read_changes(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	unsigned long long *changes = ctx;
	changes[0] = info->dlpi_adds;
	changes[1] = info->dlpi_subs;
	return 1;
}

static void forget_unseen(struct writer *writer)
{
	for (uint32_t i = 0; i < module_count; i++) {
		if (!modules[i].end || modules[i].seen)
			continue;
		uint64_t end = modules[i].end;
		modules[i].end = 0;
		lock_birth_forget_between(modules[i].start, end);
		writer_emit(writer, TRACK_META_UNLOAD, 0, TRACK_CALL_none, modules[i].bias, 0, 0);
		__atomic_fetch_add(&modules_version_now, 1, __ATOMIC_RELAXED);
	}
}

/* One thread scans at a time; a second one (or a signal handler) does not wait for it. */
static void scan(struct writer *writer)
{
	unsigned long long changes[2] = {0, 0};
	uint64_t all = ~0ull, before;
	if (writers_confined() || __atomic_exchange_n(&scanning, true, __ATOMIC_ACQUIRE))
		return;
	/* A handler that leaves by longjmp must not leave the flag set. */
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, sizeof(all));
	LIBC(dl_iterate_phdr)(read_changes, changes);
	if (changes[0] != adds_seen || changes[1] != subs_seen) {
		for (uint32_t i = 0; i < module_count; i++)
			modules[i].seen = false;
		LIBC(dl_iterate_phdr)(visit, writer);
		if (changes[1] != subs_seen)
			forget_unseen(writer);
		adds_seen = changes[0];
		subs_seen = changes[1];
	}
	__atomic_store_n(&scanning, false, __ATOMIC_RELEASE);
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(before));
}

void modules_record_all(struct writer *writer, bool forked)
{
	if (!forked) {
		scan(writer);
		return;
	}
	scanning = false;
	for (uint32_t i = 0; i < module_count; i++)
		if (modules[i].end)
			emit_module(writer, &modules[i]);
}

/* For wrappers of packs, which remember functions by the module that calls them. */
SHIM_EXPORT uint32_t track_shim_pack_modules;

void modules_count_unloads(void)
{
	unsigned long long changes[2] = {0, 0};
	if (LIBC(dl_iterate_phdr))
		LIBC(dl_iterate_phdr)(read_changes, changes);
	__atomic_store_n(&track_shim_pack_modules, (uint32_t)changes[1], __ATOMIC_RELAXED);
}

void modules_after_unload(struct writer *writer)
{
	scan(writer);
}

bool modules_have(uint64_t address)
{
	static SHIM_TLS uint32_t last;
	uint32_t count = __atomic_load_n(&module_count, __ATOMIC_ACQUIRE);
	if (last < count && address >= modules[last].start && address < modules[last].end)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		if (address >= modules[i].start && address < modules[i].end) {
			last = i;
			return true;
		}
	}
	return false;
}

void modules_check(struct writer *writer, const uint64_t *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!modules_have(addresses[i])) {
			scan(writer);
			return;
		}
	}
}
