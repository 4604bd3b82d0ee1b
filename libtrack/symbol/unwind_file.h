/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is mapped somewhere, as far as unwinding needs it. Nothing of it stays open. */
#ifndef SYMBOL_UNWIND_FILE_H
#define SYMBOL_UNWIND_FILE_H

#include "frame_table.h"

#include <base/u64map.h>
#include <libelf.h>

#define UNWIND_SEGMENTS_MAX 16

/* What makes a file this one; memory of ours has no inode. */
struct unwind_identity {
	uint64_t dev;
	uint64_t ino;
	uint64_t bytes;
	uint64_t changed_ns;
};

struct unwind_segment {
	uint64_t offset;
	uint64_t bytes;
	uint64_t address;
};

struct unwind_file {
	struct unwind_identity identity;
	size_t users;
	struct unwind_segment code[UNWIND_SEGMENTS_MAX]; /* executable ones */
	size_t code_count;
	Elf *elf; /* has the bytes of the tables */
	struct frame_table table;
	struct u64map known; /* address -> index of its row, or none */
	struct frame_row *rows;
	size_t row_count;
	size_t row_capacity;
};

/* From a descriptor, which may be closed then; the file begins without users. As unwind_space_map.
 */
int unwind_file_create(int fd, const struct unwind_identity *identity,
		       struct unwind_file **ret_file);
/* From memory that stays. */
int unwind_file_create_memory(const void *image, size_t bytes, struct unwind_file **ret_file);
void unwind_file_destroy(struct unwind_file *file);
/* What its tables take, without rows. */
size_t unwind_file_bytes(const struct unwind_file *file);
/* One user more; NULL is none. unwind_file_close is one less. */
void unwind_file_use(struct unwind_file *file);
/* The address in the file's own numbers of what lies at an offset of it. False: it is no code. */
bool unwind_file_address(const struct unwind_file *file, uint64_t offset, uint64_t *ret_address);
/* NULL: the file does not say, or no memory. It lives until the next is asked for. */
const struct frame_row *unwind_file_row(struct unwind_file *file, uint64_t address);

#endif
