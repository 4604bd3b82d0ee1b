/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of a file, by name: of its symbol tables, those of its separate or compressed
 * debug information, and of a Go program's own table where it has no other. Made without running
 * anything of the file, which may be hostile.
 */
#ifndef SYMBOL_FUNCTIONS_H
#define SYMBOL_FUNCTIONS_H

#include <symbol/symbolizer.h>

#include <stdbool.h>

struct symbol_functions;

struct symbol_function {
	const char *name; /* as a linker has it, without a version; lives as long as the table */
	uint64_t address; /* in the file's own numbers */
	uint64_t offset;  /* in the file */
	uint64_t size;	  /* where none is told: up to the next function, at most */
	bool go;	  /* compiled by Go, which passes arguments and moves stacks as it likes */
	bool partial;	  /* a piece, or a copy with other arguments (.cold, .part.0, .isra.0) */
};

/* search NULL: nothing beside this system. Errors as in symbolizer_open, -ENOMEM. */
int symbol_functions_open(const char *path, const struct symbol_search *search,
			  struct symbol_functions **ret_functions);
void symbol_functions_close(struct symbol_functions *functions);

/* false: the file was stripped, so that no more is known than what it exports. */
bool symbol_functions_whole(const struct symbol_functions *functions);

/* By offset in the file; aliases follow each other. */
size_t symbol_functions_count(const struct symbol_functions *functions);
const struct symbol_function *symbol_functions_at(const struct symbol_functions *functions,
						  size_t index);
/* The function that an offset of the file lies in; NULL: none. */
const struct symbol_function *symbol_functions_find(const struct symbol_functions *functions,
						    uint64_t offset);

/*
 * As its author wrote it, C++ and Rust demangled, with parameters and without what it returns:
 * "RTC::Channel::Send(bool, int)". The caller frees; NULL: no memory.
 */
char *symbol_function_readable(const struct symbol_function *function);

/*
 * All functions of a name, in any version; or whose readable name is as a pattern says, in which
 * '*' is any text and all else is itself. Each place once, no partial ones. The caller frees
 * *ret_found. 0, also where there is none; -ENOMEM.
 */
int symbol_functions_named(const struct symbol_functions *functions, const char *name,
			   const struct symbol_function ***ret_found, size_t *ret_count);
int symbol_functions_like(const struct symbol_functions *functions, const char *pattern,
			  const struct symbol_function ***ret_found, size_t *ret_count);

#endif
