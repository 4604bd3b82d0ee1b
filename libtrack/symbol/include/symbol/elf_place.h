/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are in an ELF file, by its headers, which may be hostile. */
#ifndef SYMBOL_ELF_PLACE_H
#define SYMBOL_ELF_PLACE_H

#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>

/* The first section of that name; NULL: there is none. */
Elf_Scn *elf_place_section(Elf *elf, const char *name, GElf_Shdr *ret_header);

/* The offset in the file of an address of code, and how many bytes of code follow. False: none. */
bool elf_place_code(Elf *elf, uint64_t address, uint64_t *ret_offset, uint64_t *ret_left);

#endif
