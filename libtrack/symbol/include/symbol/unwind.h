/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Return addresses from a snapshot: a thread's registers and the bytes of its stack, taken by
 * another process at some moment before. By the call frame information of the files that are
 * mapped (.eh_frame, else .debug_frame; DWARF 5, section 6.4), as x86-64 has it. All of it may be
 * hostile: work is bounded, and what makes no sense ends the stack.
 */
#ifndef SYMBOL_UNWIND_H
#define SYMBOL_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As DWARF numbers them (System V ABI for AMD64, figure 3.36). */
enum unwind_register {
	UNWIND_RAX,
	UNWIND_RDX,
	UNWIND_RCX,
	UNWIND_RBX,
	UNWIND_RSI,
	UNWIND_RDI,
	UNWIND_RBP,
	UNWIND_RSP,
	UNWIND_R8,
	UNWIND_R15 = 15,
	UNWIND_IP,
	UNWIND_REGISTERS
};

struct unwind_registers {
	uint64_t at[UNWIND_REGISTERS];
};

/* A word of the stack that the addresses depend on. */
struct unwind_word {
	uint32_t offset; /* bytes above the stack pointer */
	uint64_t value;
};

#define UNWIND_TRAIL_MAX 48

/*
 * With the same ip, sp and bp in the same address space, and these words where they were, the
 * same addresses come out. Not usable: other registers counted too, or more words than fit, or the
 * stack is cut where nothing is known to be mapped.
 */
struct unwind_trail {
	bool usable;
	bool takes_bp; /* else it may be any */
	uint32_t count;
	struct unwind_word words[UNWIND_TRAIL_MAX];
};

struct unwinder;     /* the files: each opened and read once, whoever maps it */
struct unwind_space; /* what an address space has where */
struct unwind_file;  /* a file */

int unwinder_create(struct unwinder **ret_unwinder);
/* After its spaces. */
void unwinder_destroy(struct unwinder *unwinder);

int unwind_space_create(struct unwinder *unwinder, struct unwind_space **ret_space);
/* For a fork. */
int unwind_space_clone(const struct unwind_space *space, struct unwind_space **ret_space);
void unwind_space_destroy(struct unwind_space *space);

/*
 * An executable mapping, in place of what was there. path is opened now and need not be there
 * later; "[vdso]" is our own kernel's; NULL: no file (what a compiler made at run time). Where the
 * file cannot be opened or is no ELF, the mapping is known all the same, as one without a file,
 * and the error is returned: as open(), -ENOEXEC, or -EFBIG, where all files together would take
 * too much memory. -EINVAL: no range.
 */
int unwind_space_map(struct unwind_space *space, uint64_t start, uint64_t end, uint64_t offset,
		     const char *path);
int unwind_space_unmap(struct unwind_space *space, uint64_t start, uint64_t end);

/*
 * The instruction pointer, then return addresses as they are on the stack, innermost first; at
 * most max. stack: the bytes bytes from the stack pointer upward. ret_cut: the stack goes on, but
 * the snapshot does not, or nothing tells how. ret_trail may be NULL.
 */
size_t unwind_stack(struct unwind_space *space, const struct unwind_registers *registers,
		    const void *stack, size_t bytes, uint64_t *ret_addresses, size_t max,
		    struct unwind_trail *ret_trail, bool *ret_cut);

/* A file that nobody need have mapped; path as above. Closed before the unwinder goes. */
int unwind_file_open(struct unwinder *unwinder, const char *path, struct unwind_file **ret_file);
void unwind_file_close(struct unwind_file *file);

/*
 * At an instruction of a file: how far above the stack pointer the caller's frame begins; the
 * return address is in the 8 bytes below. -ENOENT: the file does not say; -ERANGE: it does, but
 * that is not constant.
 */
int unwind_file_cfa_offset(struct unwind_file *file, uint64_t file_offset, uint32_t *ret_offset);

/*
 * From where to where in a file reaches the code that an offset lies in, as its call frame
 * information cuts it: a function, or a part of one. -ENOENT: the file does not say.
 */
int unwind_file_code(const struct unwind_file *file, uint64_t file_offset, uint64_t *ret_start,
		     uint64_t *ret_end);

/* Whether that code has parts which only an exception leads to. */
bool unwind_file_has_handlers(const struct unwind_file *file, uint64_t file_offset);

#endif
