/* SPDX-License-Identifier: Apache-2.0 */
#include "bind.h"
#include "real.h"
#include "shim.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE 4096u

/* Not its pipe2, read, write, close and syscall: those our wrappers answer. */
static const char *const bound[] = {
	"pthread_mutex_init",
	"pthread_mutex_lock",
	"pthread_mutex_unlock",
	"pthread_once",
	"sigprocmask",
	"mmap",
	"munmap",
	"mincore",
	"msync",
};

struct image {
	uintptr_t bias;
	const Elf64_Sym *symbols;
	const char *strings;
	const Elf64_Rela *tables[2]; /* of calls, of addresses */
	size_t bytes[2];
	uintptr_t relro_start, relro_end;
};

static void read_dynamic(struct image *image, const Elf64_Dyn *dynamic)
{
	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		const void *pointer = (const void *)dynamic->d_un.d_ptr;
		switch (dynamic->d_tag) {
		case DT_SYMTAB:
			image->symbols = pointer;
			break;
		case DT_STRTAB:
			image->strings = pointer;
			break;
		case DT_JMPREL:
			image->tables[0] = pointer;
			break;
		case DT_PLTRELSZ:
			image->bytes[0] = dynamic->d_un.d_val;
			break;
		case DT_RELA:
			image->tables[1] = pointer;
			break;
		case DT_RELASZ:
			image->bytes[1] = dynamic->d_un.d_val;
			break;
		}
	}
}

/* What the loader made read-only after it had bound it. */
static int find_relro(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	struct image *image = ctx;
	if (info->dlpi_addr != image->bias)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		if (p->p_type != PT_GNU_RELRO)
			continue;
		image->relro_start = (image->bias + p->p_vaddr) & ~(uintptr_t)(PAGE - 1);
		image->relro_end = (image->bias + p->p_vaddr + p->p_memsz) & ~(uintptr_t)(PAGE - 1);
	}
	return 1;
}

static bool is_bound(const char *name)
{
	for (size_t i = 0; i < sizeof(bound) / sizeof(*bound); i++)
		if (!strcmp(name, bound[i]))
			return true;
	return false;
}

static void set_slot(const struct image *image, uintptr_t slot, void *function)
{
	uintptr_t page = slot & ~(uintptr_t)(PAGE - 1);
	bool sealed = slot >= image->relro_start && slot < image->relro_end;
	if (sealed && sys3(SYS_mprotect, (long)page, PAGE, PROT_READ | PROT_WRITE))
		return;
	__atomic_store_n((void **)slot, function, __ATOMIC_RELEASE);
	if (sealed)
		sys3(SYS_mprotect, (long)page, PAGE, PROT_READ);
}

static void bind_table(const struct image *image, int table, void *libc)
{
	size_t count = image->bytes[table] / sizeof(Elf64_Rela);
	for (size_t i = 0; image->tables[table] && i < count; i++) {
		const Elf64_Rela *entry = &image->tables[table][i];
		unsigned type = ELF64_R_TYPE(entry->r_info);
		if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT)
			continue;
		const Elf64_Sym *symbol = &image->symbols[ELF64_R_SYM(entry->r_info)];
		const char *name = image->strings + symbol->st_name;
		void *function = is_bound(name) ? dlsym(libc, name) : NULL;
		if (function)
			set_slot(image, image->bias + entry->r_offset, function);
	}
}

void bind_to_libc(void *library)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	struct link_map *map = NULL;
	struct image image = {0};
	if (!libc || dlinfo(library, RTLD_DI_LINKMAP, &map))
		return;
	image.bias = map->l_addr;
	read_dynamic(&image, map->l_ld);
	if (!image.symbols || !image.strings)
		return;
	LIBC(dl_iterate_phdr)(find_relro, &image);
	for (int table = 0; table < 2; table++)
		bind_table(&image, table, libc);
}
