/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sound program around bytes that are one section of it. Its code is said to lie from
 * ELF_CODE to ELF_CODE_END, at the same numbers in the file and in memory.
 */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ELF_CODE 0x8000u
#define ELF_CODE_END 0x10000u
#define ELF_SECTION_AT 0x400u /* where the section is, in the file and in memory */
#define ELF_BYTES_MAX (ELF_SECTION_AT + 32768u)

enum elf_section { ELF_SECTION_NAMES = 1, ELF_SECTION_TEXT, ELF_SECTION_GIVEN, ELF_SECTIONS };

struct elf_image {
	Elf64_Ehdr head;
	Elf64_Phdr segments[2];
	Elf64_Shdr sections[ELF_SECTIONS];
	char names[64];
};
_Static_assert(sizeof(struct elf_image) <= ELF_SECTION_AT, "the section lies behind it");

static inline void elf_fill(struct elf_image *elf, const char *name, size_t bytes)
{
	*elf = (struct elf_image){
		.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				     EV_CURRENT},
			 .e_type = ET_DYN,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_phoff = offsetof(struct elf_image, segments),
			 .e_shoff = offsetof(struct elf_image, sections),
			 .e_ehsize = sizeof(Elf64_Ehdr),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 1,
			 .e_shentsize = sizeof(Elf64_Shdr),
			 .e_shnum = ELF_SECTIONS,
			 .e_shstrndx = ELF_SECTION_NAMES},
		.segments[0] = {.p_type = PT_LOAD,
				.p_flags = PF_R | PF_X,
				.p_filesz = ELF_CODE_END,
				.p_memsz = ELF_CODE_END},
		.sections[ELF_SECTION_NAMES] = {.sh_name = 1,
						.sh_type = SHT_STRTAB,
						.sh_offset = offsetof(struct elf_image, names),
						.sh_size = sizeof(elf->names)},
		.sections[ELF_SECTION_TEXT] = {.sh_name = 7,
					       .sh_type = SHT_PROGBITS,
					       .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
					       .sh_addr = ELF_CODE,
					       .sh_offset = ELF_CODE},
		.sections[ELF_SECTION_GIVEN] = {.sh_name = 13,
						.sh_type = strncmp(name, ".note", 5) == 0
								   ? SHT_NOTE
								   : SHT_PROGBITS,
						.sh_addr = ELF_SECTION_AT,
						.sh_offset = ELF_SECTION_AT,
						.sh_size = bytes},
	};
	memcpy(elf->names, "\0names\0.text\0", 13);
	strcpy(elf->names + 13, name);
}

/* Returns the bytes of the file. */
static inline size_t elf_wrap(uint8_t image[ELF_BYTES_MAX], const char *name, const uint8_t *data,
			      size_t bytes)
{
	struct elf_image elf;

	if (bytes > ELF_BYTES_MAX - ELF_SECTION_AT)
		bytes = ELF_BYTES_MAX - ELF_SECTION_AT;
	elf_fill(&elf, name, bytes);
	if (strcmp(name, ".eh_frame_hdr") == 0) {
		elf.head.e_phnum = 2;
		elf.segments[1] = (Elf64_Phdr){.p_type = PT_GNU_EH_FRAME,
					       .p_flags = PF_R,
					       .p_offset = ELF_SECTION_AT,
					       .p_vaddr = ELF_SECTION_AT,
					       .p_filesz = bytes};
	}
	memset(image, 0, ELF_SECTION_AT);
	memcpy(image, &elf, sizeof(elf));
	memcpy(image + ELF_SECTION_AT, data, bytes);
	return ELF_SECTION_AT + bytes;
}
