/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a function returns: its own `ret` instructions and those of code that it jumps into. A
 * probe at each of them sees every return, but for one behind a jump that leads out of the file.
 */
#ifndef PROBES_RETURNS_H
#define PROBES_RETURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <symbol/functions.h>
#include <symbol/unwind.h>

struct returns_file; /* a file that functions are looked at in */

/*
 * functions: that file's; unwinder: tells the bounds of what has no symbol. Both are kept until
 * it is closed. As open().
 */
int returns_open(const char *path, const struct symbol_functions *functions,
		 struct unwinder *unwinder, struct returns_file **ret_file);
void returns_close(struct returns_file *file);

struct returns {
	uint64_t *offsets; /* in the file, ascending */
	size_t count;
	/*
	 * Jumps that lead where no `ret` is known, through a register or to another file: the
	 * function is over there, but for what it calls last. Ascending.
	 */
	uint64_t *leaves;
	size_t leave_count;
	bool lost;  /* there are such jumps, or worse */
	bool blind; /* also with all of these, some return is not seen */
};

/*
 * Whether a function's first instruction is at an offset: 0; -EBADMSG: it is in the middle of one,
 * or no code; others as below.
 */
int returns_entry(struct returns_file *file, uint64_t offset);

/*
 * Of the function that begins at an offset. The caller frees with returns_finish. -ENOENT: no
 * function is known there; -EBADMSG: what is code in it and what is not is in doubt, so that a
 * probe might change data or the middle of an instruction; -E2BIG: it has no end.
 */
int returns_find(struct returns_file *file, uint64_t offset, struct returns *ret_returns);
void returns_finish(struct returns *returns);

#endif
